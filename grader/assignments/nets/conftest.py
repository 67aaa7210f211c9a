"""What the checks of `nets` ask for: the model that answers each network, and the protocol of the reference."""

from __future__ import annotations

import pytest

from grader.checks import FitRun, Submission
from grader.checks.training.protocol import best_fits
from grader.models import Role
from reference import nets


@pytest.fixture
def net1(submission: Submission) -> Role:
    """The model that answers NET I."""
    return submission.role("NET I")


@pytest.fixture
def net2(submission: Submission) -> Role:
    """The model that answers NET II."""
    return submission.role("NET II")


@pytest.fixture
def net3(submission: Submission) -> Role:
    """The model that answers NET III."""
    return submission.role("NET III")


@pytest.fixture
def fits1(submission: Submission, net1: Role) -> list[FitRun]:
    """The trainings of NET I that answer the exercise; more than one if they follow the protocol alike."""
    return best_fits(submission, net1, nets.EPOCHS, nets.BATCH_SIZE)


@pytest.fixture
def fits2(submission: Submission, net2: Role) -> list[FitRun]:
    """The trainings of NET II that answer the exercise; more than one if they follow the protocol alike."""
    return best_fits(submission, net2, nets.EPOCHS, nets.BATCH_SIZE)


@pytest.fixture
def fits3(submission: Submission, net3: Role) -> list[FitRun]:
    """The trainings of NET III that answer the exercise; more than one if they follow the protocol alike."""
    return best_fits(submission, net3, nets.EPOCHS, nets.BATCH_SIZE)


@pytest.fixture
def trained_as_net2(submission: Submission, net2: Role) -> list[FitRun]:
    """The trainings whose curves exe16 may show: those of NET II, else whatever was trained in its place."""
    if submission.fits_of(net2):
        return best_fits(submission, net2, nets.EPOCHS, nets.BATCH_SIZE)
    return submission.fits_in_place_of("NET II")
