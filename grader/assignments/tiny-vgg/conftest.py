"""What the checks of `tiny-vgg` ask for: the models that answer the four networks, and their trainings."""

from __future__ import annotations

import pytest

from grader.checks import FitRun, Submission
from grader.checks.training.protocol import best_fits
from grader.models import Role
from reference import tiny_vgg


@pytest.fixture
def vgg(submission: Submission) -> Role:
    """The model that answers the tiny VGG."""
    return submission.role("tiny VGG")


@pytest.fixture
def normalised(submission: Submission) -> Role:
    """The model that answers the tiny VGG with batch normalisation."""
    return submission.role("tiny VGG with BN")


@pytest.fixture
def deeper(submission: Submission) -> Role:
    """The model that answers the tiny VGG with a third block."""
    return submission.role("tiny VGG with a third block")


@pytest.fixture
def resnet(submission: Submission) -> Role:
    """The model that answers the tiny ResNet."""
    return submission.role("tiny ResNet")


@pytest.fixture
def fits(submission: Submission, vgg: Role) -> list[FitRun]:
    """The trainings of the tiny VGG that answer question 6; more than one if they follow the protocol alike."""
    return best_fits(submission, vgg, tiny_vgg.EPOCHS, tiny_vgg.BATCH_SIZE, share=tiny_vgg.VALIDATION_SHARE)
