"""exe06 to exe10: NET I trained, evaluated, asked for the first test image, and its curves plotted."""

from __future__ import annotations

from grader.checks import FitRun, Submission, check
from grader.checks.drawing.curves import expect_curve
from grader.checks.training import protocol
from grader.checks.training.accuracy import Bar, expect_bar
from grader.checks.training.prediction import expect_first_compared, prediction_of
from grader.models import Role
from reference import nets


@check("exe06", 1)
def test_epochs(submission: Submission, fits1: list[FitRun]) -> None:
    """NET I is trained for 20 epochs."""
    protocol.expect_epochs(submission, fits1[0], nets.EPOCHS)


@check("exe06", 1)
def test_batch_size(submission: Submission, fits1: list[FitRun]) -> None:
    """NET I is trained in batches of 128."""
    protocol.expect_batch_size(submission, fits1[0], nets.BATCH_SIZE)


@check("exe06", 2)
def test_validation(submission: Submission, fits1: list[FitRun]) -> None:
    """A fifth of the training images is held out for validation."""
    protocol.expect_validation(submission, fits1[0], nets.VALIDATION_SHARE)


@check("exe06", 1)
def test_history(submission: Submission, net1: Role) -> None:
    """The history of the training is kept."""
    protocol.expect_history_kept(submission, net1, submission.fits_of(net1))


@check("exe07", 2)
def test_evaluated(submission: Submission, net1: Role) -> None:
    """NET I is evaluated on the test images."""
    protocol.evaluations_of(submission, net1)


@check("exe07", 1)
def test_printed(submission: Submission, net1: Role) -> None:
    """Loss and accuracy on the test images are printed."""
    protocol.expect_printed(submission, protocol.evaluations_of(submission, net1))


@check(
    "exe07",
    2,
    needs=(
        "data::loaded",
        "data::labels",
        "data::training_scaled",
        "data::test_scaled",
        "net1_model::order",
        "net1_model::convolutions",
        "net1_model::pools",
        "net1_model::relu",
        "net1_model::dense",
        "net1_model::softmax",
        "net1_model::optimizer",
        "net1_model::loss",
        "epochs",
        "batch_size",
        "validation",
        "evaluated",
    ),
)
def test_accuracy(submission: Submission, net1: Role, bars: dict[str, Bar]) -> None:
    """NET I reaches the accuracy on the test images that this network and protocol give."""
    expect_bar(submission, protocol.evaluations_of(submission, net1), bars["NET I"])


@check("exe08", 1)
def test_predicted(submission: Submission, net1: Role) -> None:
    """NET I predicts the test images, the first one among them."""
    prediction_of(submission, net1)


@check("exe08", 2)
def test_compared(submission: Submission, net1: Role) -> None:
    """The predicted class of the first test image is compared with its label."""
    expect_first_compared(submission, net1)


@check("exe09", 1.5)
def test_accuracy_curve(submission: Submission, fits1: list[FitRun]) -> None:
    """The accuracy on the training images is plotted over the epochs."""
    expect_curve(submission, fits1, "accuracy", "NET I")


@check("exe09", 1.5)
def test_validation_accuracy_curve(submission: Submission, fits1: list[FitRun]) -> None:
    """The accuracy on the validation images is plotted over the epochs."""
    expect_curve(submission, fits1, "val_accuracy", "NET I")


@check("exe10", 1.5)
def test_loss_curve(submission: Submission, fits1: list[FitRun]) -> None:
    """The loss on the training images is plotted over the epochs."""
    expect_curve(submission, fits1, "loss", "NET I")


@check("exe10", 1.5)
def test_validation_loss_curve(submission: Submission, fits1: list[FitRun]) -> None:
    """The loss on the validation images is plotted over the epochs."""
    expect_curve(submission, fits1, "val_loss", "NET I")
