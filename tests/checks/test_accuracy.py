"""Accuracy bars: where they come from, and what reaches them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks import Submission
from grader.checks.outcomes import CheckOutcome, Failed, Undecided
from grader.checks.training.accuracy import Bar, expect_bar
from grader.evidence.schema import Evaluation, Prediction, Unverified, Verified
from grader.evidence.values import DataGiven, Predicted, Rows
from grader.verification.accuracy import Labels
from tests.checks.factories import code, evidence
from tests.training.factories import calibration
from tests.verification.made import WEIGHTS, verified

IMAGES = 10_000
LABELS = np.arange(IMAGES) % 10
NAMED = Bar(network="CNN", dataset="cifar10", named=0.62)


def classes(share: float, count: int) -> tuple[int, ...]:
    """Predictions of the first `count` images, so many of them right."""
    right = round(share * count)
    return tuple(int(label if place < right else (label + 1) % 10) for place, label in enumerate(LABELS[:count]))


def evaluation(share: float, count: int = 2000) -> Evaluation:
    predicted = Predicted(rows=tuple(range(count)), classes=classes(share, count))
    return Evaluation(seq=1, cell=0, kind="evaluate", model=0, version=0, x=DataGiven(), values={}, predicted=predicted)


def prediction(share: float, *runs: tuple[str, int, int]) -> Prediction:
    count = sum(stop - start for _, start, stop in runs)
    rows = Rows(
        count=count,
        train=0,
        test=count,
        unknown=0,
        distinct=count,
        runs=runs,
        scale=None,
        offset=None,
        residual=None,
        per_image=False,
    )
    return Prediction(
        seq=1,
        cell=0,
        kind="predict",
        model=0,
        version=0,
        via="predict",
        training=False,
        x=DataGiven(rows=rows, count=count),
        shape=(count, 10),
        classes=classes(share, count),
    )


def submission(**facts: Any) -> Submission:
    return Submission(evidence([code()], **{"effort": "full", **facts}), labels=Labels(LABELS, LABELS))


ALL = ("test", 0, IMAGES)


@pytest.mark.parametrize(
    "trial", [evaluation(0.65), evaluation(0.61), prediction(0.62, ALL)], ids=["above", "by chance below", "all images"]
)
def test_reached(trial):
    expect_bar(submission(), [evaluation(0.1), trial], NAMED)


@pytest.mark.parametrize("trial", [evaluation(0.5), prediction(0.6199, ALL)], ids=["a sample", "all images"])
def test_missed(trial):
    with pytest.raises(Failed, match="62%"):
        expect_bar(submission(), [trial], NAMED)


@pytest.mark.parametrize(
    ("trial", "facts"),
    [
        (evaluation(0.9), {"effort": "sketch"}),
        (evaluation(0.9), {"dataset": "stand-in"}),
        (evaluation(0.9).model_copy(update={"predicted": None}), {}),
        (prediction(0.9, ("test", 0, 50), ("train", 0, 50)), {}),
    ],
)
def test_undecided(trial, facts):
    with pytest.raises(Undecided):
        expect_bar(submission(**facts), [trial], NAMED)


def test_a_measured_bar_decides_too():
    measured = Bar(network="NET I", dataset="cifar10", calibrations=(calibration((0.68, 0.69, 0.70)),))
    expect_bar(submission(), [prediction(measured.value, ALL)], measured)
    with pytest.raises(Failed, match=r"trained by the protocol it reaches 69\.0%"):
        expect_bar(submission(), [prediction(measured.value - 0.001, ALL)], measured)


@pytest.mark.parametrize("effort", ["short", "full"])
def test_a_bar_of_which_nothing_is_known_decides_nothing(effort: str):
    with pytest.raises(Undecided):
        expect_bar(submission(effort=effort), [evaluation(0.99)], Bar(network="NET I", dataset="cifar10"))


def test_outcomes_name_the_cell():
    with pytest.raises(CheckOutcome) as found:
        expect_bar(submission(), [evaluation(0.1)], NAMED)
    assert found.value.cells == (1,)


# What is known of a model that was built again

TRIED = evaluation(0.9).model_copy(update={"seq": 5, "weights": WEIGHTS})


def rebuilt(test: float = 0.65, mirrored: float = 0.65, train: float = 0.7, **changes: Any) -> Verified:
    return verified(LABELS[:2000], test=test, mirrored=mirrored, train=train, **changes)


def outcome(*events: Any, trial: Evaluation = TRIED) -> str:
    told = Submission(evidence([code()], [trial, *events], effort="full"), labels=Labels(LABELS, LABELS))
    try:
        expect_bar(told, [trial], NAMED)
    except CheckOutcome as found:
        return f"{type(found).__name__}: {found}"
    return "passed"


def test_the_model_that_was_built_again_decides():
    assert outcome(rebuilt()) == "passed"
    low = outcome(rebuilt(test=0.4, mirrored=0.4))
    assert low.startswith("Failed")
    assert "40.0%" in low


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (rebuilt(faithful=False), "other results"),
        (rebuilt(test=0.9, mirrored=0.5), "in the mirror"),
        (rebuilt(test=0.9, mirrored=0.9, train=0.5), "training images"),
    ],
)
def test_doubts_are_for_a_person(found: Verified, words: str):
    told = outcome(found)
    assert told.startswith("Undecided")
    assert words in told
    assert "a person should look" in told.lower()


def unverified(**changes: Any) -> Unverified:
    fields = {"seq": 5, "cell": 0, "model": 0, "version": 0, "weights": WEIGHTS, "reason": "why", **changes}
    return Unverified(kind="unverified", **fields)


def test_where_it_was_not_built_again_the_kernel_is_believed_unless_that_is_our_fault():
    assert outcome(unverified()) == "passed"
    assert outcome(unverified(fault=True)).startswith("Undecided")
    assert outcome(unverified(fault=True, weights=1)) == "passed"


def mirrored(share: float) -> Evaluation:
    predicted = Predicted(rows=tuple(range(500)), classes=classes(0.9, 500), mirrored=classes(share, 500))
    return TRIED.model_copy(update={"predicted": predicted})


def test_labels_that_the_mirror_image_does_not_have_are_for_a_person():
    assert outcome(trial=mirrored(0.88)) == "passed"
    assert outcome(trial=mirrored(0.1)).startswith("Undecided")
