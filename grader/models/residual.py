"""Shortcuts in a network: which blocks add their input to what comes out of them, and what follows the sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.evidence.schema import ModelSnapshot
from grader.evidence.values import Node
from grader.models.blocks import Block, blocks, ways

__all__ = ["ResidualBlock", "residual_blocks"]

_POOLS = ("max_pool", "average_pool", "global_max_pool", "global_average_pool")


@dataclass(frozen=True)
class ResidualBlock:
    """A block whose ways meet in a sum: the long way through its convolutions, and the shortcut around them.

    `before` are the functions between the last convolution and the sum, `after` those that follow the sum at once.
    """

    convolutions: tuple[Node, ...]
    shortcut: tuple[Node, ...]
    pools: tuple[Node, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def adapted(self) -> bool:
        """Whether the shortcut hands on the block's input, at most through 1×1 convolutions."""
        return all(
            node.op in ("conv2d", "batch_norm", "zero_padding", *_POOLS)
            and (node.op != "conv2d" or node.config.get("kernel") == [1, 1])
            for node in self.shortcut
        )


def residual_blocks(snapshot: ModelSnapshot) -> list[ResidualBlock]:
    """The residual blocks of a network in order."""
    return [
        _residual(block, snapshot.nodes)
        for block in blocks(snapshot.nodes)
        if block.exit.op == "add" and len(block.exit.inputs) == 2
    ]


def _residual(block: Block, nodes: Sequence[Node]) -> ResidualBlock:
    first, second = ways(block)
    shared = {node.id for node in first} & {node.id for node in second}
    shortcut, long = sorted(([n for n in way if n.id not in shared] for way in (first, second)), key=_length)
    path = [node for node in block.nodes[:-1] if node.id in shared or node in long]
    convolutions = tuple(node for node in path if node.op == "conv2d")
    last = path.index(convolutions[-1]) if convolutions else -1
    before = [node for node in path[last + 1 :] if node.op == "activation"]
    return ResidualBlock(
        convolutions,
        tuple(shortcut),
        tuple(node for node in path if node.op in _POOLS),
        tuple(str(node.config.get("function")) for node in before),
        _functions_after(block.exit, nodes),
    )


def _length(way: Sequence[Node]) -> tuple[int, int]:
    """A way is longer the more convolutions it has that look at more than one place."""
    wide = [node for node in way if node.op == "conv2d" and node.config.get("kernel") != [1, 1]]
    return len(wide), len(way)


def _functions_after(exit_node: Node, nodes: Sequence[Node]) -> tuple[str, ...]:
    """The activations that follow a node, batch normalisation and dropout in between left aside."""
    found: list[str] = []
    current = exit_node
    while True:
        users = [node for node in nodes if current.id in node.inputs]
        if len(users) != 1 or users[0].op not in ("activation", "batch_norm", "dropout"):
            return tuple(found)
        current = users[0]
        if current.op == "activation":
            found.append(str(current.config.get("function")))
