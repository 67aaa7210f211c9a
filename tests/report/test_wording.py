"""The words and numbers that every format shares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report import wording
from grader.report.model import AutoPoints, ExerciseReport, ManualPoints, Report, Status


@pytest.mark.parametrize(
    ("points", "shown"),
    [(0, "0"), (-0.0, "0"), (-0.001, "0"), (10, "10"), (2.5, "2.5"), (2 / 3, "0.67"), (99.999, "100")],
)
def test_points_have_at_most_two_decimals(points: float, shown: str) -> None:
    assert wording.number(points) == shown


@given(st.integers(0, 10**9))
def test_hundredths_survive(hundredths: int) -> None:
    assert round(float(wording.number(hundredths / 100)) * 100) == hundredths


@pytest.mark.parametrize(
    ("positions", "shown"),
    [((), ""), ((12,), "cell 12"), ((31, 12, 31), "cells 12, 31"), ((10, 9), "cells 9, 10")],
)
def test_cells_are_named_once_and_in_order(positions: tuple[int, ...], shown: str) -> None:
    assert wording.cells(positions) == shown


@pytest.mark.parametrize(
    ("duration", "shown"),
    [(0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "1 min 0 s"), (119.7, "2 min 0 s"), (7325, "122 min 5 s")],
)
def test_durations(duration: float, shown: str) -> None:
    assert wording.seconds(duration) == shown


def test_counts_are_grouped() -> None:
    assert [wording.thousands(count) for count in (10, 18_496, 3_401_354)] == ["10", "18 496", "3 401 354"]


def test_effort_and_data_are_explained(report: Report) -> None:
    assert wording.effort(report) == "sketch: a few tiny training steps, accuracy is not decided"
    assert wording.dataset(report).startswith("stand-in: generated")
    assert wording.dataset(report.model_copy(update={"dataset": "flowers"})) == "flowers"


def test_every_status_has_its_own_words_and_symbols() -> None:
    assert set(wording.STATUSES) == set(Status)
    for column in zip(*wording.STATUSES.values(), strict=True):
        assert len(set(column)) == len(Status)
    assert all(words.ascii.isascii() for words in wording.STATUSES.values())


def test_points_that_a_person_gave_are_no_longer_pending(report: Report) -> None:
    given_points = [
        exercise.model_copy(update={"manual": ManualPoints(given=0, possible=2)})
        if exercise.id == "exe09"
        else exercise
        for exercise in report.exercises
    ]
    assert wording.pending_total(report) == 14
    assert wording.pending_total(report.model_copy(update={"exercises": tuple(given_points)})) == 12


@pytest.mark.parametrize(
    ("undecided", "manual", "shown"),
    [
        (0, ManualPoints(), []),
        (2, ManualPoints(possible=4), ["2 undecided", "4 pending"]),
        (0, ManualPoints(given=0, possible=4), ["0 / 4 manual"]),
    ],
)
def test_other_points(undecided: float, manual: ManualPoints, shown: list[str]) -> None:
    auto = AutoPoints(earned=0, possible=3, undecided=undecided)
    exercise = ExerciseReport(id="q1", title="", status=Status.PARTIAL, auto=auto, manual=manual, checks=())
    assert wording.other_points(exercise) == shown
