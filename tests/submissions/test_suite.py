"""Right notebooks get every automatic point; wrong ones lose exactly the exercises that they are wrong on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.report.model import ExerciseReport, Report, Status
from tests.submissions.conftest import Ahead

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).resolve().parent
ASSIGNMENTS = sorted(path.parent.name for path in FOLDER.glob("*/labels.toml"))
LABELS: dict[str, dict[str, Any]] = {
    name: tomllib.loads((FOLDER / name / "labels.toml").read_text(encoding="utf-8")) for name in ASSIGNMENTS
}


def notebooks(kind: str) -> list[Any]:
    return [
        pytest.param(path, id=f"{name}-{path.stem}")
        for name in ASSIGNMENTS
        for path in sorted((FOLDER / name / kind).glob("*.ipynb"))
    ]


def lost(report: Report) -> dict[str, ExerciseReport]:
    """The exercises with fewer points than could be decided."""
    return {
        exercise.id: exercise
        for exercise in report.exercises
        if exercise.auto.earned + exercise.auto.undecided < exercise.auto.possible
    }


def complaints(report: Report) -> str:
    """Every check that took points, for the message of a failing test."""
    return "\n".join(
        f"{check.id} {check.status.value} {check.earned:g}/{check.points:g}: {check.message}"
        for exercise in report.exercises
        for check in exercise.checks
        if check.status not in (Status.PASSED, Status.UNDECIDED)
    )


@pytest.mark.parametrize("notebook", notebooks("right"))
def test_right_notebook_gets_full_marks(notebook: Path, grade: Callable[[Path], Report]) -> None:
    report = grade(notebook)
    assert not lost(report), complaints(report)
    assert report.auto.earned + report.auto.undecided == report.auto.possible
    undecided = [check.id for e in report.exercises for check in e.checks if check.status is Status.UNDECIDED]
    assert all(name.endswith("accuracy") for name in undecided), "only accuracy may be left open in sketch"


@pytest.mark.parametrize("notebook", notebooks("wrong"))
def test_wrong_notebook_loses_what_it_is_wrong_on(notebook: Path, grade: Callable[[Path], Report]) -> None:
    label = LABELS[notebook.parent.parent.name][notebook.stem]
    report = grade(notebook)
    found = lost(report)
    assert set(label["loses"]) <= set(found), f"not caught: {label['why']}"
    assert set(found) <= set(label["loses"]) | set(label.get("may_lose", ())), complaints(report)
    for exercise in label.get("not_attempted", ()):
        assert found[exercise].status is Status.NOT_ATTEMPTED, complaints(report)
    assert not any(e.status is Status.ERROR for e in report.exercises), complaints(report)


def test_every_wrong_notebook_is_labelled() -> None:
    for name in ASSIGNMENTS:
        stems = {path.stem for path in (FOLDER / name / "wrong").glob("*.ipynb")}
        assert stems == set(LABELS[name])


def test_same_notebook_gets_the_same_report_every_time(ahead: Ahead) -> None:
    path = FOLDER / "nets" / "wrong" / "loss-plotted-as-accuracy.ipynb"
    futures = [ahead.submit(path) for _ in range(10)]
    reports = [future.result() for future in futures]
    assert len({repr((report.auto, report.exercises, report.remarks)) for report in reports}) == 1
