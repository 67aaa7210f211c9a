"""exe11 to exe16: NET II, from its definition to its curves."""

from __future__ import annotations

from grader.checks import FitRun, Submission, check
from grader.checks.drawing.curves import expect_curve
from grader.checks.structure import networks
from grader.checks.structure.formulas import expect_parameter_figures, expect_summary
from grader.checks.training import protocol
from grader.checks.training.prediction import expect_first_compared, prediction_of
from grader.models import Role
from reference import nets


@check("exe11", 2)
def test_order(net2: Role) -> None:
    """Two convolutions and a pool, one convolution and a pool, then Flatten and two dense layers."""
    networks.expect_order(net2.chain, net2.network.chain, net2.position)


@check("exe11", 2)
def test_convolutions(net2: Role) -> None:
    """The convolutions have 32, 64 and 64 filters of 5×5, stride 1."""
    arguments = ("filters", "kernel", "strides")
    networks.expect_arguments(net2.chain, net2.network.chain, "conv2d", arguments, net2.position)


@check("exe11", 1)
def test_pools(net2: Role) -> None:
    """The max pools are 2×2 with stride 2."""
    networks.expect_arguments(net2.chain, net2.network.chain, "max_pool", ("pool", "strides"), net2.position)


@check("exe11", 1)
def test_relu(net2: Role) -> None:
    """Every layer with weights but the last one has relu."""
    networks.expect_activations(net2.chain, net2.network.chain, net2.position)


@check("exe11", 1)
def test_dense(net2: Role) -> None:
    """The dense layers have 512 and 10 units."""
    networks.expect_arguments(net2.chain, net2.network.chain, "dense", ("units",), net2.position)


@check("exe11", 1)
def test_softmax(net2: Role) -> None:
    """Softmax stands on the last layer, and only there."""
    networks.expect_output_activation(net2.chain, "softmax", net2.position)


@check("exe11", 1)
def test_parameters(net2: Role) -> None:
    """The network has the number of parameters that follows from its layers."""
    networks.expect_parameters(net2.chain, net2.network.chain, net2.position)


@check("exe12", 2)
def test_summary(submission: Submission, net2: Role) -> None:
    """The summary of NET II is printed."""
    expect_summary(submission, net2)


@check("exe12", 2)
def test_parameter_figures(submission: Submission, net2: Role) -> None:
    """P_n is worked out for each convolution of NET II."""
    expect_parameter_figures(submission, net2)


@check("exe13", 0.5)
def test_optimizer(submission: Submission, net2: Role) -> None:
    """The optimizer is Adam."""
    settings, cell = protocol.compile_settings(submission, net2)
    protocol.expect_optimizer(settings, nets.OPTIMIZER, cell)


@check("exe13", 1)
def test_loss(submission: Submission, net2: Role) -> None:
    """The loss is the cross-entropy over classes that fits the labels."""
    settings, cell = protocol.compile_settings(submission, net2)
    protocol.expect_loss(submission, net2, settings, cell)


@check("exe13", 0.5)
def test_metric(submission: Submission, net2: Role) -> None:
    """Accuracy is measured."""
    settings, cell = protocol.compile_settings(submission, net2)
    protocol.expect_accuracy_metric(settings, cell)


@check("exe14", 0.5)
def test_epochs(submission: Submission, fits2: list[FitRun]) -> None:
    """NET II is trained for 20 epochs."""
    protocol.expect_epochs(submission, fits2[0], nets.EPOCHS)


@check("exe14", 0.5)
def test_batch_size(submission: Submission, fits2: list[FitRun]) -> None:
    """NET II is trained in batches of 128."""
    protocol.expect_batch_size(submission, fits2[0], nets.BATCH_SIZE)


@check("exe14", 1)
def test_validation(submission: Submission, fits2: list[FitRun]) -> None:
    """A fifth of the training images is held out for validation."""
    protocol.expect_validation(submission, fits2[0], nets.VALIDATION_SHARE)


@check("exe14", 1)
def test_history(submission: Submission, net2: Role) -> None:
    """The history of the training is kept."""
    protocol.expect_history_kept(submission, net2, submission.fits_of(net2))


@check("exe15", 1.5)
def test_evaluated(submission: Submission, net2: Role) -> None:
    """NET II is evaluated on the test images."""
    protocol.evaluations_of(submission, net2)


@check("exe15", 0.5)
def test_predicted(submission: Submission, net2: Role) -> None:
    """NET II predicts the test images, the first one among them."""
    prediction_of(submission, net2)


@check("exe15", 1)
def test_compared(submission: Submission, net2: Role) -> None:
    """The predicted class of the first test image is compared with its label."""
    expect_first_compared(submission, net2)


@check("exe16", 0.75)
def test_accuracy_curve(submission: Submission, trained_as_net2: list[FitRun]) -> None:
    """The accuracy on the training images is plotted over the epochs."""
    expect_curve(submission, trained_as_net2, "accuracy", "NET II")


@check("exe16", 0.75)
def test_validation_accuracy_curve(submission: Submission, trained_as_net2: list[FitRun]) -> None:
    """The accuracy on the validation images is plotted over the epochs."""
    expect_curve(submission, trained_as_net2, "val_accuracy", "NET II")


@check("exe16", 0.75)
def test_loss_curve(submission: Submission, trained_as_net2: list[FitRun]) -> None:
    """The loss on the training images is plotted over the epochs."""
    expect_curve(submission, trained_as_net2, "loss", "NET II")


@check("exe16", 0.75)
def test_validation_loss_curve(submission: Submission, trained_as_net2: list[FitRun]) -> None:
    """The loss on the validation images is plotted over the epochs."""
    expect_curve(submission, trained_as_net2, "val_loss", "NET II")
