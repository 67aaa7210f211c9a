"""q04 to q08: the tiny VGG built, compiled, trained, evaluated, and its curves plotted."""

from __future__ import annotations

from grader.checks import FitRun, Submission, check
from grader.checks.drawing.curves import expect_curve
from grader.checks.structure import blocks
from grader.checks.training import protocol
from grader.models import Role
from reference import tiny_vgg


@check("q04", 4)
def test_blocks(vgg: Role) -> None:
    """Two blocks, each of two convolutions and a pool."""
    blocks.expect_blocks(vgg.chain, tiny_vgg.TINY_VGG, vgg.position)


@check("q04", 2)
def test_kernels(vgg: Role) -> None:
    """The kernels are 3×3 and move in steps of 1."""
    blocks.expect_kernels(vgg.chain, tiny_vgg.TINY_VGG, vgg.position)


@check("q04", 2)
def test_pools(vgg: Role) -> None:
    """The pools take the maximum of 2×2."""
    blocks.expect_pools(vgg.chain, tiny_vgg.TINY_VGG, vgg.position)


@check("q04", 2)
def test_classifier(submission: Submission, vgg: Role) -> None:
    """After the blocks come a flattening and a classifier of ten classes."""
    compiled = submission.compiled(vgg)
    logits = compiled is None or compiled[0].loss.from_logits
    blocks.expect_classifier(vgg.chain, tiny_vgg.CLASSES, vgg.position, logits=logits)


@check("q05", 1)
def test_optimizer(submission: Submission, vgg: Role) -> None:
    """The optimizer is Adam."""
    settings, cell = protocol.compile_settings(submission, vgg)
    protocol.expect_optimizer(settings, tiny_vgg.OPTIMIZER, cell)


@check("q05", 1)
def test_loss(submission: Submission, vgg: Role) -> None:
    """The loss is the cross-entropy over classes that fits the labels."""
    settings, cell = protocol.compile_settings(submission, vgg)
    protocol.expect_loss(submission, vgg, settings, cell)


@check("q05", 1)
def test_metric(submission: Submission, vgg: Role) -> None:
    """Accuracy is measured."""
    settings, cell = protocol.compile_settings(submission, vgg)
    protocol.expect_accuracy_metric(settings, cell)


@check("q06", 1.5)
def test_epochs(submission: Submission, fits: list[FitRun]) -> None:
    """The training asks for 100 epochs."""
    protocol.expect_epochs(submission, fits[0], tiny_vgg.EPOCHS)


@check("q06", 1.5)
def test_batch_size(submission: Submission, fits: list[FitRun]) -> None:
    """The training goes in batches of 128."""
    protocol.expect_batch_size(submission, fits[0], tiny_vgg.BATCH_SIZE)


@check("q06", 2)
def test_validation(submission: Submission, fits: list[FitRun]) -> None:
    """30 % of the training images are held out for validation."""
    protocol.expect_validation(submission, fits[0], tiny_vgg.VALIDATION_SHARE)


@check("q07", 2)
def test_evaluated(submission: Submission, vgg: Role) -> None:
    """The tiny VGG is evaluated on the test images."""
    protocol.evaluations_of(submission, vgg)


@check("q07", 1)
def test_shown(submission: Submission, vgg: Role) -> None:
    """The accuracy on the test images is shown."""
    protocol.expect_accuracy_shown(submission, protocol.evaluations_of(submission, vgg))


@check("q08", 1)
def test_accuracy_curve(submission: Submission, vgg: Role) -> None:
    """The accuracy on the training images is plotted over the epochs."""
    expect_curve(submission, submission.fits_of(vgg), "accuracy", vgg.network.name)


@check("q08", 1)
def test_validation_accuracy_curve(submission: Submission, vgg: Role) -> None:
    """The accuracy on the validation images is plotted over the epochs."""
    expect_curve(submission, submission.fits_of(vgg), "val_accuracy", vgg.network.name)


@check("q08", 1)
def test_loss_curve(submission: Submission, vgg: Role) -> None:
    """The loss on the training images is plotted over the epochs."""
    expect_curve(submission, submission.fits_of(vgg), "loss", vgg.network.name)


@check("q08", 1)
def test_validation_loss_curve(submission: Submission, vgg: Role) -> None:
    """The loss on the validation images is plotted over the epochs."""
    expect_curve(submission, submission.fits_of(vgg), "val_loss", vgg.network.name)
