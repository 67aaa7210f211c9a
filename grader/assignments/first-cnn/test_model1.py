"""model1: the given network as it is given, compiled and trained."""

from __future__ import annotations

from grader.checks import Submission, check, fail, not_attempted
from grader.checks.structure import networks
from grader.checks.training.protocol import compile_settings, expect_loss
from grader.models import Role, align


@check("model1", 2)
def test_order(model1: Role) -> None:
    """Two convolutions and a pool, then Flatten and two dense layers."""
    networks.expect_order(model1.chain, model1.network.chain, model1.position)


@check("model1", 2)
def test_convolutions(model1: Role) -> None:
    """The convolutions have 32 filters of 5×5 and stride 2, the first with same padding, the second with valid."""
    arguments = ("filters", "kernel", "strides", "padding")
    networks.expect_arguments(model1.chain, model1.network.chain, "conv2d", arguments, model1.position)


@check("model1", 1)
def test_pool(model1: Role) -> None:
    """The max pool is 2×2 with stride 2."""
    networks.expect_arguments(model1.chain, model1.network.chain, "max_pool", ("pool", "strides"), model1.position)


@check("model1", 1)
def test_relu(model1: Role) -> None:
    """Every layer with weights but the last one has relu."""
    networks.expect_activations(model1.chain, model1.network.chain, model1.position)


@check("model1", 1)
def test_dropout(model1: Role) -> None:
    """Dropout of 0.25 follows the pool and of 0.5 the hidden dense layer; there is no other."""
    found, expected = model1.chain, model1.network.chain
    networks.expect_dropout(found, expected, "max_pool", model1.position)
    networks.expect_dropout(found, expected, "dense", model1.position)
    pairs = align(found.stages, expected.stages)
    further = [pair.found for pair in pairs if pair.found and pair.expected and not pair.expected.dropouts]
    if any(stage.dropouts for stage in further) or found.leading:
        fail("There is a dropout that the given network does not have.", [model1.position])


@check("model1", 1)
def test_dense(model1: Role) -> None:
    """The dense layers have 512 and 10 units, so that an output is a row of ten."""
    networks.expect_arguments(model1.chain, model1.network.chain, "dense", ("units",), model1.position)


@check("model1", 1)
def test_softmax(model1: Role) -> None:
    """Softmax stands on the last layer, and only there."""
    networks.expect_output_activation(model1.chain, "softmax", model1.position)


@check("model1", 1)
def test_parameters(model1: Role) -> None:
    """The network has the number of parameters of the given one."""
    networks.expect_parameters(model1.chain, model1.network.chain, model1.position)


@check("model1", 2, needs=("prep::training_labels",))
def test_compiled(submission: Submission, model1: Role) -> None:
    """Model 1 is compiled with the cross-entropy over classes that fits the labels."""
    settings, cell = compile_settings(submission, model1)
    expect_loss(submission, model1, settings, cell)


@check("model1", 3, needs=("prep::training_labels", "prep::test_labels", "compiled"))
def test_trained(submission: Submission, model1: Role) -> None:
    """Model 1 is trained on the training images, for however many epochs."""
    runs = submission.fits_of(model1)
    if not runs:
        not_attempted("Model 1 was never trained.")
    cells = [submission.evidence.position(run.asked.cell) for run in runs]
    if all(run.end is not None and run.end.status == "failed" for run in runs):
        fail("The training of model 1 ended with an error.", cells)
    if all(submission.is_test(run.asked.x) for run in runs):
        fail("Model 1 is trained on the test images, expected those of the training set.", cells)
