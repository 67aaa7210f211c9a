"""dense: a fully connected classifier and its training."""

from __future__ import annotations

from grader.checks import FitRun, Submission, check, fail
from grader.checks.structure.classifiers import expect_class_probabilities
from grader.checks.training import protocol
from grader.checks.training.accuracy import Bar, expect_bar
from grader.checks.training.weights_path import expect_epochs_within, trials_of
from grader.models import Role
from reference import regularization


@check("dense", 2)
def test_fully_connected(dense: Role) -> None:
    """Every layer with weights is fully connected."""
    others = [stage for stage in dense.chain.stages if stage.op != "dense" and (stage.parameters or "pool" in stage.op)]
    if others:
        fail(
            f"The network has {', '.join(stage.describe() for stage in others)}. In a fully connected classifier every "
            "unit sees all values of the layer before it; what looks at parts of the image comes in the next section.",
            [dense.position],
        )


@check("dense", 1.5)
def test_output(submission: Submission, dense: Role) -> None:
    """The last layer gives a probability for each of the ten classes."""
    expect_class_probabilities(submission, dense, regularization.CLASSES)


@check("dense", 0.5, needs=("data::labels", "output"))
def test_loss(submission: Submission, dense: Role) -> None:
    """The loss is the cross-entropy over classes that fits the labels."""
    settings, cell = protocol.compile_settings(submission, dense)
    protocol.expect_loss(submission, dense, settings, cell)


@check("dense", 1)
def test_epochs(submission: Submission, dense_fit: FitRun) -> None:
    """It is trained for 15 epochs at most."""
    expect_epochs_within(submission, [dense_fit], regularization.EPOCHS)


@check("dense", 0.5)
def test_batch_size(submission: Submission, dense_fit: FitRun) -> None:
    """It is trained in batches of 32."""
    protocol.expect_batch_size(submission, dense_fit, regularization.BATCH_SIZE)


@check("dense", 0.5)
def test_validation(submission: Submission, dense_fit: FitRun) -> None:
    """A fifth of the training images is held out for validation."""
    protocol.expect_validation(submission, dense_fit, regularization.VALIDATION_SHARE)


@check(
    "dense",
    2,
    needs=(
        "data::training_images",
        "data::test_images",
        "data::labels",
        "data::complete",
        "fully_connected",
        "output",
        "loss",
        "epochs",
        "batch_size",
        "validation",
    ),
)
def test_accuracy(submission: Submission, dense: Role, bars: dict[str, Bar]) -> None:
    """It recognises 45 % of the test images."""
    expect_bar(submission, trials_of(submission, dense), bars["Dense network"])
