"""q01 to q03: the data set, its classes, and its preparation."""

from __future__ import annotations

from grader.checks import Submission, check
from grader.checks.dataset.images import expect_all_images, expect_labels
from grader.checks.dataset.scaling import expect_prepared_alike, expect_small_values
from grader.checks.dataset.sizes import expect_sizes_shown
from grader.checks.drawing.gallery import expect_gallery
from reference import tiny_vgg


@check("q01", 1)
def test_loaded(submission: Submission) -> None:
    """All 50 000 training and 10 000 test images are loaded, each set under its name."""
    expect_all_images(submission, tiny_vgg.VALIDATION_SHARE)


@check("q01", 1)
def test_sizes(submission: Submission) -> None:
    """The number of images and their size are shown."""
    expect_sizes_shown(submission)


@check("q02", 3)
def test_classes(submission: Submission) -> None:
    """A figure shows images of every class, each with the name of its class."""
    expect_gallery(submission, every_class=True)


@check("q03", 1)
def test_prepared(submission: Submission) -> None:
    """The training images are brought into a small range, by scaling or by standardising."""
    expect_small_values(submission)


@check("q03", 1)
def test_prepared_alike(submission: Submission) -> None:
    """The test images are prepared like the training images, with nothing learned from the test set."""
    expect_prepared_alike(submission)


@check("q03", 1)
def test_labels(submission: Submission) -> None:
    """Every image keeps its label."""
    expect_labels(submission)
