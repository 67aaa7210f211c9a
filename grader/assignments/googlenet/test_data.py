"""s1.split and s2.explore: the three sets, and a look at the images."""

from __future__ import annotations

from grader.checks import Submission, check
from grader.checks.dataset.explore import expect_counts
from grader.checks.dataset.splits import expect_last_held_out, expect_test_untouched
from grader.checks.drawing.gallery import expect_grid
from reference import googlenet


@check("s1.split", 4)
def test_last_examples_held_out(submission: Submission) -> None:
    """The last 10 000 training examples are for validation, the 40 000 before them for training."""
    expect_last_held_out(submission, googlenet.VALIDATION_IMAGES)


@check("s1.split", 2)
def test_test_set_untouched(submission: Submission) -> None:
    """No test image is trained on, and all 10 000 of them are left for the test."""
    expect_test_untouched(submission)


@check("s2.explore", 2)
def test_counts(submission: Submission) -> None:
    """The number of samples of each category is shown."""
    expect_counts(submission)


@check("s2.explore", 2)
def test_grid(submission: Submission) -> None:
    """The first 25 images stand in a 5×5 grid, each with its class name."""
    expect_grid(submission)
