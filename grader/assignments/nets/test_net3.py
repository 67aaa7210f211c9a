"""exe17 and exe18: NET III, deeper and regularised, and everything that was done with the others."""

from __future__ import annotations

from grader.checks import FitRun, Submission, check
from grader.checks.drawing.curves import expect_curve
from grader.checks.structure import networks
from grader.checks.structure.formulas import expect_summary
from grader.checks.training import protocol
from grader.checks.training.prediction import expect_first_compared, prediction_of
from grader.models import Role
from reference import nets


@check("exe17", 2)
def test_order(net3: Role) -> None:
    """Convolutions 2, 1 and 3 at a time with a pool after each group, then Flatten and three dense layers."""
    networks.expect_order(net3.chain, net3.network.chain, net3.position)


@check("exe17", 1)
def test_fits(submission: Submission, net3: Role) -> None:
    """Every layer gets a map that is large enough for its window."""
    networks.expect_built(submission, net3)


@check("exe17", 2)
def test_convolutions(net3: Role) -> None:
    """The convolutions have 96, 96, 128, 128, 128 and 128 filters of 3×3, stride 1."""
    arguments = ("filters", "kernel", "strides")
    networks.expect_arguments(net3.chain, net3.network.chain, "conv2d", arguments, net3.position)


@check("exe17", 1)
def test_pools(net3: Role) -> None:
    """The max pools are 2×2 with stride 2."""
    networks.expect_arguments(net3.chain, net3.network.chain, "max_pool", ("pool", "strides"), net3.position)


@check("exe17", 1)
def test_relu(net3: Role) -> None:
    """Every layer with weights but the last one has relu."""
    networks.expect_activations(net3.chain, net3.network.chain, net3.position)


@check("exe17", 1)
def test_dense(net3: Role) -> None:
    """The dense layers have 1024, 512 and 10 units."""
    networks.expect_arguments(net3.chain, net3.network.chain, "dense", ("units",), net3.position)


@check("exe17", 1)
def test_softmax(net3: Role) -> None:
    """Softmax stands on the last layer, and only there."""
    networks.expect_output_activation(net3.chain, "softmax", net3.position)


@check("exe17", 1)
def test_dropout_after_pools(net3: Role) -> None:
    """Dropout of 0.5 follows each pool."""
    networks.expect_dropout(net3.chain, net3.network.chain, "max_pool", net3.position)


@check("exe17", 1)
def test_dropout_in_dense_part(net3: Role) -> None:
    """Dropout of 0.5 stands among the dense layers."""
    # The text says "in the fully connected layers": after one or both of the hidden ones.
    networks.expect_dropout(net3.chain, net3.network.chain, "dense", net3.position, at_least=1)


@check("exe17", 1)
def test_l2(net3: Role) -> None:
    """The kernels of the dense layers have an L2 penalty of 0.0005."""
    # Whether the output layer counts among them, the text leaves open.
    networks.expect_l2(net3.chain, net3.network.chain, net3.position, optional=(-1,))


@check("exe18", 0.5)
def test_summary(submission: Submission, net3: Role) -> None:
    """The summary of NET III is printed."""
    expect_summary(submission, net3)


@check("exe18", 0.5)
def test_compiled(submission: Submission, net3: Role) -> None:
    """NET III is compiled with Adam, the cross-entropy that fits the labels, and accuracy."""
    settings, cell = protocol.compile_settings(submission, net3)
    protocol.expect_optimizer(settings, nets.OPTIMIZER, cell)
    protocol.expect_loss(submission, net3, settings, cell)
    protocol.expect_accuracy_metric(settings, cell)


@check("exe18", 0.25)
def test_epochs(submission: Submission, fits3: list[FitRun]) -> None:
    """NET III is trained for 20 epochs."""
    protocol.expect_epochs(submission, fits3[0], nets.EPOCHS)


@check("exe18", 0.25)
def test_batch_size(submission: Submission, fits3: list[FitRun]) -> None:
    """NET III is trained in batches of 128."""
    protocol.expect_batch_size(submission, fits3[0], nets.BATCH_SIZE)


@check("exe18", 0.5)
def test_validation(submission: Submission, fits3: list[FitRun]) -> None:
    """A fifth of the training images is held out for validation."""
    protocol.expect_validation(submission, fits3[0], nets.VALIDATION_SHARE)


@check("exe18", 0.5)
def test_evaluated(submission: Submission, net3: Role) -> None:
    """NET III is evaluated on the test images."""
    protocol.evaluations_of(submission, net3)


@check("exe18", 0.5)
def test_first_prediction(submission: Submission, net3: Role) -> None:
    """NET III predicts the first test image, and its class is compared with the label."""
    prediction_of(submission, net3)
    expect_first_compared(submission, net3)


@check("exe18", 0.25)
def test_accuracy_curve(submission: Submission, fits3: list[FitRun]) -> None:
    """The accuracy on the training images is plotted over the epochs."""
    expect_curve(submission, fits3, "accuracy", "NET III")


@check("exe18", 0.25)
def test_validation_accuracy_curve(submission: Submission, fits3: list[FitRun]) -> None:
    """The accuracy on the validation images is plotted over the epochs."""
    expect_curve(submission, fits3, "val_accuracy", "NET III")


@check("exe18", 0.25)
def test_loss_curve(submission: Submission, fits3: list[FitRun]) -> None:
    """The loss on the training images is plotted over the epochs."""
    expect_curve(submission, fits3, "loss", "NET III")


@check("exe18", 0.25)
def test_validation_loss_curve(submission: Submission, fits3: list[FitRun]) -> None:
    """The loss on the validation images is plotted over the epochs."""
    expect_curve(submission, fits3, "val_loss", "NET III")
