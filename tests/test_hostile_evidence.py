"""Grading evidence that fits its schema and nothing else: it ends, it adds up, and faults give nobody points."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignments import Assignment, load_assignment
from grader.evidence import Evidence, EvidenceError, parse_event
from grader.evidence.schema import Event, RecorderFault
from grader.grading import grade
from grader.report.model import Report, Status
from tests.evidence.mutations import RECORDED, events_changed

NAMES = sorted(file.stem for file in RECORDED.glob("*.json"))
MANY = settings(max_examples=4)


@cache
def assignment(name: str) -> Assignment:
    return load_assignment(name)


@cache
def recorded(name: str) -> Evidence:
    return Evidence.load(RECORDED / f"{name}.json")


def hostile(seed: int, name: str, times: int) -> Evidence:
    """The evidence of a real notebook with so many changes to its events, without those that nobody would accept."""
    real = recorded(name)
    events = [json.loads(event.model_dump_json(by_alias=True)) for event in real.events]
    accepted = (read(event) for event in events_changed(random.Random(seed), events, times))
    return real.model_copy(update={"events": tuple(event for event in accepted if event is not None)})


def read(event: dict[str, Any]) -> Event | None:
    try:
        return parse_event(json.dumps(event).encode())
    except EvidenceError:
        return None


def assert_adds_up(report: Report) -> None:
    for exercise in report.exercises:
        assert 0 <= exercise.auto.earned <= exercise.auto.possible - exercise.auto.undecided + 1e-9
        for check in exercise.checks:
            open_yet = check.status in (Status.UNDECIDED, Status.ERROR)
            assert 0 <= check.earned <= (0 if open_yet else check.points)


@pytest.mark.parametrize("name", NAMES)
@MANY
@given(seed=st.integers(0, 2**32), times=st.sampled_from([1, 3, 10, 40]))
def test_whatever_was_recorded_is_graded(name: str, seed: int, times: int) -> None:
    seen = hostile(seed, name, times)
    report = grade(seen, assignment(name))
    assert_adds_up(report)
    assert grade(Evidence.model_validate_json(seen.model_dump_json(by_alias=True)), assignment(name)) == report


@pytest.mark.parametrize("name", NAMES)
@MANY
@given(seed=st.integers(0, 2**32), times=st.sampled_from([0, 3, 10]))
def test_a_fault_gives_no_points_and_takes_none(name: str, seed: int, times: int) -> None:
    seen = hostile(seed, name, times)
    before = grade(seen, assignment(name))
    last = max((event.seq for event in seen.events), default=0)
    fault = RecorderFault(seq=last + 1, cell=-1, kind="recorder_fault", error="made up")
    after = grade(seen.model_copy(update={"events": (*seen.events, fault)}), assignment(name))
    assert after.auto.earned <= before.auto.earned
    for old, new in zip(checks(before), checks(after), strict=True):
        assert new.earned in (0, old.earned)
        assert new.status not in (Status.FAILED, Status.PARTIAL, Status.NOT_ATTEMPTED)


@pytest.mark.parametrize("name", NAMES)
@MANY
@given(other=st.sampled_from(NAMES), seed=st.integers(0, 2**32), times=st.sampled_from([0, 10]))
def test_evidence_of_another_assignment_is_graded(name: str, other: str, seed: int, times: int) -> None:
    assert_adds_up(grade(hostile(seed, other, times), assignment(name)))


def checks(report: Report) -> list[Any]:
    return [check for exercise in report.exercises for check in exercise.checks]
