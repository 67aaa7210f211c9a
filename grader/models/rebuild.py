"""A Keras model built again from a layer graph: of known operations only; a kernel sends nothing of it but numbers.

No code, configuration or file of Keras's own comes from the notebook. What is not known is refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.evidence.values import Node
from grader.models.arithmetic import Derived, derive
from grader.models.operations import Operation
from grader.models.operations.base import volume
from grader.models.rebuild_layers import UnknownFunctionError, layer_of

__all__ = ["MAX_PARAMETERS", "NotRebuildableError", "cost", "rebuild", "rebuild_fresh"]

MAX_PARAMETERS = 2**24
_MAX_VALUES = 2**27
"""Values that all operations give out for one image."""
_MAX_NODES = 1000

Arrays = Mapping[str, Sequence[NDArray[np.float32]]]
"""Weights by the names of layers, in the order in which Keras keeps them."""


class NotRebuildableError(Exception):
    """The network holds something that is not built again; the message says what, as a clause."""


def rebuild(nodes: Sequence[Node], weights: Arrays) -> Any:
    """The model of a graph, with these weights.

    It computes what the network computes outside of training. Augmentation is left out, dropout and penalties are kept.

    Raises:
        NotRebuildableError: if the graph holds an unknown operation, or the weights do not fit it.
    """
    model, layers = rebuild_fresh(nodes)
    _set(layers, weights)
    return model


def rebuild_fresh(
    nodes: Sequence[Node], replacements: Mapping[str, Callable[[Any], Any]] | None = None
) -> tuple[Any, dict[str, Any]]:
    """The model of a graph with fresh weights, and its layers with weights by their names in the graph.

    Args:
        nodes: the graph.
        replacements: layers by name that are given, such as augmentation.

    Raises:
        NotRebuildableError: if the graph holds an unknown operation.
    """
    import keras

    found = derive(nodes)
    _refuse(nodes, found)
    tensors: dict[int, Any] = {}
    layers: dict[str, Any] = {}
    for node, one in zip(nodes, found, strict=True):
        if node.op == "input":
            tensors[node.id] = keras.Input(node.shape)
            continue
        assert one.operation is not None
        if _is_again(node, one, layers):
            build: Callable[[Any], Any] = layers[node.layer]
        else:
            build = (replacements or {}).get(node.layer) or _layer(node, one.operation)
            if one.weights:
                layers[node.layer] = build
        sources = [tensors[source] for source in node.inputs]
        tensors[node.id] = build(sources if len(sources) > 1 else sources[0])
    inputs = [tensors[node.id] for node in nodes if node.op == "input"]
    return keras.Model(inputs[0], tensors[_output(nodes)]), layers


def cost(nodes: Sequence[Node]) -> int:
    """Multiplications for one image; those of unknown operations are left out."""
    return sum(one.products or 0 for one in derive(nodes))


def _refuse(nodes: Sequence[Node], found: Sequence[Derived]) -> None:
    """End here for what is not rebuilt."""
    if len(nodes) > _MAX_NODES:
        raise NotRebuildableError("the network has too many layers")
    if [node.op for node in nodes].count("input") != 1:
        raise NotRebuildableError("the network has more than one input")
    seen: set[str] = set()
    for node, one in zip(nodes, found, strict=True):
        if one.operation is None or one.weights is None:
            raise NotRebuildableError(f"{_named(node)} is no layer that grader builds again")
        if one.shape is None or None in one.shape:
            raise NotRebuildableError(f"the shape of what {_named(node)} gives out does not follow from the layers")
        if one.weights and node.layer in seen:
            raise NotRebuildableError(f"two layers are called «{node.layer}»")
        if one.weights:
            seen.add(node.layer)
    if sum(one.parameters or 0 for one in found) > MAX_PARAMETERS:
        raise NotRebuildableError(f"the network has more than {MAX_PARAMETERS} parameters")
    if sum(volume(one.shape or ()) for one in found) > _MAX_VALUES:
        raise NotRebuildableError("the maps of the network are too large")


def _layer(node: Node, operation: Operation) -> Callable[[Any], Any]:
    try:
        return layer_of(node, operation)
    except UnknownFunctionError as error:
        raise NotRebuildableError(f"the activation «{error}» of «{node.layer}» is none of Keras's") from None
    except (TypeError, ValueError):
        raise NotRebuildableError(f"{_named(node)} has settings that Keras refuses") from None


def _is_again(node: Node, one: Derived, layers: Mapping[str, Any]) -> bool:
    """Whether a layer with weights is called that was called before."""
    assert one.operation is not None
    return node.layer in layers and not one.weights and bool(one.operation.weights(one.inputs))


def _output(nodes: Sequence[Node]) -> int:
    used = {source for node in nodes for source in node.inputs}
    outputs = [node.id for node in nodes if node.id not in used]
    if len(outputs) != 1:
        raise NotRebuildableError("the network has more than one output")
    return outputs[0]


def _set(layers: Mapping[str, Any], weights: Arrays) -> None:
    for name, layer in layers.items():
        given = weights.get(name, ())
        wanted = [tuple(weight.shape) for weight in layer.weights]
        if [array.shape for array in given] != wanted:
            raise NotRebuildableError(f"the weights of «{name}» do not fit it")
        layer.set_weights(list(given))


def _named(node: Node) -> str:
    return f"{node.cls} «{node.layer}»" if node.layer else f"the operation {node.config.get('class', node.op)}"
