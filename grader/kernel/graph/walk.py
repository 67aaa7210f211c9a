"""The layer graph of a Sequential or functional model, read from the nodes that Keras keeps of its construction.

Only what the outputs depend on is walked, so blocks that nothing uses do not count. A model inside the model is
walked through; a layer whose `call` the student wrote cannot be read this way (see `trace`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .builder import GraphBuilder, Operation
from .layers import is_composite, steps_of
from .operations import PASS_THROUGH, step_of_operation

__all__ = ["NotReadableError", "as_functional", "unbuilt", "walk"]


class NotReadableError(Exception):
    """The model holds a computation that its nodes do not show."""


def walk(model: Any) -> list[dict[str, Any]]:
    """The canonical nodes of a built Sequential or functional model.

    Raises:
        NotReadableError: if the model, or a layer in it, computes by code of the student's own.
    """
    builder = GraphBuilder()
    functional = as_functional(model)
    if functional is None:
        raise NotReadableError
    known = {id(tensor): builder.input(list(tensor.shape[1:])) for tensor in functional.inputs}
    outputs = _walk_tensors(builder, functional.outputs, known)
    return builder.finished(outputs)


def unbuilt(layers: Sequence[Any]) -> list[dict[str, Any]]:
    """Nodes of a list of layers that could not be built into a network: kinds and arguments, no shapes.

    A layer of the student's own that holds convolutions is a ``block`` with the filters and kernels of these.
    """
    import keras

    builder = GraphBuilder()
    last = [builder.input([])]
    for layer in layers:
        if isinstance(layer, keras.layers.Layer):
            steps = _block(layer) if is_composite(layer) else steps_of(layer)
            last = [builder.layer(layer, steps, last, [])]
    return builder.finished(last)


def _block(layer: Any) -> list[Operation]:
    """A layer of the student's own by the layers that it holds; nothing for one without convolutions."""
    import keras

    inner = [one for one in layer._flatten_layers() if one is not layer]
    convolutions = [one for one in inner if isinstance(one, keras.layers.Conv2D)]
    if not convolutions:
        return []
    config = {
        "convolutions": sorted([one.filters, *one.kernel_size] for one in convolutions),
        "normalised": any(isinstance(one, keras.layers.BatchNormalization) for one in inner),
    }
    return [Operation("block", config)]


def as_functional(model: Any) -> Any:
    """The functional model behind a Sequential or functional one; None for a subclassed or unbuilt one."""
    import keras
    from keras.src.models.functional import Functional

    if isinstance(model, keras.Sequential):
        if type(model).call is not keras.Sequential.call:
            return None
        return getattr(model, "_functional", None)
    if isinstance(model, Functional) and type(model).call is Functional.call:
        return model
    return None


def _walk_tensors(builder: GraphBuilder, tensors: list[Any], known: dict[int, int]) -> list[int]:
    """Ids of the nodes that compute `tensors`, adding them and all before them; `known` maps tensors to ids."""
    stack = list(reversed(tensors))
    while stack:
        tensor = stack[-1]
        if id(tensor) in known:
            stack.pop()
            continue
        operation, node_index, _ = tensor._keras_history
        node = operation._inbound_nodes[node_index]
        missing = [source for source in node.input_tensors if id(source) not in known]
        if missing:
            stack.extend(reversed(missing))
            continue
        inputs = [known[id(source)] for source in node.input_tensors]
        for output, identifier in zip(node.output_tensors, _add_call(builder, operation, node, inputs), strict=False):
            known[id(output)] = identifier
        stack.pop()
    return [known[id(tensor)] for tensor in tensors]


def _add_call(builder: GraphBuilder, operation: Any, node: Any, inputs: list[int]) -> list[int]:
    import keras

    shape = list(node.output_tensors[0].shape[1:])
    inner = as_functional(operation) if isinstance(operation, keras.Model) else None
    if inner is not None:
        known = {id(tensor): source for tensor, source in zip(inner.inputs, inputs, strict=True)}
        return _walk_tensors(builder, inner.outputs, known)
    if isinstance(operation, keras.layers.Layer):
        if is_composite(operation):
            raise NotReadableError
        identifier = builder.layer(operation, steps_of(operation), inputs, shape) if inputs else builder.input(shape)
    elif type(operation).__name__ in PASS_THROUGH and inputs:
        identifier = inputs[0]
    else:
        identifier = builder.operation(step_of_operation(operation, node.arguments.args), inputs, shape)
    return [identifier] * len(node.output_tensors)
