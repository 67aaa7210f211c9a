"""What the checks of `first-cnn` ask for: the two models, and the training of model 2 that answers the exercise."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks import FitRun, Submission, not_attempted
from grader.checks.dataset.images import TRAINING_IMAGES
from grader.evidence.schema import ModelSnapshot
from grader.models import Candidate, Role, chain_of
from reference import first_cnn


@pytest.fixture
def model1(submission: Submission) -> Role:
    """The model that answers the given network."""
    return submission.role("model 1")


@pytest.fixture
def model2(submission: Submission) -> Role:
    """The model that answers the network to design.

    Of several tries that follow the pattern alike any one may have been trained, and its parameters stated.
    """
    role = submission.role("model 2")
    compare = role.network.compare
    best = compare(Candidate(role.snapshot, role.chain, frozenset(), 0))
    alike = {
        snapshot.model
        for snapshot in submission.evidence.of(ModelSnapshot)
        if compare(Candidate(snapshot, chain_of(snapshot), frozenset(), 0)) >= best
    }
    return replace(role, models=role.models | alike)


@pytest.fixture
def fits2(submission: Submission, model2: Role) -> list[FitRun]:
    """The trainings of one model 2, in order: of several tries the one that follows the exercise best."""
    by_model: dict[int, list[FitRun]] = {}
    runs = submission.fits_of(model2)
    if not runs:
        not_attempted("Model 2 was never trained.")
    for run in [run for run in runs if not _is_trial(run)] or runs:
        by_model.setdefault(run.asked.model, []).append(run)
    return max(by_model.values(), key=lambda runs: (_right_epochs(runs), any(map(_watched, runs))))


def _right_epochs(runs: list[FitRun]) -> bool:
    """Whether one of the trainings has the epochs of the exercise, or all together have them, as one by one."""
    return first_cnn.EPOCHS_2 in (*(run.epochs for run in runs), sum(run.epochs for run in runs))


def _is_trial(run: FitRun) -> bool:
    """Whether it only tries on few images whether the network runs."""
    count = run.asked.x.count
    return count is not None and count < TRAINING_IMAGES / 2


def _watched(run: FitRun) -> bool:
    return run.asked.validation is not None or bool(run.asked.validation_split)
