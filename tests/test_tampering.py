"""What was noticed costs nobody a point that was earned before, and gives nobody one that was not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.assignments import Assignment, load_assignment
from grader.checks import CheckResult, CheckSpec
from grader.evidence import Evidence
from grader.evidence.schema import DataServed, Event, Tampering
from grader.grading import grade
from grader.report.model import CheckReport, Report, Status
from grader.tampering import before, remarks, settled
from tests.checks.factories import code, evidence, markdown

RECORDED = Path(__file__).parent / "evidence" / "data" / "nets.json"


def served(seq: int, cell: int) -> Event:
    return DataServed(seq=seq, cell=cell, kind="data_served", name="cifar10")


def tampering(seq: int, cell: int, what: str = "`keras.Model.fit` was replaced") -> Tampering:
    return Tampering(seq=seq, cell=cell, kind="tampering", what=what)


RUN = evidence(
    [markdown("# 1"), code(text="a"), code(text="b", error="E"), markdown("# 2"), code(text="c"), code(text="d")],
    [served(1, 0), served(2, 1), served(3, 1), tampering(4, 1), served(5, 2), tampering(6, 2, "another")],
)


def test_evidence_ends_before_the_first_event() -> None:
    first = RUN.of(Tampering)[0]
    early = before(RUN, first)
    assert [event.seq for event in early.events] == [1, 2, 3]
    assert [cell.text for cell in early.cells] == ["", "a", "", "", "", ""]
    assert [cell.error for cell in early.cells] == [None] * 6
    assert [cell.source for cell in early.cells] == [cell.source for cell in RUN.cells]
    assert [early.position(ordinal) for ordinal in range(4)] == [2, 3, 0, 0], "its own events still have a cell"


def test_an_event_about_an_earlier_one_counts_from_that_one() -> None:
    contradiction = tampering(2, 1, "counts that cannot be")
    late = RUN.model_copy(update={"events": (*RUN.events, contradiction)})
    asked: list[Evidence] = []
    settled(late, [], lambda early: asked.append(early) or [])  # type: ignore[func-returns-value]
    assert [event.seq for event in asked[0].events] == [1]


def test_without_such_an_event_nothing_is_decided_twice() -> None:
    results = [CheckResult(spec(0), Status.FAILED, message="m")]
    assert settled(evidence([code()]), results, lambda _: pytest.fail("decided again")) == results


def test_each_is_remarked_once_with_its_cell() -> None:
    again = RUN.model_copy(update={"events": (*RUN.events, tampering(9, 1))})
    first, second = remarks(again)
    assert first.startswith("Tampering suspected: In cell 3, `keras.Model.fit` was replaced.")
    assert "In cell 5, another" in second
    assert "person should look" in first


def spec(number: int) -> CheckSpec:
    return CheckSpec(f"f::{number}", "title", "e", 1.0, (), "public")


SHARES = {Status.PASSED: 1.0, Status.PARTIAL: 0.5}
ENDS = st.tuples(st.sampled_from([status for status in Status if status is not Status.PENDING]), st.sampled_from("ab"))


def results(ends: Sequence[tuple[Status, str]]) -> list[CheckResult]:
    return [
        CheckResult(spec(number), status, SHARES.get(status, 0.0), message)
        for number, (status, message) in enumerate(ends)
    ]


@given(st.lists(st.tuples(ENDS, ENDS), max_size=8))
def test_a_result_stands_or_is_left_open(pairs: list[tuple[tuple[Status, str], tuple[Status, str]]]) -> None:
    whole, early = results([pair[0] for pair in pairs]), results([pair[1] for pair in pairs])
    for one, other, left in zip(whole, early, settled(RUN, whole, lambda _: early), strict=True):
        assert left == one or (left.status, left.share) == (Status.UNDECIDED, 0.0)
        if other == one:
            assert left == one, "what was so before stays so"
        if one.earned:
            assert (left == one) == (other.earned >= one.earned)
        if left != one:
            assert "In cell 3, `keras.Model.fit` was replaced" in left.message
            assert left.cells == (3,)


@pytest.fixture(scope="module")
def recorded() -> Evidence:
    """A run that earns points."""
    return Evidence.load(RECORDED)


@pytest.fixture(scope="module")
def nets() -> Assignment:
    return load_assignment("nets")


def checks(report: Report) -> dict[str, CheckReport]:
    return {check.id: check for exercise in report.exercises for check in exercise.checks}


@pytest.fixture(scope="module")
def whole(recorded: Evidence, nets: Assignment) -> Report:
    """The report on all of it."""
    return grade(recorded, nets)


@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_no_score_rises_and_none_that_was_earned_before_falls(
    recorded: Evidence, nets: Assignment, whole: Report, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(recorded.events)))
    known, rest = recorded.events[:place], recorded.events[place:]
    noticed = tampering(known[-1].seq + 1 if known else 0, known[-1].cell if known else -1)
    left = checks(grade(recorded.model_copy(update={"events": (*known, noticed, *rest)}), nets))
    early = checks(grade(before(recorded, noticed), nets))
    for name, check in checks(whole).items():
        if early[name].earned >= check.earned:
            assert left[name].earned == check.earned
        else:
            assert (left[name].status, left[name].earned) == (Status.UNDECIDED, 0.0)


def test_at_the_end_it_changes_nothing_but_the_remarks(recorded: Evidence, nets: Assignment, whole: Report) -> None:
    last = recorded.events[-1]
    noticed = tampering(last.seq + 1, 1 + max(cell.ordinal or 0 for cell in recorded.cells))
    left = grade(recorded.model_copy(update={"events": (*recorded.events, noticed)}), nets)
    assert whole.auto.earned > 0
    assert left.auto == whole.auto
    assert left.exercises == whole.exercises
    assert [remark for remark in left.remarks if remark not in whole.remarks] == list(remarks(evidence([], [noticed])))


def test_at_the_beginning_it_leaves_everything_open(recorded: Evidence, nets: Assignment, whole: Report) -> None:
    left = grade(recorded.model_copy(update={"events": (tampering(0, -1), *recorded.events)}), nets)
    assert left.auto.earned == 0
    assert left.auto.undecided >= whole.auto.earned
    assert any("Before the first cell" in remark for remark in left.remarks)
