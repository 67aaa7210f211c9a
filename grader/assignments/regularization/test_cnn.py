"""cnn: blocks of convolution, activation and pooling, and the training of the network."""

from __future__ import annotations

from grader.checks import FitRun, Submission, check
from grader.checks.structure.classifiers import (
    expect_activated,
    expect_class_probabilities,
    expect_convolutions,
    expect_pooled,
)
from grader.checks.training import protocol
from grader.checks.training.accuracy import Bar, expect_bar
from grader.checks.training.weights_path import expect_epochs_within, trials_of
from grader.models import Role
from reference import regularization


@check("cnn", 1)
def test_convolutions(cnn: Role) -> None:
    """The network begins with convolutions."""
    expect_convolutions(cnn.chain, cnn.position)


@check("cnn", 2)
def test_activations(cnn: Role) -> None:
    """Each convolution has an activation."""
    expect_activated(cnn.chain, cnn.position)


@check("cnn", 2)
def test_pools(cnn: Role) -> None:
    """Pooling follows convolutions."""
    expect_pooled(cnn.chain, cnn.position)


@check("cnn", 1.5)
def test_output(submission: Submission, cnn: Role) -> None:
    """The last layer gives a probability for each of the ten classes."""
    expect_class_probabilities(submission, cnn, regularization.CLASSES)


@check("cnn", 0.5, needs=("data::labels", "output"))
def test_loss(submission: Submission, cnn: Role) -> None:
    """The loss is the cross-entropy over classes that fits the labels."""
    settings, cell = protocol.compile_settings(submission, cnn)
    protocol.expect_loss(submission, cnn, settings, cell)


@check("cnn", 1)
def test_epochs(submission: Submission, cnn_fit: FitRun) -> None:
    """It is trained for 15 epochs at most."""
    expect_epochs_within(submission, [cnn_fit], regularization.EPOCHS)


@check("cnn", 0.5)
def test_batch_size(submission: Submission, cnn_fit: FitRun) -> None:
    """It is trained in batches of 32."""
    protocol.expect_batch_size(submission, cnn_fit, regularization.BATCH_SIZE)


@check("cnn", 0.5)
def test_validation(submission: Submission, cnn_fit: FitRun) -> None:
    """A fifth of the training images is held out for validation."""
    protocol.expect_validation(submission, cnn_fit, regularization.VALIDATION_SHARE)


@check(
    "cnn",
    3,
    needs=(
        "data::training_images",
        "data::test_images",
        "data::labels",
        "data::complete",
        "convolutions",
        "activations",
        "pools",
        "output",
        "loss",
        "epochs",
        "batch_size",
        "validation",
    ),
)
def test_accuracy(submission: Submission, cnn: Role, bars: dict[str, Bar]) -> None:
    """It recognises 62 % of the test images."""
    expect_bar(submission, trials_of(submission, cnn), bars["CNN"])
