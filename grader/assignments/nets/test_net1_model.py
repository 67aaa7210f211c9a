"""exe03 to exe05: NET I, its parameters and sizes by the formulas, and its compilation."""

from __future__ import annotations

from grader.checks import Submission, check
from grader.checks.structure import networks
from grader.checks.structure.formulas import expect_parameter_figures, expect_size_figures, expect_summary
from grader.checks.training.protocol import compile_settings, expect_accuracy_metric, expect_loss, expect_optimizer
from grader.models import Role
from reference import nets


@check("exe03", 3)
def test_order(net1: Role) -> None:
    """Convolutions and pools alternate three times, then Flatten and two dense layers."""
    networks.expect_order(net1.chain, net1.network.chain, net1.position)


@check("exe03", 2)
def test_convolutions(net1: Role) -> None:
    """The convolutions have 32, 64 and 64 filters of 3×3, stride 1."""
    arguments = ("filters", "kernel", "strides")
    networks.expect_arguments(net1.chain, net1.network.chain, "conv2d", arguments, net1.position)


@check("exe03", 1)
def test_pools(net1: Role) -> None:
    """The max pools are 2×2 with stride 2."""
    networks.expect_arguments(net1.chain, net1.network.chain, "max_pool", ("pool", "strides"), net1.position)


@check("exe03", 2)
def test_relu(net1: Role) -> None:
    """Every layer with weights but the last one has relu."""
    networks.expect_activations(net1.chain, net1.network.chain, net1.position)


@check("exe03", 2)
def test_dense(net1: Role) -> None:
    """The dense layers have 512 and 10 units."""
    networks.expect_arguments(net1.chain, net1.network.chain, "dense", ("units",), net1.position)


@check("exe03", 1)
def test_softmax(net1: Role) -> None:
    """Softmax stands on the last layer, and only there."""
    networks.expect_output_activation(net1.chain, "softmax", net1.position)


@check("exe03", 1)
def test_parameters(net1: Role) -> None:
    """The network has the number of parameters that follows from its layers."""
    networks.expect_parameters(net1.chain, net1.network.chain, net1.position)


@check("exe04", 2)
def test_parameter_figures(submission: Submission, net1: Role) -> None:
    """P_n is worked out for each convolution."""
    expect_parameter_figures(submission, net1)


@check("exe04", 2)
def test_size_figures(submission: Submission, net1: Role) -> None:
    """O_n is worked out for each convolution and pool."""
    expect_size_figures(submission, net1)


@check("exe04", 2)
def test_summary(submission: Submission, net1: Role) -> None:
    """The summary of NET I is printed."""
    expect_summary(submission, net1)


@check("exe05", 1)
def test_optimizer(submission: Submission, net1: Role) -> None:
    """The optimizer is Adam."""
    settings, cell = compile_settings(submission, net1)
    expect_optimizer(settings, nets.OPTIMIZER, cell)


@check("exe05", 1)
def test_loss(submission: Submission, net1: Role) -> None:
    """The loss is the cross-entropy over classes that fits the labels."""
    settings, cell = compile_settings(submission, net1)
    expect_loss(submission, net1, settings, cell)


@check("exe05", 1)
def test_metric(submission: Submission, net1: Role) -> None:
    """Accuracy is measured."""
    settings, cell = compile_settings(submission, net1)
    expect_accuracy_metric(settings, cell)
