"""The layer graph of a model whose `call` the student wrote, read from one symbolic run.

The model is run once in a TensorFlow graph of its own, in training mode so that dropout shows. Calls of Keras layers
are noted on the way; from the output tensor the graph is then followed back, through those layers and through the
TensorFlow ops between them, to the input. What the output does not depend on is never reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .builder import GraphBuilder
from .layers import is_composite, steps_of
from .operations import PASS_THROUGH, step_of_tf_op

__all__ = ["CallTap", "attempted", "trace"]


class CallTap:
    """Notes the calls of Keras layers made while it is active; see `recorder` for how it is reached."""

    def __init__(self) -> None:
        self.calls: dict[int, tuple[Any, list[Any], Any]] = {}
        """Output tensor id → (layer, input tensors, output tensor)."""
        self._depth = 0

    def __call__(self, layer: Any, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """Run one layer call, noting it unless it happens inside another Keras layer."""
        import keras
        import tensorflow as tf

        if self._depth or is_composite(layer):
            return call(layer, *args, **kwargs)
        self._depth += 1
        try:
            result = call(layer, *args, **kwargs)
        finally:
            self._depth -= 1
        if not isinstance(result, tf.Tensor):
            return result
        # A layer may return its very input (dropout at inference): a tensor of its own keeps the calls apart.
        result = tf.identity(result)
        inputs = [t for t in keras.tree.flatten((args, kwargs)) if isinstance(t, tf.Tensor)]
        self.calls[id(result)] = (layer, inputs, result)
        return result


def trace(model: Any, shape: tuple[int | None, ...], dtype: str, activate: Any) -> list[dict[str, Any]]:
    """The canonical nodes of a built model, or of a layer, for inputs of `shape` (with the batch axis).

    `activate` is a context manager factory that makes a `CallTap` see every layer call while it lasts.
    """
    import tensorflow as tf
    from tensorflow.python.framework.func_graph import FuncGraph

    tap = CallTap()
    with _losses_kept(model), FuncGraph("grader").as_default(), activate(tap):
        source = tf.raw_ops.Placeholder(dtype=tf.as_dtype(dtype), shape=[None, *shape[1:]])
        try:
            output = model(source, training=True)
        except TypeError:  # a `call` that takes no `training`
            output = model(source)
    builder = GraphBuilder()
    known = {id(source): builder.input(list(shape[1:]))}
    outputs = [t for t in tf.nest.flatten(output) if isinstance(t, tf.Tensor)]
    return builder.finished([_follow(builder, tensor, tap, known) for tensor in outputs])


def attempted(tap: CallTap, layer: Any) -> list[dict[str, Any]]:
    """The nodes of the layer calls that were made before one of values ended in an error.

    What flowed from one layer to the next through an operation of TensorFlow is not known. The layers that `layer`
    holds and did not come to call are told, too, fed by nothing.
    """
    builder = GraphBuilder()
    source = builder.input([])
    known: dict[int, int] = {}
    # Before a layer is called on values, Keras calls it on symbols to build it: the same again.
    calls = {key: call for key, call in tap.calls.items() if type(call[2]).__name__ == "EagerTensor"}
    for identifier, (called, inputs, output) in calls.items():
        sources = [known.get(id(tensor), source) for tensor in inputs]
        known[identifier] = builder.layer(called, steps_of(called), sources, list(output.shape[1:]))
    called_layers = {id(called) for called, _, _ in calls.values()}
    for held in layer._flatten_layers(include_self=False):
        if id(held) not in called_layers and not is_composite(held):
            known[id(held)] = builder.layer(held, steps_of(held), [], [])
    return builder.finished([identifier for identifier in known.values() if identifier >= 0])


@contextmanager
def _losses_kept(model: Any) -> Iterator[None]:
    """Leave the losses that layers have added as they are: those of the symbolic run would spoil a training loop."""
    kept = [(layer, list(layer._losses)) for layer in model._flatten_layers()]
    try:
        yield
    finally:
        for layer, losses in kept:
            layer._losses[:] = losses


def _follow(builder: GraphBuilder, tensor: Any, tap: CallTap, known: dict[int, int]) -> int:
    """Id of the node that computes `tensor`, adding it and all before it; `known` maps tensor ids to nodes."""
    reaching: dict[int, bool] = dict.fromkeys(known, True)
    stack = [tensor]
    while stack:
        current = stack[-1]
        if id(current) in known:
            stack.pop()
            continue
        layer, sources = _origin(current, tap, reaching)
        missing = [source for source in sources if id(source) not in known]
        if missing:
            stack.extend(reversed(missing))
            continue
        known[id(current)] = _add(builder, current, layer, [known[id(s)] for s in sources])
        stack.pop()
    return known[id(tensor)]


def _origin(tensor: Any, tap: CallTap, reaching: dict[int, bool]) -> tuple[Any, list[Any]]:
    """The layer that made the tensor (None for an op outside layers) and the data it was made from."""
    if id(tensor) in tap.calls:
        layer, inputs, _ = tap.calls[id(tensor)]
    else:
        layer, inputs = None, list(tensor.op.inputs)
    return layer, [source for source in inputs if _reaches_input(source, reaching)]


def _reaches_input(tensor: Any, reaching: dict[int, bool]) -> bool:
    """Whether data flows from the network's input to the tensor; weights, constants and shapes are none.

    `reaching` holds what is known already and is added to.
    """
    stack = [tensor]
    while stack:
        current = stack[-1]
        if id(current) in reaching:
            stack.pop()
            continue
        op = current.op
        sources = [] if op.type in ("Shape", "ShapeN", "Size", "Rank") else list(op.inputs)
        unknown = [source for source in sources if id(source) not in reaching]
        if unknown:
            stack.extend(unknown)
            continue
        reaching[id(current)] = any(reaching[id(source)] for source in sources)
        stack.pop()
    return reaching[id(tensor)]


def _add(builder: GraphBuilder, tensor: Any, layer: Any, inputs: list[int]) -> int:
    shape = [] if tensor.shape.rank is None else tensor.shape.as_list()[1:]
    if layer is not None:
        return builder.layer(layer, steps_of(layer), inputs, shape)
    if tensor.op.type in PASS_THROUGH and inputs:
        return inputs[0]
    return builder.operation(step_of_tf_op(tensor.op), inputs, shape)
