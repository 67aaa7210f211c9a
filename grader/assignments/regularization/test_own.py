"""own: a model of the student's own, honestly trained within a budget of epochs."""

from __future__ import annotations

import pytest

from grader.checks import FitRun, Submission, check
from grader.checks.training.accuracy import Bar, expect_bar
from grader.checks.training.weights_path import (
    expect_epochs_within,
    expect_no_test_images,
    expect_own_weights,
    paths_to_presented,
    trials_of,
)
from grader.models import Role
from reference import regularization


@check("own", 6)
def test_no_test_images(submission: Submission, own: Role) -> None:
    """It is trained on no image of the test set."""
    for path in paths_to_presented(submission, own):
        expect_no_test_images(submission, path)


@check("own", 2)
@pytest.mark.usefixtures("own_paths")
def test_own_weights(submission: Submission, own: Role) -> None:
    """Its weights come from the trainings of this notebook."""
    expect_own_weights(submission, own)


@check("own", 8)
def test_epochs(submission: Submission, own_paths: list[list[FitRun]]) -> None:
    """It is trained for 25 epochs at most, over all trainings of the same weights."""
    for path in own_paths:
        expect_epochs_within(submission, path, regularization.OWN_EPOCHS)


@check("own", 8, needs=("data::training_images", "data::test_images", "data::labels", "data::complete"))
def test_accuracy(submission: Submission, own: Role, own_paths: list[list[FitRun]], bars: dict[str, Bar]) -> None:
    """It recognises 75 % of the test images within these epochs."""
    for path in own_paths:
        expect_epochs_within(submission, path, regularization.OWN_EPOCHS)
    runs = [run for path in own_paths for run in path]
    expect_bar(submission, trials_of(submission, own, runs), bars["Own model"])
