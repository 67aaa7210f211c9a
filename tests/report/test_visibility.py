"""What is hidden stays hidden, in every format."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from grader.report import RENDERERS
from grader.report.model import CheckReport, Report, Status
from grader.report.terminal import print_report
from grader.report.visibility import for_staff, for_students


def the_hidden_check(report: Report) -> CheckReport:
    (hidden,) = (check for exercise in report.exercises for check in exercise.checks if check.visibility == "hidden")
    return hidden


def rendered(report: Report, name: str) -> str:
    if name != "terminal":
        return RENDERERS[name].render(report)
    console = Console(file=io.StringIO(), width=200)
    print_report(report, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("name", [*RENDERERS, "terminal"])
def test_a_hidden_check_shows_title_and_points_only(report: Report, name: str) -> None:
    hidden = the_hidden_check(report)
    text = rendered(report, name)
    assert hidden.message, "the sample has something to hide"
    assert hidden.title in text
    assert hidden.message not in text
    assert f"cell {hidden.cells[0]}" not in text
    assert f" {hidden.cells[0]}\n" not in text


def test_the_network_beside_the_expected_one_tells_what_a_hidden_check_expects(report: Report) -> None:
    (exercise,) = (exercise for exercise in report.exercises if exercise.comparison is not None)
    assert exercise.comparison in [one.comparison for one in for_students(report).exercises]
    hidden = exercise.checks[0].model_copy(update={"visibility": "hidden"})
    kept = report.model_copy(
        update={"exercises": (exercise.model_copy(update={"checks": (hidden, *exercise.checks[1:])}),)}
    )
    for name in [*RENDERERS, "terminal"]:
        assert exercise.comparison.title in rendered(report, "html")
        assert "5 × 5, relu" not in rendered(kept, name)
    assert [one.comparison for one in for_students(kept).exercises] == [None]


@pytest.mark.parametrize("name", [*RENDERERS, "terminal"])
def test_staff_see_all_and_are_told_that_students_must_not(report: Report, name: str) -> None:
    hidden = the_hidden_check(report)
    text = rendered(for_staff(report), name)
    assert hidden.message in " ".join(text.split())
    assert "it is not for students" in " ".join(text.split())


def test_a_report_without_hidden_checks_is_for_everybody(report: Report) -> None:
    public = report.model_copy(update={"exercises": report.exercises[:1]})
    assert for_staff(public) is public


def test_points_and_public_checks_are_untouched(report: Report) -> None:
    shown = for_students(report)
    assert (shown.auto, shown.manual, shown.run) == (report.auto, report.manual, report.run)
    before = [check for exercise in report.exercises for check in exercise.checks]
    after = [check for exercise in shown.exercises for check in exercise.checks]
    for old, new in zip(before, after, strict=True):
        if old.visibility == "public":
            assert new == old
        else:
            assert (new.status, new.earned, new.points) == (Status.FAILED, old.earned, old.points)


def test_twice_is_once(report: Report) -> None:
    assert for_students(for_students(report)) == for_students(report)
