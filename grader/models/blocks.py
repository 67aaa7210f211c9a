"""Networks with branches: where the ways part and join again, and the network as a chain with each such block a stage.

A node that every way from input to output passes is a joint. What lies between two neighbouring joints is a block if
there is more than one way through it. So an inception module or a residual block is found however it was written, and
the network around it can be compared as a chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.evidence.schema import ModelSnapshot
from grader.evidence.values import Node
from grader.models.arithmetic import worked_out
from grader.models.stages import Chain, chain_of

__all__ = ["BLOCK", "Block", "Convolution", "blocks", "chain_of_blocks", "ways"]

BLOCK = "block"
"""The op of a stage that stands for a block.

Its config has ``convolutions``, sorted lists of filters and sides of the kernel, and ``normalised``: whether there is
batch normalisation inside.
"""


@dataclass(frozen=True)
class Convolution:
    """A convolution inside a block: its filters and the sides of its kernel."""

    filters: int
    kernel: tuple[int, ...]

    def __str__(self) -> str:
        return f"{'×'.join(map(str, self.kernel))} with {self.filters} filters"


@dataclass(frozen=True)
class Block:
    """The nodes after the joint `entry`, up to and including the joint at which all ways meet again."""

    entry: Node
    nodes: tuple[Node, ...]

    @property
    def exit(self) -> Node:
        """Where the ways meet."""
        return self.nodes[-1]

    @property
    def convolutions(self) -> tuple[Convolution, ...]:
        """The convolutions on all ways, in computation order."""
        return tuple(convolution(node) for node in self.nodes if node.op == "conv2d")


def convolution(node: Node) -> Convolution:
    """A node of kind ``conv2d`` as a convolution."""
    filters, kernel = node.config.get("filters"), node.config.get("kernel")
    sides = [side for side in kernel if isinstance(side, int)] if isinstance(kernel, list) else []
    return Convolution(filters if isinstance(filters, int) else 0, tuple(sides))


def blocks(nodes: Sequence[Node]) -> list[Block]:
    """The blocks of a network in order."""
    last_use = {source: place for place, node in enumerate(nodes) for source in node.inputs}
    found, last, reach = [], 0, 0
    for place, node in enumerate(nodes):
        # An edge from an earlier node to a later one goes past this node, which then is no joint.
        if place >= reach:
            if place > last + 1 and node.op != "input":
                found.append(Block(nodes[last], tuple(nodes[last + 1 : place + 1])))
            last = place
        reach = max(reach, last_use.get(node.id, 0))
    return found


def ways(block: Block) -> list[tuple[Node, ...]]:
    """For each input of the exit the nodes that lead to it from the entry, in computation order, the exit left out."""
    inner = {node.id: node for node in block.nodes[:-1]}
    found = []
    for start in block.exit.inputs:
        wanted = {start}
        for node in reversed(block.nodes[:-1]):
            if node.id in wanted:
                wanted.update(node.inputs)
        found.append(tuple(node for identifier, node in inner.items() if identifier in wanted))
    return found


def chain_of_blocks(snapshot: ModelSnapshot) -> Chain:
    """The chain of a network in which each block of two or more convolutions is one stage."""
    nodes = worked_out(snapshot.nodes)
    for block in blocks(tuple(nodes)):
        if len(block.convolutions) < 2:  # `x * sigmoid(x)` and the like have two ways, too
            continue
        inner = {node.id for node in block.nodes}
        parameters = sum(node.parameters for node in block.nodes)
        stage = Node.model_validate(
            {
                "id": block.exit.id,
                "op": BLOCK,
                "inputs": (block.entry.id,),
                "config": {
                    "convolutions": sorted([one.filters, *one.kernel] for one in block.convolutions),
                    "normalised": any(node.op == "batch_norm" for node in block.nodes),
                },
                "parameters": parameters,
                "shape": block.exit.shape,
                "layer": block.exit.layer,
                "class": block.exit.cls,
            }
        )
        nodes = [
            stage if node.id == stage.id else node for node in nodes if node.id not in inner or node.id == stage.id
        ]
    return chain_of(snapshot.model_copy(update={"nodes": tuple(nodes)}))
