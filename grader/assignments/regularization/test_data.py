"""prep: images from 0 to 1 in float32, and labels in a form that the loss takes."""

from __future__ import annotations

from grader.checks import Submission, check, not_attempted
from grader.checks.dataset import images as given
from grader.checks.dataset import labels as encoded
from grader.evidence.schema import Arrays, Fit
from reference.regularization import CLASSES


def _expect_attempt(submission: Submission) -> None:
    """Something was done with the data beside loading them."""
    arrays = [data for event in submission.evidence.of(Arrays) for data in event.variables.values()]
    changed = any(
        (data.rows is not None and data.dtype != "uint8")
        or (data.labels is not None and data.labels.encoding == "one_hot")
        for data in arrays
    )
    if not changed and not submission.evidence.of(Fit):
        not_attempted("Images and labels are as they were loaded, and no network was trained.")


@check("prep", 1)
def test_training_images(submission: Submission) -> None:
    """The training images are float32 from 0 to 1."""
    _expect_attempt(submission)
    images = given.training_images(submission)
    given.expect_float32(images)
    given.expect_scaled(images, divisor=255)


@check("prep", 1)
def test_test_images(submission: Submission) -> None:
    """The test images are float32 from 0 to 1, like the training images."""
    _expect_attempt(submission)
    images = given.test_images(submission)
    given.expect_float32(images)
    given.expect_scaled(images, divisor=255)


@check("prep", 1)
def test_labels(submission: Submission) -> None:
    """The labels are one-hot vectors, or class numbers that the loss takes."""
    _expect_attempt(submission)
    encoded.expect_encoded(submission, encoded.training_labels(submission), CLASSES)


@check("prep", 1)
def test_complete(submission: Submission) -> None:
    """All images are used, each with its own label, and neither set is taken for the other."""
    _expect_attempt(submission)
    given.expect_all_images(submission)
    given.expect_labels(submission)
