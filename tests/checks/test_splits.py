"""The division of the images: where it is seen, and what is said of a wrong one."""

from __future__ import annotations

import pytest

from grader.checks import Submission
from grader.checks.dataset.splits import expect_last_held_out, expect_test_untouched
from grader.checks.outcomes import Failed, NotAttempted
from grader.evidence.schema import Arrays
from grader.evidence.values import DataGiven, LabelsGiven, Rows
from tests.checks.factories import code, evidence, training

HELD_OUT = 10_000


def data(*runs: tuple[str, int, int], whole: bool = True, count: int | None = None, **fields) -> DataGiven:
    """Images of these rows; `count` of them in all, where not all were looked at."""
    sizes = {name: sum(stop - start for kind, start, stop in runs if kind == name) for name in ("train", "test")}
    total = sum(sizes.values())
    rows = Rows(
        count=total,
        unknown=0,
        distinct=total,
        runs=runs,
        scale=None,
        offset=None,
        residual=None,
        per_image=False,
        **sizes,
        **fields,
    )
    return DataGiven(kind="array", whole=whole, count=count or total, rows=rows)


def submission(variables=None, x=None, validation=None, split=0.0) -> Submission:
    events = [Arrays(seq=1, cell=0, kind="arrays", variables=variables or {})]
    if x is not None:
        fit, end = training(2, 0, {})
        events += [fit.model_copy(update={"x": x, "validation": validation, "validation_split": split}), end]
    return Submission(evidence([code()], events))


FIRST, LAST = data(("train", 0, 40_000)), data(("train", 40_000, 50_000))
ALL = data(("train", 0, 50_000))


@pytest.mark.parametrize(
    "right",
    [
        submission({"a": FIRST, "b": LAST}),
        submission(None, FIRST, LAST),
        submission(None, ALL, None, 0.2),
        submission(
            None,
            data(("train", 0, 1024), whole=False, count=40_000),
            data(("train", 40_000, 41_024), whole=False, count=10_000),
        ),
    ],
)
def test_the_last_examples_may_be_held_out_in_any_way(right):
    expect_last_held_out(right, HELD_OUT)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (submission(None, data(("train", 10_000, 50_000)), data(("train", 0, 10_000))), "10 000 to 49 999"),
        (submission({"a": ALL}, ALL, LAST), "0 to 49 999"),
        (submission(None, ALL, None, 0.1), "last 10%"),
        (submission({"a": data(("train", 5_000, 45_000))}), "5 000 to 44 999"),
    ],
)
def test_another_division_is_told_with_what_was_found(wrong, words):
    with pytest.raises(Failed, match=words):
        expect_last_held_out(wrong, HELD_OUT)


def test_labels_divided_otherwise_are_found():
    mixed = FIRST.model_copy(update={"labels": LabelsGiven(encoding="sparse", agree=0.1)})
    with pytest.raises(Failed, match="labels do not belong"):
        expect_last_held_out(submission({"a": FIRST, "b": LAST}, mixed, LAST), HELD_OUT)


def test_nothing_divided_is_not_attempted():
    with pytest.raises(NotAttempted):
        expect_last_held_out(submission({"a": ALL}), HELD_OUT)


def test_test_images_are_for_the_test():
    tests = data(("test", 0, 10_000))
    expect_test_untouched(submission({"a": tests}, FIRST, LAST))
    with pytest.raises(Failed, match="10000 test images among 50000"):
        expect_test_untouched(submission({"a": tests}, data(("train", 0, 40_000), ("test", 0, 10_000)), LAST))
    with pytest.raises(Failed, match="No variable"):
        expect_test_untouched(submission({"a": data(("test", 0, 500))}))
