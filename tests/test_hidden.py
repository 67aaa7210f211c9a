"""A hidden check from its file to every report: title and points, and nothing of what it looks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli import app
from tests.checks.factories import code, evidence, exercise, write_assignment

SECRET = "seed-4711"
CHECKS = f'''
@check("e1", 2, visibility="hidden")
def test_secret(submission):
    """Test images were left alone"""
    submission.remark("The {SECRET} shows it.")
    fail("{SECRET} was seen in the test images", [2])

@check("e1", 1, needs=["secret"])
def test_follows():
    """Accuracy is honest"""
    fail("It is too high.")

@check("e1", 1, visibility="hidden")
def test_broken():
    """It is reproducible"""
    raise ValueError("{SECRET} is missing in /srv/solutions")

@check("e1", 1, visibility="hidden")
def test_asserts():
    """Two runs agree"""
    assert 1 == 2, "{SECRET} is not what was expected"
'''


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Evidence of two cells, and an assignment with hidden checks."""
    evidence([code(), code()]).save(tmp_path / "kept.json")
    return str(tmp_path / "kept.json"), str(write_assignment(tmp_path / "tiny", exercise("e1", 5), CHECKS))


def regraded(files: tuple[str, str], out: Path, *options: str) -> dict[str, str]:
    """What `grader regrade` shows and writes, by format."""
    formats = [part for name in ("html", "json", "md") for part in ("-f", name)]
    arguments = ["regrade", files[0], "-a", files[1], *formats, "-o", str(out), *options]
    ended = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert ended.exit_code == 4, "a check broke"
    return {"terminal": ended.output} | {file.suffix: file.read_text(encoding="utf-8") for file in out.iterdir()}


def test_students_see_titles_and_points_alone(files: tuple[str, str], tmp_path: Path) -> None:
    shown = regraded(files, tmp_path / "out")
    assert set(shown) == {"terminal", ".html", ".json", ".md"}
    for name, text in shown.items():
        assert "Test images were left alone" in text, name
        assert "This may follow from" in text, f"{name}: what follows says from what, by its title"
        assert SECRET not in text, name
        assert "4711" not in text, name
        assert "/srv/solutions" not in text, name
        assert "cell 2" not in text, name


def test_teachers_may_ask_for_all_of_it(files: tuple[str, str], tmp_path: Path) -> None:
    for name, text in regraded(files, tmp_path / "out", "--show-hidden").items():
        assert f"{SECRET} was seen in the test images" in text, name
        assert f"{SECRET} is not what was expected" in text, name
        assert "not for students" in text, name
        assert "/srv/solutions" not in text, f"{name}: what broke is for the log"


def test_what_broke_is_in_the_log_of_whoever_debugs(files: tuple[str, str]) -> None:
    ended = CliRunner().invoke(app, ["regrade", files[0], "-a", files[1], "--debug"], env={"COLUMNS": "200"})
    assert "/srv/solutions" not in ended.stdout
    assert ended.exit_code == 4
