"""Writing reports to files: the right names, whole files, plain words when it cannot be done."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import grader.report
from grader.errors import InfrastructureError, UsageError
from grader.report import RENDERERS, Renderer, write
from grader.report.model import Report

if TYPE_CHECKING:
    from pathlib import Path


def test_one_file_a_format_in_the_order_asked_for(report: Report, tmp_path: Path) -> None:
    files = write(report, ["md", "json", "html", "json"], tmp_path / "deep" / "folder", "nets")
    assert [file.name for file in files] == ["nets.md", "nets.json", "nets.html"]
    for file in files:
        assert file.read_bytes().decode("utf-8") == RENDERERS[file.suffix[1:]].render(report)
    assert sorted((tmp_path / "deep" / "folder").iterdir()) == sorted(files)


@pytest.mark.parametrize(
    "stem", ["Zoë 阮 – 최종 (2)", "nets.v2", ".hidden", "no\udce9l", "a\n::b\x1b[2J<i>", "x" * 249]
)
def test_any_name_of_a_notebook_is_kept(report: Report, tmp_path: Path, stem: str) -> None:
    (file,) = write(report, ["json"], tmp_path, stem)
    assert file == tmp_path / f"{stem}.json"
    assert [*tmp_path.iterdir()] == [file]


def test_an_older_report_is_replaced(report: Report, tmp_path: Path) -> None:
    (tmp_path / "nets.json").write_text("old")
    (file,) = write(report, ["json"], tmp_path, "nets")
    assert Report.model_validate_json(file.read_text("utf-8")).submission == report.submission


@pytest.mark.skipif(os.name == "nt", reason="Windows has no permission bits")
def test_others_may_read_what_the_umask_lets_them(report: Report, tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    (file,) = write(report, ["json"], tmp_path, "nets")
    assert file.stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_an_unknown_format_names_the_known_ones(report: Report, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'pdf'.*html, json, md"):
        write(report, ["json", "pdf"], tmp_path, "nets")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("stem", ["", ".", "..", "../nets", "a/b", "/nets", "n\0ts"])
def test_a_name_cannot_lead_out_of_the_folder(report: Report, tmp_path: Path, stem: str) -> None:
    with pytest.raises(UsageError, match="cannot be named"):
        write(report, ["json"], tmp_path / "out", stem)
    assert not [*tmp_path.iterdir()]


def test_a_folder_that_is_a_file_is_named(report: Report, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(UsageError, match=r"Cannot write reports to .*out"):
        write(report, ["json"], tmp_path / "out", "nets")


def test_when_one_format_breaks_nothing_is_written(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(report: Report) -> str:
        raise ZeroDivisionError

    monkeypatch.setitem(grader.report.RENDERERS, "broken", Renderer(".broken", broken))
    with pytest.raises(ZeroDivisionError):
        write(report, ["json", "broken"], tmp_path, "nets")
    assert not [*tmp_path.iterdir()]


def test_a_write_that_breaks_leaves_the_older_report(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nets.json").write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InfrastructureError, match="No space left on device") as caught:
        write(report, ["json", "html"], tmp_path, "nets")
    assert caught.value.exit_code == 4, "the fault of a machine is no usage error"
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("nets.json", "old")]
