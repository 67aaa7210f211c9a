"""exe01 and exe02: the data set, and its scaling."""

from __future__ import annotations

from grader.checks import Submission, check
from grader.checks.dataset.images import (
    expect_all_images,
    expect_float32,
    expect_labels,
    expect_scaled,
    test_images,
    training_images,
)

test_images.__test__ = False  # type: ignore[attr-defined]


@check("exe01", 1)
def test_loaded(submission: Submission) -> None:
    """All 50 000 training and 10 000 test images are loaded, each set under its name."""
    expect_all_images(submission)


@check("exe01", 1)
def test_labels(submission: Submission) -> None:
    """Every image keeps its label, one of ten classes."""
    expect_labels(submission)


@check("exe02", 1)
def test_training_float32(submission: Submission) -> None:
    """The training images are float32."""
    expect_float32(training_images(submission))


@check("exe02", 1)
def test_training_scaled(submission: Submission) -> None:
    """The training images are divided by 255, once."""
    expect_scaled(training_images(submission), divisor=255)


@check("exe02", 1)
def test_test_float32(submission: Submission) -> None:
    """The test images are float32."""
    expect_float32(test_images(submission))


@check("exe02", 1)
def test_test_scaled(submission: Submission) -> None:
    """The test images are divided by 255, once, like the training images."""
    expect_scaled(test_images(submission), divisor=255)
