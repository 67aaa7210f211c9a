"""prep: images scaled to [0, 1] as float32, labels as one-hot vectors, of training and test set alike."""

from __future__ import annotations

from grader.checks import Submission, check
from grader.checks.dataset.images import expect_float32, expect_scaled, test_images, training_images
from grader.checks.dataset.labels import expect_encoded, test_labels, training_labels
from reference import first_cnn

test_images.__test__ = False  # type: ignore[attr-defined]
test_labels.__test__ = False  # type: ignore[attr-defined]


@check("prep", 2)
def test_training_float32(submission: Submission) -> None:
    """The training images are float32."""
    expect_float32(training_images(submission))


@check("prep", 2)
def test_training_scaled(submission: Submission) -> None:
    """The training images are scaled to the range from 0 to 1, once."""
    expect_scaled(training_images(submission), divisor=255)


@check("prep", 1)
def test_test_float32(submission: Submission) -> None:
    """The test images are float32."""
    expect_float32(test_images(submission))


@check("prep", 2)
def test_test_scaled(submission: Submission) -> None:
    """The test images are scaled like the training images."""
    expect_scaled(test_images(submission), divisor=255)


@check("prep", 2)
def test_training_labels(submission: Submission) -> None:
    """The training labels are vectors of ten, or class numbers with a loss that takes them."""
    expect_encoded(submission, training_labels(submission), first_cnn.CLASSES)


@check("prep", 1)
def test_test_labels(submission: Submission) -> None:
    """The test labels are encoded like those of the training images."""
    expect_encoded(submission, test_labels(submission), first_cnn.CLASSES)
