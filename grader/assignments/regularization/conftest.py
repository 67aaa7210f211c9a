"""What the checks of `regularization` ask for: the model that answers each network, and how it was trained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks import FitRun, Submission, fail
from grader.checks.outcomes import Failed
from grader.checks.training.protocol import best_fits
from grader.checks.training.weights_path import expect_no_test_images, expect_own_weights, paths_to_presented
from grader.evidence.schema import ModelSnapshot
from grader.models import Role
from reference import regularization


@pytest.fixture
def dense(submission: Submission) -> Role:
    """The model that answers the fully connected classifier."""
    return submission.role("Dense network")


@pytest.fixture
def cnn(submission: Submission) -> Role:
    """The model that answers the CNN."""
    return submission.role("CNN")


@pytest.fixture
def dropout(submission: Submission) -> Role:
    """The model that answers the CNN with dropout."""
    return submission.role("CNN with dropout")


@pytest.fixture
def batchnorm(submission: Submission) -> Role:
    """The model that answers the CNN with dropout and batch normalisation."""
    return submission.role("CNN with batch normalisation")


@pytest.fixture
def own(submission: Submission) -> Role:
    """The student's own model, the one presented last."""
    if "Own model" not in submission.roles:
        again = _built_again(submission)
        if again is not None:
            return again
    return submission.role("Own model")


@pytest.fixture
def dense_fit(submission: Submission, dense: Role) -> FitRun:
    """The training of the dense network that follows the protocol best."""
    return _fit(submission, dense)


@pytest.fixture
def cnn_fit(submission: Submission, cnn: Role) -> FitRun:
    """The training of the CNN that follows the protocol best."""
    return _fit(submission, cnn)


@pytest.fixture
def own_paths(submission: Submission, own: Role) -> list[list[FitRun]]:
    """The trainings that led to the weights of the own model, or of each of its members, if they were honest ones."""
    paths = paths_to_presented(submission, own)
    try:
        for path in paths:
            expect_no_test_images(submission, path)
        expect_own_weights(submission, own)
    except Failed as cheat:
        found, _, _ = cheat.message.partition(". ")  # the rest of it stands at the check that is about it
        fail(f"Not counted: {found}.", cheat.cells)
    return paths


def _built_again(submission: Submission) -> Role | None:
    """The network with batch normalisation as own model: built and trained once more, where no heading is about it."""
    role = submission.roles.get("CNN with batch normalisation")
    trained = [run.asked.model for run in submission.fits_of(role)] if role is not None else []
    headed = any("own" in cell.exercises for cell in submission.evidence.cells)
    if role is None or headed or len(set(trained)) < 2:
        return None
    (last, *_) = [one for one in submission.evidence.of(ModelSnapshot) if one.model == trained[-1]]
    return replace(
        role,
        network=replace(role.network, name="Own model", exercises=("own",)),
        snapshot=last,
        models=frozenset({last.model}),
        position=submission.evidence.position(last.cell),
    )


def _fit(submission: Submission, role: Role) -> FitRun:
    batch_size = regularization.BATCH_SIZE
    return best_fits(submission, role, regularization.EPOCHS, batch_size, or_fewer=True)[0]
