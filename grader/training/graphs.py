"""Layer graphs in the form that recipes have: without names that say nothing of what is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.evidence.recipes import Setting
from grader.evidence.values import Node
from grader.models.operations import operation_of, plain, weighted

__all__ = ["canonical_layers", "canonical_nodes", "ends_in_softmax", "without_rescaling", "without_softmax"]

_KINDS = ("dropout", "random")
"""Operations of which the class of the layer says more than the operation."""
_WEIGHTED = (weighted.BatchNorm, weighted.Convolution, weighted.Dense, weighted.SpecialConvolution)


def canonical_nodes(nodes: Sequence[Node]) -> tuple[dict[str, str], tuple[Node, ...]]:
    """The graph with layers called by their place in it, and how each was called before.

    Only of layers with weights or settings of their own does it matter which is which.
    """
    names: dict[str, str] = {}
    numbers = {node.id: number for number, node in enumerate(nodes)}
    renamed = []
    for node in nodes:
        told_apart = node.op == "random" or isinstance(operation_of(node), _WEIGHTED)
        if told_apart and node.layer not in names:
            names[node.layer] = f"layer{len(names)}"
        renamed.append(
            Node(
                id=numbers[node.id],
                op=node.op,
                inputs=tuple(numbers[source] for source in node.inputs),
                config=node.config,
                parameters=0,
                shape=node.shape,
                layer=names[node.layer] if told_apart else "",
                **{"class": node.cls if node.op in _KINDS else ""},
            )
        )
    return names, tuple(renamed)


def canonical_layers(
    layers: Mapping[str, Mapping[str, Setting]], names: Mapping[str, str]
) -> dict[str, dict[str, Setting]]:
    """Settings by the new names of their layers; those of layers that the network does not use are gone."""
    return {names[name]: dict(settings) for name, settings in sorted(layers.items()) if name in names}


def without_rescaling(nodes: Sequence[Node]) -> tuple[float, float, tuple[Node, ...]] | None:
    """The network behind a first layer that makes v to scale·v + offset, with that scale and offset; else None."""
    if len(nodes) < 2 or nodes[0].op != "input" or nodes[1].inputs != (nodes[0].id,):
        return None
    first, second = nodes[0].id, nodes[1].id
    operation = operation_of(nodes[1])
    if not isinstance(operation, plain.Rescaling) or any(first in node.inputs for node in nodes[2:]):
        return None
    rest = [
        node.model_copy(update={"inputs": tuple(first if source == second else source for source in node.inputs)})
        for node in nodes[2:]
    ]
    return operation.scale, operation.offset, (nodes[0], *rest)


def ends_in_softmax(nodes: Sequence[Node]) -> bool:
    """Whether the network gives probabilities by a softmax over its last axis."""
    last = nodes[-1] if nodes else None
    return last is not None and last.op == "activation" and last.config == {"function": "softmax"}


def without_softmax(nodes: Sequence[Node]) -> tuple[Node, ...]:
    """The network up to what goes into its last softmax."""
    return tuple(nodes[:-1])
