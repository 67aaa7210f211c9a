"""Networks with branches: where the ways part and join, and the chain with each block a stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from grader.evidence.values import Node
from grader.models.blocks import BLOCK, blocks, chain_of_blocks, ways
from tests.checks.factories import model


def node(number: int, op: str, *inputs: int, **config: Any) -> Node:
    return Node(id=number, op=op, inputs=inputs, config=config, parameters=number, shape=(4, 4, 2), layer=op, cls=op)


def convolution(number: int, source: int, filters: int, side: int) -> Node:
    return node(number, "conv2d", source, filters=filters, kernel=[side, side], strides=[1, 1])


@pytest.fixture
def branched() -> list[Node]:
    """A convolution, a block of three ways with two, one and no convolutions, and a pool."""
    return [
        node(0, "input"),
        convolution(1, 0, 8, 3),
        convolution(2, 1, 4, 1),
        node(3, "activation", 2, function="relu"),
        convolution(4, 3, 6, 3),
        convolution(5, 1, 3, 1),
        node(6, "concatenate", 4, 5, 1, axis=-1),
        node(7, "max_pool", 6, pool=[2, 2], strides=[2, 2]),
    ]


def numbers(nodes: Sequence[Node]) -> list[int]:
    return [one.id for one in nodes]


def test_a_block_lies_between_two_joints(branched):
    (block,) = blocks(branched)
    assert (block.entry.id, block.exit.id) == (1, 6)
    assert numbers(block.nodes) == [2, 3, 4, 5, 6]
    assert [(one.filters, one.kernel) for one in block.convolutions] == [(4, (1, 1)), (6, (3, 3)), (3, (1, 1))]


def test_the_ways_through_a_block_are_told_apart(branched):
    (block,) = blocks(branched)
    assert [numbers(way) for way in ways(block)] == [[2, 3, 4], [5], []]


def test_a_chain_has_no_blocks(branched):
    assert blocks([node(0, "input"), convolution(1, 0, 8, 3), node(2, "flatten", 1)]) == []


def test_a_way_around_a_block_makes_one_block_of_both(branched):
    around = [*branched[:7], convolution(7, 6, 2, 1), node(8, "add", 7, 0), node(9, "flatten", 8)]
    (block,) = blocks(around)
    assert (block.entry.id, block.exit.id) == (0, 8)


def test_in_the_chain_a_block_is_one_stage(branched):
    chain = chain_of_blocks(model(1, 0, branched))
    assert [stage.op for stage in chain.stages] == ["conv2d", BLOCK, "max_pool"]
    assert not chain.branched
    assert chain.stages[1].config["convolutions"] == [[3, 1, 1], [4, 1, 1], [6, 3, 3]]
    # Worked out of the layers, whatever was reported.
    assert chain.stages[1].parameters == (8 + 1) * 4 + (9 * 4 + 1) * 6 + (8 + 1) * 3


def test_what_branches_without_convolutions_is_no_block():
    gate = [node(0, "input"), convolution(1, 0, 8, 3), node(2, "activation", 1, function="sigmoid")]
    gate += [node(3, "multiply", 1, 2), node(4, "flatten", 3)]
    assert BLOCK not in [stage.op for stage in chain_of_blocks(model(1, 0, gate)).stages]
