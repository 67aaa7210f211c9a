"""The assignment that docs/how-to/write-an-assignment.md writes from nothing, taken from the page and used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.assignments import load_assignment
from grader.assignments.template import main as make_notebooks
from grader.execution.limits import Limits
from grader.pipeline import GradingOptions, grade_notebook
from grader.report.model import Report, Status

PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "write-an-assignment.md"
FILE = re.compile(r"^```\w+ title=\"([^\"]+)\"\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as the page has it, with the notebooks that its commands make."""
    folder = tmp_path_factory.mktemp("how-to") / "two-networks"
    folder.mkdir()
    for name, text in FILE.findall(PAGE.read_text(encoding="utf-8")):
        (folder / name).write_text(text, encoding="utf-8")
    for source, student, example in (("notebook", "template", "right"), ("wrong", "wrong", "wrong")):
        notebooks = ("--student", str(folder / f"{student}.ipynb"), "--example", str(folder / f"{example}.ipynb"))
        assert make_notebooks([str(folder / f"{source}.py"), *notebooks]) == 0
    return folder


def graded(folder: Path, name: str) -> Report:
    return grade_notebook(
        folder / f"{name}.ipynb",
        GradingOptions(
            assignment=str(folder), limits=Limits.of_effort("sketch").but(cell_seconds=300, run_seconds=3600)
        ),
    )


def test_the_page_names_every_file_that_it_shows(folder: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    tree = re.findall(r"^      (\S+\.\w+)  ", text, re.MULTILINE)
    assert len(tree) == 5
    assert {file.name for file in folder.glob("*.*") if file.suffix in (".py", ".toml")} == {*tree, "wrong.py"}


def test_its_prompts_are_those_of_its_own_notebook(folder: Path) -> None:
    assert "*Your answer goes here.*" in load_assignment(str(folder)).prompts()


def test_right_notebook(folder: Path) -> None:
    report = graded(folder, "right")
    assert (report.auto.earned, report.auto.possible) == (10, 10)
    assert report.manual.possible == 2
    (answer,) = report.exercises[2].answers
    assert answer.question.startswith("Exercise 3: parameters: How many parameters has your network?")
    assert [(claim.said, claim.agrees) for claim in answer.claims] == [("7 162", True)]


def test_wrong_notebook(folder: Path) -> None:
    report = graded(folder, "wrong")
    assert report.auto.earned == 7
    (failed,) = (check for one in report.exercises for check in one.checks if check.status is not Status.PASSED)
    shown = f"✗ {failed.status.value}  {failed.title}  (0 / 3, cell {failed.cells[0]})\n      {failed.message}\n"
    assert shown in PAGE.read_text(encoding="utf-8")


def test_template_is_not_attempted(folder: Path) -> None:
    report = graded(folder, "template")
    assert report.auto.earned == 0
    assert {exercise.status for exercise in report.exercises} == {Status.NOT_ATTEMPTED}
