"""Test images among those trained on are told; near-duplicates and a few mistaken rows are not held against anyone."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks import Submission
from grader.checks.dataset.leaks import test_images_among as images_among
from grader.evidence.values import DataGiven, Rows
from tests.checks.factories import code, evidence, training


def rows(**fields: Any) -> Rows:
    """Rows of which what is not said is nothing; `unknown` of them are neither exactly training nor test images."""
    usual = {"train": 0, "test": 0, "unknown": 0, "runs": (), "scale": None, "offset": None, "residual": None}
    given = usual | fields
    count = given["train"] + given["test"] + given["unknown"]
    return Rows(count=count, distinct=count, per_image=False, **given)


def given(**fields: Any) -> DataGiven:
    found = rows(**fields)
    return DataGiven(count=found.count, whole=True, rows=found)


def submission(*trained: DataGiven) -> Submission:
    events = []
    for number, data in enumerate(trained, 1):
        fit, end = training(10 * number, 0, {"loss": [1.0]})
        events += [fit.model_copy(update={"x": data}), end]
    return Submission(evidence([code()], events))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"train": 50_000, "test": 10_000}, "10000 test images among 60000"),
        ({"train": 50_000, "test": 300}, "300 test images among 50300"),
        (
            {"train": 50_000, "unknown": 10_000, "sampled": 250, "disguised_test": 250, "disguise": "flipped"},
            "about 10000 test images flipped among 60000",
        ),
        (
            {"unknown": 60_000, "sampled": 240, "disguised_train": 200, "disguised_test": 40, "disguise": "shifted"},
            "about 10000 test images shifted among 60000",
        ),
        (
            {"train": 5000, "test": 400, "unknown": 400, "sampled": 200, "disguised_test": 100, "disguise": "other"},
            "400 test images and about 200 test images with changed values or form among 5800",
        ),
    ],
)
def test_test_images_are_counted(fields: dict[str, Any], words: str) -> None:
    assert images_among(submission(), given(**fields)) == words


@pytest.mark.parametrize(
    "fields",
    [
        {"train": 50_000},
        {"train": 50_000, "test": 40},
        {"unknown": 60_000, "sampled": 64},
        {"train": 50_000, "unknown": 50_000, "sampled": 256, "disguised_train": 200, "disguised_test": 12},
        {"train": 50_000, "unknown": 300, "sampled": 256, "disguised_test": 256, "disguise": "other"},
        {},
    ],
)
def test_what_may_be_chance_is_not_told(fields: dict[str, Any]) -> None:
    assert images_among(submission(), given(**fields)) is None


def test_images_that_cannot_be_recognised_are_not_told() -> None:
    assert images_among(submission(), DataGiven(count=100)) is None


def test_sets_that_the_notebook_swapped_keep_the_names_it_gave() -> None:
    swapped = submission(given(test=10_000))
    assert swapped.swapped
    assert images_among(swapped, given(test=10_000)) is None
    assert images_among(swapped, given(test=10_000, train=5000)) == "5000 test images among 15000"
    flipped = given(test=9000, unknown=1000, sampled=200, disguised_train=200, disguise="flipped")
    assert images_among(swapped, flipped) == "about 1000 test images flipped among 10000"


@pytest.mark.parametrize(
    ("fields", "is_test", "is_training"),
    [
        ({"test": 10_000}, True, False),
        ({"train": 40_000}, False, True),
        ({"test": 9950, "unknown": 50}, True, False),
        ({"test": 9000, "unknown": 1000}, False, False),
        ({"unknown": 10_000, "sampled": 256, "disguised_test": 245, "disguised_train": 1}, True, False),
        ({"unknown": 50_000, "sampled": 256, "disguised_train": 150, "disguised_test": 8}, False, True),
        ({"unknown": 50_000, "sampled": 256, "disguised_train": 150, "disguised_test": 30}, False, False),
        ({"train": 50_000, "test": 3000, "unknown": 10, "sampled": 10, "disguised_train": 10}, False, False),
        ({"train": 50_000, "unknown": 10_000, "sampled": 256, "disguised_test": 250}, False, False),
        ({"unknown": 10_000, "sampled": 64, "disguised_train": 1}, False, False),
        ({}, False, False),
    ],
)
def test_images_in_disguise_are_what_they_are(fields: dict[str, Any], is_test: bool, is_training: bool) -> None:
    one = submission(given(train=50_000))
    assert one.is_test(given(**fields)) == is_test
    assert one.is_training(given(**fields)) == is_training


def test_numbers_are_extrapolated_from_the_sample() -> None:
    found = rows(train=100, test=10, unknown=1000, sampled=250, disguised_train=100, disguised_test=25)
    assert (found.all_train, found.all_test) == (100 + 400, 10 + 100)
    assert rows(unknown=10).all_train == 0
