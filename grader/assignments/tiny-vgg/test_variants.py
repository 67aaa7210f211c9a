"""q13 to q15: batch normalisation, a third block, and shortcuts, each over repeated runs."""

from __future__ import annotations

from grader.checks import Submission, check, fail
from grader.checks.structure import blocks, shortcuts
from grader.checks.structure.followers import expect_normalised
from grader.checks.training import robustness
from grader.models import Role, differences
from reference import tiny_resnet

LEAST_RUNS = 2
"""A standard deviation needs two; the text says «run the experiments again»."""


@check("q13", 3)
def test_normalised(normalised: Role) -> None:
    """Batch normalisation stands between each convolution and its activation."""
    expect_normalised(normalised.chain, "conv", "convolution", normalised.position)


@check("q13", 2)
def test_only_normalised(vgg: Role, normalised: Role) -> None:
    """All the rest is as in the tiny VGG of question 4."""
    found = differences(vgg.chain, normalised.chain, ignoring=("batch_norm", "bias"))
    if found:
        fail(f"Other things differ from the tiny VGG as well: {'; '.join(found[:4])}.", [normalised.position])


@check("q13", 1.5)
def test_normalised_runs(submission: Submission, normalised: Role) -> None:
    """The network with batch normalisation is trained repeatedly, each time with fresh weights."""
    robustness.expect_fresh_runs(submission, normalised, LEAST_RUNS)


@check("q13", 0.5)
def test_normalised_mean(submission: Submission, normalised: Role) -> None:
    """The mean of its test accuracies is reported."""
    robustness.expect_mean(submission, normalised)


@check("q13", 1)
def test_normalised_deviation(submission: Submission, normalised: Role) -> None:
    """The standard deviation of its test accuracies is reported."""
    robustness.expect_deviation(submission, normalised)


@check("q14", 2)
def test_third_block(vgg: Role, deeper: Role) -> None:
    """There is one block more than in the tiny VGG of question 4, of the same kind."""
    blocks.expect_added_block(vgg.chain, deeper.chain, deeper.position)


@check("q14", 1.5)
def test_only_a_block(vgg: Role, deeper: Role) -> None:
    """All the rest is as in the tiny VGG of question 4, without batch normalisation."""
    blocks.expect_rest_unchanged(vgg.chain, deeper.chain, deeper.position)


@check("q14", 1)
def test_deeper_runs(submission: Submission, deeper: Role) -> None:
    """The network with three blocks is trained repeatedly, each time with fresh weights."""
    robustness.expect_fresh_runs(submission, deeper, LEAST_RUNS)


@check("q14", 0.5)
def test_deeper_mean(submission: Submission, deeper: Role) -> None:
    """The mean of its test accuracies is reported."""
    robustness.expect_mean(submission, deeper)


@check("q14", 1)
def test_deeper_deviation(submission: Submission, deeper: Role) -> None:
    """The standard deviation of its test accuracies is reported."""
    robustness.expect_deviation(submission, deeper)


@check("q15", 2)
def test_first_layers(resnet: Role) -> None:
    """It begins with a 7×7 convolution, batch normalisation, an activation and a max pool of 2×2."""
    shortcuts.expect_first_layers(resnet, tiny_resnet.FIRST_KERNEL, tiny_resnet.FIRST_POOL)


@check("q15", 1.5)
def test_no_pools(resnet: Role) -> None:
    """The blocks have no pools."""
    shortcuts.expect_no_pools_in_blocks(resnet)


@check("q15", 3)
def test_shortcuts(submission: Submission, resnet: Role) -> None:
    """The input of each block is added to its output."""
    vgg = submission.roles.get("tiny VGG")
    own = blocks.blocks_of(vgg.chain) if vgg else []
    # A tiny VGG of one convolution a block is paid for in question 4; its blocks are what is built upon here.
    convolutions = min((sum("conv" in stage.op for stage in block) for block in own), default=2)
    shortcuts.expect_shortcuts(resnet, len(tiny_resnet.BLOCKS), max(1, min(2, convolutions)))


@check("q15", 2)
def test_activation_after_sum(resnet: Role) -> None:
    """The last activation of a block comes after the sum."""
    shortcuts.expect_activation_after_sum(resnet)


@check("q15", 1.5)
def test_final_pool(resnet: Role) -> None:
    """An average pool of 4×4 stands before the flattening."""
    shortcuts.expect_final_pool(resnet, tiny_resnet.FINAL_POOL)


@check("q15", 0.5)
def test_resnet_runs(submission: Submission, resnet: Role) -> None:
    """The tiny ResNet is trained repeatedly, each time with fresh weights."""
    robustness.expect_fresh_runs(submission, resnet, LEAST_RUNS)


@check("q15", 0.5)
def test_resnet_mean(submission: Submission, resnet: Role) -> None:
    """The mean of its test accuracies is reported."""
    robustness.expect_mean(submission, resnet)


@check("q15", 1)
def test_resnet_deviation(submission: Submission, resnet: Role) -> None:
    """The standard deviation of its test accuracies is reported."""
    robustness.expect_deviation(submission, resnet)
