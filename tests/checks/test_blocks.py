"""Networks of blocks, and a small residual network: each fault is found and paid once."""

from __future__ import annotations

import pytest

from grader.checks.outcomes import Failed, Partial
from grader.checks.structure import blocks, shortcuts
from grader.evidence.values import Node
from grader.models import Network, Role, chain_of
from reference import tiny_resnet, tiny_vgg
from tests.checks.factories import model

CLASSES = tiny_vgg.CLASSES


class Builder:
    """Adds layers one after the other, each fed by the last one unless said otherwise."""

    def __init__(self):
        self.nodes = [
            Node(id=0, op="input", inputs=(), config={}, parameters=0, shape=(32, 32, 3), layer="input", cls="")
        ]

    def add(self, op, *inputs, shape=(32, 32, 10), **config):
        sources = inputs or (self.nodes[-1].id,)
        number = len(self.nodes)
        self.nodes.append(
            Node(
                id=number,
                op=op,
                inputs=sources,
                config=config,
                parameters=0,
                shape=shape,
                layer=f"{op}_{number}",
                cls="",
            )
        )
        return number

    def conv(self, *inputs, kernel=3, filters=10, function="relu"):
        number = self.add("conv2d", *inputs, kernel=[kernel] * 2, filters=filters, strides=[1, 1], padding="same")
        return self.add("activation", function=function) if function else number

    def pool(self, op="max_pool", size=2):
        return self.add(op, pool=[size] * 2, strides=[size] * 2)

    def classifier(self, units=CLASSES, function="softmax", flat=True):
        if flat:
            self.add("flatten", shape=(640,))
        self.add("dense", units=units, shape=(units,))
        if function:
            self.add("activation", function=function, shape=(units,))
        return self

    @property
    def role(self):
        snapshot = model(1, 0, self.nodes)
        chain = chain_of(snapshot)
        return Role(Network("network", chain, ()), snapshot, chain, frozenset({0}), 1)


def vgg(*convolutions, kernel=3, pool="max_pool", size=2, **classifier):
    """Blocks of so many convolutions each, with a pool behind each."""
    builder = Builder()
    for count in convolutions:
        for _ in range(count):
            builder.conv(kernel=kernel)
        builder.pool(pool, size)
    return builder.classifier(**classifier).role.chain


def all_of(chain, logits=False):
    blocks.expect_blocks(chain, tiny_vgg.TINY_VGG, 1)
    blocks.expect_kernels(chain, tiny_vgg.TINY_VGG, 1)
    blocks.expect_pools(chain, tiny_vgg.TINY_VGG, 1)
    blocks.expect_classifier(chain, CLASSES, 1, logits=logits)


def test_a_tiny_vgg_has_no_fault():
    all_of(vgg(2, 2))
    all_of(vgg(2, 2, function=None), logits=True)


@pytest.mark.parametrize(
    ("chain", "outcome", "words"),
    [
        (vgg(1, 1), Failed, "convolution - pool | convolution - pool. Expected 2 blocks"),
        (vgg(2, 1), Partial, "Expected 2 blocks, each convolution - convolution - pool"),
        (vgg(2, 2, 2), Partial, "Expected 2 blocks"),
        (vgg(2, 2, kernel=5), Failed, "expected kernels of 3×3 with stride 1"),
        (vgg(2, 2, pool="average_pool"), Failed, "expected max pools of 2×2"),
        (vgg(2, 2, size=3), Failed, "expected max pools of 2×2"),
        (vgg(2, 2, units=100), Failed, "expected 10 outputs"),
        (vgg(2, 2, function=None), Partial, "no activation; softmax"),
        (vgg(2, 2, function="sigmoid"), Partial, "sigmoid; softmax"),
        (vgg(2, 2, flat=False), Partial, "without a flattening"),
    ],
)
def test_each_fault_of_a_tiny_vgg(chain, outcome, words):
    with pytest.raises(outcome) as ended:
        all_of(chain)
    assert words in ended.value.message


@pytest.mark.parametrize("own", [(2, 2), (1, 1), (3, 2)])
def test_a_third_block_is_compared_with_the_students_own(own):
    original = vgg(*own)
    blocks.expect_added_block(original, vgg(*own, own[-1]), 1)
    blocks.expect_rest_unchanged(original, vgg(*own, own[-1]), 1)
    with pytest.raises(Failed, match="one block more"):
        blocks.expect_added_block(original, original, 1)
    with pytest.raises(Partial, match="The added block is"):
        blocks.expect_added_block(original, vgg(*own, own[-1] + 1), 1)
    with pytest.raises(Failed, match="Other things differ"):
        blocks.expect_rest_unchanged(original, vgg(*own, own[-1], kernel=5), 1)


def resnet(
    *,
    first=7,
    norm=True,
    pools=False,
    inner="relu",
    before=None,
    after="relu",
    skip_one=False,
    final=("average_pool", 4),
    join="add",
):
    builder = Builder()
    builder.conv(kernel=first, function=None)
    if norm:
        builder.add("batch_norm")
    builder.add("activation", function="relu")
    builder.pool()
    for _ in tiny_resnet.BLOCKS:
        entry = builder.nodes[-1].id
        middle = builder.conv(function=inner)
        last = builder.conv(function=before)
        builder.add(join, middle if skip_one else entry, last)
        if after:
            builder.add("activation", function=after)
        if pools:
            builder.pool()
    if final:
        builder.pool(*final)
    return builder.classifier().role


CHECKS = {
    "first": lambda role: shortcuts.expect_first_layers(role, tiny_resnet.FIRST_KERNEL, tiny_resnet.FIRST_POOL),
    "pools": shortcuts.expect_no_pools_in_blocks,
    "shortcuts": lambda role: shortcuts.expect_shortcuts(role, len(tiny_resnet.BLOCKS), 2),
    "activation": shortcuts.expect_activation_after_sum,
    "final": lambda role: shortcuts.expect_final_pool(role, tiny_resnet.FINAL_POOL),
}


@pytest.mark.parametrize("role", [resnet(), resnet(final=("global_average_pool", 8))], ids=["average", "global"])
def test_a_tiny_resnet_has_no_fault(role):
    for expect in CHECKS.values():
        expect(role)


@pytest.mark.parametrize(
    ("role", "found_by", "words"),
    [
        (resnet(first=3), "first", "expected a 7×7 convolution"),
        (resnet(norm=False), "first", "No batch normalisation follows"),
        (resnet(pools=True), "pools", "1 pool is left"),
        (resnet(skip_one=True), "shortcuts", "goes around 1 convolution; expected around the whole block"),
        (resnet(before="relu", after=None), "activation", "stands before it (relu)"),
        (resnet(before="relu"), "activation", "before the sum already"),
        (resnet(after=None), "activation", "is missing"),
        (resnet(final=None), "final", "No average pool"),
        (resnet(final=("max_pool", 4)), "final", "a max pool of 4×4"),
        (resnet(final=("average_pool", 2)), "final", "average pool of 2×2"),
    ],
)
def test_each_fault_of_a_tiny_resnet_is_found_by_one_check(role, found_by, words):
    for name, expect in CHECKS.items():
        if name == found_by:
            with pytest.raises((Failed, Partial)) as ended:
                expect(role)
            assert words in ended.value.message
        else:
            expect(role)


def test_branches_joined_otherwise_are_no_sums():
    with pytest.raises(Failed, match="not by a sum"):
        CHECKS["shortcuts"](resnet(join="concatenate"))
