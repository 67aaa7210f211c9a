"""Residual blocks are found in the graph: what is added to what, around which convolutions, and what follows."""

from __future__ import annotations

import pytest

from grader.evidence.values import Node
from grader.models.residual import residual_blocks
from tests.checks.factories import model


def network(*layers):
    """A network of (op, inputs) with arguments; inputs are counted from the first layer, which is the input."""
    nodes = [Node(id=0, op="input", inputs=(), config={}, parameters=0, shape=(16, 16, 10), layer="input", cls="")]
    for number, (op, inputs, config) in enumerate(layers, 1):
        nodes.append(
            Node(
                id=number,
                op=op,
                inputs=inputs,
                config=config,
                parameters=0,
                shape=(16, 16, 10),
                layer=f"l{number}",
                cls="",
            )
        )
    return model(1, 0, nodes)


def conv(*inputs, kernel=3):
    return "conv2d", inputs, {"kernel": [kernel, kernel], "filters": 10}


def relu(*inputs):
    return "activation", inputs, {"function": "relu"}


def add(*inputs):
    return "add", inputs, {}


@pytest.mark.parametrize("order", [(3, 0), (0, 3)])
def test_a_block_as_the_text_has_it(order):
    (block,) = residual_blocks(network(conv(0), relu(1), conv(2), add(*order), relu(4), conv(5)))
    assert len(block.convolutions) == 2
    assert (block.before, block.after, block.shortcut, block.pools) == ((), ("relu",), (), ())
    assert block.adapted


def test_two_blocks_one_after_the_other():
    blocks = residual_blocks(
        network(conv(0), relu(1), conv(2), add(3, 0), relu(4), conv(5), relu(6), conv(7), add(8, 5), relu(9))
    )
    assert [len(block.convolutions) for block in blocks] == [2, 2]
    assert [block.after for block in blocks] == [("relu",), ("relu",)]


def test_an_activation_before_the_sum():
    (block,) = residual_blocks(network(conv(0), relu(1), conv(2), relu(3), add(4, 0), conv(5)))
    assert (block.before, block.after) == (("relu",), ())


def test_a_shortcut_around_one_convolution():
    (block,) = residual_blocks(network(conv(0), relu(1), conv(2), add(3, 2), relu(4)))
    assert len(block.convolutions) == 1


def test_a_projection_adapts_and_a_wide_convolution_does_not():
    (block,) = residual_blocks(network(conv(0, kernel=1), conv(0), relu(2), conv(3), add(4, 1), relu(5)))
    assert block.adapted
    assert [node.config["kernel"] for node in block.convolutions] == [[3, 3], [3, 3]]
    (block,) = residual_blocks(network(conv(0), conv(0), relu(2), conv(3), add(4, 1), relu(5)))
    assert not block.adapted


def test_pools_inside_a_block_are_told():
    pool = "max_pool", (1,), {"pool": [2, 2]}
    (block,) = residual_blocks(network(conv(0), pool, conv(2), ("max_pool", (0,), {"pool": [2, 2]}), add(3, 4)))
    assert [node.op for node in block.pools] == ["max_pool"]


def test_branches_that_are_joined_otherwise_are_no_residual_blocks():
    assert residual_blocks(network(conv(0), conv(0), ("concatenate", (1, 2), {}))) == []
