"""Encodings of labels: vectors of the right length, or class numbers with a loss that takes them."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks import Submission
from grader.checks.dataset.labels import expect_encoded, test_labels, training_labels
from grader.checks.outcomes import Failed, NotAttempted
from grader.evidence.schema import Arrays, Compile, Event
from grader.evidence.values import DataGiven, LabelsGiven, Loss
from tests.checks.factories import code, data, evidence, training

test_labels.__test__ = False  # type: ignore[attr-defined]

SPARSE = {"encoding": "sparse", "shape": (50_000, 1)}
ONE_HOT = {"encoding": "one_hot", "shape": (50_000, 10)}


def compiled(loss: str, sparse: float | None) -> Compile:
    return Compile(
        seq=1,
        cell=0,
        kind="compile",
        model=0,
        version=0,
        optimizer=None,
        loss=Loss(name=loss, probe={"sparse": sparse}),
        metrics=(),
    )


TAKES_NUMBERS = compiled("sparse_categorical_crossentropy", 0.92)
TAKES_VECTORS = compiled("categorical_crossentropy", None)


def trained(labels: dict[str, Any], *events: Event) -> Submission:
    """A training on these labels, validated on the test images with the same encoding."""
    fit, end = training(5, 0, {})
    x = data("train", 0, 50_000).model_copy(update={"labels": LabelsGiven(**labels)})
    shape = (10_000, *labels["shape"][1:])
    held = data("test", 0, 10_000).model_copy(update={"labels": LabelsGiven(**{**labels, "shape": shape})})
    return Submission(evidence([code()], [*events, fit.model_copy(update={"x": x, "validation": held}), end]))


@pytest.mark.parametrize(
    ("labels", "loss"), [(ONE_HOT, TAKES_VECTORS), (ONE_HOT, TAKES_NUMBERS), (SPARSE, TAKES_NUMBERS)]
)
@pytest.mark.parametrize("found", [training_labels, test_labels])
def test_right_encodings(found: Any, labels: dict[str, Any], loss: Compile) -> None:
    submission = trained(labels, loss)
    expect_encoded(submission, found(submission), 10)


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        (SPARSE, "no network has a loss that takes them"),
        ({"encoding": "other", "shape": (50_000, 10, 10)}, "encoded once more. Expected a vector of 10"),
        ({"encoding": "one_hot", "shape": (50_000, 11)}, r"have the shape \(50000, 11\). Expected a vector of 10"),
        ({**ONE_HOT, "agree": 0.1}, "Only 10% of the training labels belong to their image"),
    ],
)
def test_wrong_encodings(labels: dict[str, Any], told: str) -> None:
    submission = trained(labels, TAKES_VECTORS)
    with pytest.raises(Failed, match=told):
        expect_encoded(submission, training_labels(submission), 10)


def held(**labels: Any) -> DataGiven:
    return DataGiven(shape=labels["shape"], labels=LabelsGiven(**labels))


def test_where_nothing_is_trained_the_vectors_among_the_variables_count() -> None:
    numbers = {"y_train": held(**SPARSE), "y_test": held(encoding="sparse", shape=(10_000, 1))}
    variables = {"Y": held(**ONE_HOT), "Y_test": held(encoding="one_hot", shape=(10_000, 10)), **numbers}
    submission = Submission(evidence([code()], [Arrays(seq=1, cell=0, kind="arrays", variables=variables)]))
    for found in (training_labels(submission), test_labels(submission)):
        assert found.labels.encoding == "one_hot"
        expect_encoded(submission, found, 10)


def test_labels_left_as_loaded_are_no_attempt() -> None:
    arrays = Arrays(seq=1, cell=0, kind="arrays", variables={"y_train": held(**SPARSE)})
    submission = Submission(evidence([code()], [arrays]))
    with pytest.raises(NotAttempted, match="as they were loaded"):
        expect_encoded(submission, training_labels(submission), 10)
    with pytest.raises(NotAttempted, match="No test labels were found"):
        test_labels(submission)
