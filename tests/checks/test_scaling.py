"""Images prepared in a way of the student's choice: small values, and the same way for both sets."""

from __future__ import annotations

import pytest

from grader.checks import Submission
from grader.checks.dataset.scaling import expect_prepared_alike, expect_small_values
from grader.checks.outcomes import Failed, NotAttempted
from grader.evidence.schema import Evaluation
from grader.evidence.values import DataGiven, Prepared, Rows
from tests.checks.factories import code, evidence, training

MEAN, DEVIATION = 125.3, 63.0


def given(name, scale, offset, *, whose=None, inside=False, per_image=False):
    """A set of images whose values are scale · served value + offset."""
    count = 50_000 if name == "train" else 10_000
    reached = (1.0, 0.0) if inside else (scale, offset)
    rows = Rows(
        count=count,
        train=count if name == "train" else 0,
        test=count if name == "test" else 0,
        unknown=0,
        distinct=count,
        runs=((name, 0, count),),
        scale=None if per_image else (reached[0],) * 3,
        offset=None if per_image else (reached[1],) * 3,
        residual=1e-7,
        per_image=per_image,
        standardised=whose,
    )
    prepared = Prepared(
        scale=(scale,) * 3,
        offset=(offset,) * 3,
        residual=0.0,
        shape=(32, 32, 3),
        random_training=False,
        random_inference=False,
    )
    low, high = reached[1], 255 * reached[0] + reached[1]
    given = DataGiven(rows=rows, count=count, whole=True, low=low, high=high)
    return given.model_copy(update={"prepared": prepared}) if inside else given


def submission(train, test):
    fit, end = training(1, 0, {"loss": [1.0]})
    evaluation = Evaluation(
        seq=5, cell=0, kind="evaluate", model=0, version=0, x=test, values={"loss": 1.0}, predicted=None
    )
    return Submission(evidence([code()], [fit.model_copy(update={"x": train}), end, evaluation]))


WAYS = {
    "to [0, 1]": {"scale": 1 / 255, "offset": 0.0},
    "to [-1, 1]": {"scale": 1 / 127.5, "offset": -1.0},
    "standardised": {"scale": 1 / DEVIATION, "offset": -MEAN / DEVIATION, "whose": "train"},
    "inside the network": {"scale": 1 / 255, "offset": 0.0, "inside": True},
    "image by image": {"scale": 1 / 60, "offset": -2.0, "per_image": True, "whose": "own"},
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_any_way_will_do_for_both_sets(way):
    both = submission(given("train", **way), given("test", **way))
    expect_small_values(both)
    expect_prepared_alike(both)


@pytest.mark.parametrize(("scale", "words"), [(1.0, "they were not prepared"), (1 / 255**2, "divided twice")])
def test_values_as_they_are_or_scaled_twice(scale, words):
    both = submission(given("train", scale, 0.0), given("test", scale, 0.0))
    with pytest.raises(Failed, match=words):
        expect_small_values(both)
    expect_prepared_alike(both)  # paid for already


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (given("test", 1.0, 0.0), "expected the same preparation"),
        (given("test", 1 / 62.8, -126.0 / 62.8), "expected the same preparation"),
        (given("test", 1 / DEVIATION, -MEAN / DEVIATION, whose="test"), "statistics of the test images"),
        (given("test", 1 / DEVIATION, -MEAN / DEVIATION, whose="all"), "of training and test images together"),
    ],
)
def test_test_images_prepared_otherwise(test, words):
    with pytest.raises(Failed, match=words):
        expect_prepared_alike(submission(given("train", **WAYS["standardised"]), test))


def test_without_images_there_is_nothing_to_judge():
    with pytest.raises(NotAttempted):
        expect_prepared_alike(Submission(evidence([code()])))
