"""The arithmetic of a report: whatever checks say, points and statuses fit together."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from grader.assignments import Assignment, Exercise
from grader.checks import CheckResult, CheckSpec
from grader.evidence.schema import DataServed, LogFull, ModelUnreadable, Remark
from grader.grading import grade
from grader.report.model import Report, Status
from tests.checks.factories import code, evidence, markdown

OUTCOMES = (
    Status.PASSED,
    Status.PARTIAL,
    Status.FAILED,
    Status.NOT_ATTEMPTED,
    Status.UNDECIDED,
    Status.ERROR,
)


@st.composite
def result(draw: st.DrawFn, exercise: str, number: int) -> CheckResult:
    points = draw(st.integers(1, 2000)) / 100
    status = draw(st.sampled_from(OUTCOMES))
    share = {Status.PASSED: 1.0, Status.PARTIAL: draw(st.floats(0, 1, exclude_min=True))}.get(status, 0.0)
    return CheckResult(CheckSpec(f"f::{number}", "title", exercise, points, (), "public"), status, share)


@st.composite
def exercises(draw: st.DrawFn) -> list[tuple[Exercise, list[CheckResult]]]:
    drawn = []
    for index in range(draw(st.integers(1, 5))):
        name, count = f"e{index}", draw(st.integers(0, 5))
        results = [draw(result(name, 10 * index + number)) for number in range(count)]
        auto = float(sum(exact(one.spec.points) for one in results))
        drawn.append((Exercise(id=name, title=name, auto=auto, manual=draw(st.integers(0, 5))), results))
    return drawn


def exact(points: float) -> Fraction:
    """Points in hundredths, as a number that adds up."""
    return Fraction(round(points * 100), 100)


def graded(parts: Sequence[tuple[Exercise, Sequence[CheckResult]]]) -> Report:
    assignment = Assignment("tiny", "Tiny", Path(), tuple(exercise for exercise, _ in parts), ())
    results = [one for _, results in parts for one in results]
    with patch("grader.grading.run_checks", lambda *_: results):
        return grade(evidence(), assignment)


@given(exercises())
def test_points_add_up(parts: list[tuple[Exercise, list[CheckResult]]]) -> None:
    report = graded(parts)
    for exercise, (expected, results) in zip(report.exercises, parts, strict=True):
        assert exercise.auto.possible == expected.auto
        assert exact(exercise.auto.earned) >= 0
        assert exact(exercise.auto.earned) + exact(exercise.auto.undecided) <= exact(exercise.auto.possible)
        assert exact(exercise.auto.earned) == sum(exact(check.earned) for check in exercise.checks)
        for check, one in zip(exercise.checks, results, strict=True):
            assert abs(check.earned - one.share * check.points) <= 0.005 + 1e-9
    for field in ("earned", "possible", "undecided"):
        total = getattr(report.auto, field)
        assert exact(total) == sum(exact(getattr(exercise.auto, field)) for exercise in report.exercises)
        assert total == round(total, 2), "a report shows hundredths"
    assert report.manual.possible == sum(expected.manual for expected, _ in parts)
    assert report.manual.given is None


@given(exercises())
def test_status_of_an_exercise_follows_from_its_checks(parts: list[tuple[Exercise, list[CheckResult]]]) -> None:
    for exercise, (_, results) in zip(graded(parts).exercises, parts, strict=True):
        statuses = {one.status for one in results}
        earned = sum(exact(one.earned) for one in results)
        lost = sum(
            exact(one.spec.points) - exact(one.earned)
            for one in results
            if one.status not in (Status.UNDECIDED, Status.ERROR)
        )
        if not results:
            assert exercise.status is (Status.PENDING if exercise.manual.possible else Status.NOT_ATTEMPTED)
        elif Status.ERROR in statuses:
            assert exercise.status is Status.ERROR
        elif statuses == {Status.UNDECIDED}:
            assert exercise.status is Status.UNDECIDED
        elif statuses <= {Status.UNDECIDED, Status.NOT_ATTEMPTED}:
            assert exercise.status is Status.NOT_ATTEMPTED
        elif not lost:
            assert exercise.status is Status.PASSED
        else:
            assert exercise.status is (Status.PARTIAL if earned else Status.FAILED)


@given(exercises())
def test_score_does_not_hang_on_the_order_of_checks(parts: list[tuple[Exercise, list[CheckResult]]]) -> None:
    backwards = [(exercise, results[::-1]) for exercise, results in parts]
    first, second = graded(parts), graded(backwards)
    assert first.auto == second.auto
    assert [one.status for one in first.exercises] == [one.status for one in second.exercises]


def test_tenths_that_do_not_add_up_in_binary_still_pass() -> None:
    spec = CheckSpec("f::a", "a", "e", 0.7, (), "public")
    open_spec = CheckSpec("f::b", "b", "e", 0.1, (), "public")
    results = [CheckResult(spec, Status.PASSED, 1.0), CheckResult(open_spec, Status.UNDECIDED)]
    (exercise,) = graded([(Exercise(id="e", title="e", auto=0.8), results)]).exercises
    assert 0.8 - 0.1 > 0.7, "the case in point"
    assert exercise.status is Status.PASSED


def test_what_people_should_know_is_remarked_once() -> None:
    seen = evidence(
        [markdown("Hello"), code(), code("fit()", error="NameError: name 'fit' is not defined")],
        [
            Remark(seq=1, cell=0, kind="remark", key="pip", text="`!pip` was not executed."),
            Remark(seq=2, cell=1, kind="remark", key="pip", text="`!pip` was not executed."),
            ModelUnreadable(seq=3, cell=1, kind="model_unreadable", model=0, reason="too deep"),
            LogFull(seq=4, cell=1, kind="log_full"),
        ],
        dataset="stand-in",
        ended="the kernel died in cell 3; the cells after it were not run",
    )
    assignment = Assignment("tiny", "Tiny", Path(), (Exercise(id="e", title="e", auto=0),), ())
    with patch("grader.grading.run_checks", lambda *_: []):
        report = grade(seen, assignment)
        served = seen.model_copy(
            update={
                "events": (DataServed(seq=1, cell=0, kind="data_served", name="cifar10"),),
                "remarks": ("Repaired.",),
            }
        )
        quiet = grade(served.model_copy(update={"run": evidence(sandbox="landlock").run}), assignment)
    assert report.remarks == (
        "`!pip` was not executed.",
        "The images served were not CIFAR-10 but made by hand: accuracy points cannot be decided. "
        "`grader data` shows where CIFAR-10 is looked for.",
        "The run ended early: the kernel died in cell 3; the cells after it were not run.",
        "The notebook ran without a sandbox: its code could do whatever the person can who graded it. `grader doctor` "
        "shows what this machine has against that.",
        "The notebook did more than can be recorded; what came last was not seen.",
        "A model of cell 3 could not be read (too deep).",
        "The notebook never called `cifar10.load_data()`.",
    )
    assert quiet.remarks == ("Repaired.",)
    assert report.run.cells == 2
    assert [(failed.cell, failed.error) for failed in report.run.failed_cells] == [
        (3, "NameError: name 'fit' is not defined")
    ]
