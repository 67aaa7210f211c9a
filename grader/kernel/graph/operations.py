"""Operations outside layers in canonical terms: `keras.ops` in functional models and TensorFlow ops in traced ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .builder import Operation
from .layers import activation_name

__all__ = ["PASS_THROUGH", "step_of_operation", "step_of_tf_op"]

_ACTIVATIONS = {
    "relu": "relu",
    "softmax": "softmax",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "elu": "elu",
    "leakyrelu": "leaky_relu",
    "gelu": "gelu",
    "silu": "silu",
}
_MERGES = {"add": "add", "addv2": "add", "concatenate": "concatenate", "concatv2": "concatenate"}

_ARITHMETIC = {
    "truedivide": "divide",
    "divide": "divide",
    "realdiv": "divide",
    "multiply": "multiply",
    "mul": "multiply",
    "subtract": "subtract",
    "sub": "subtract",
}

PASS_THROUGH = frozenset({"Identity", "Cast", "StopGradient", "PreventGradient", "CheckNumerics"})
"""Operations of TensorFlow and Keras that leave values as they are."""


_MAX_CONSTANTS = 16
"""Values of a constant that are told: enough for a mean a channel."""


def step_of_operation(operation: Any, operands: Sequence[Any] = ()) -> Operation:
    """A `keras.ops` operation that stands in a functional model, such as ``ops.relu(x)`` or ``x + y``.

    `operands` are what it is applied to, each a number, an array or a tensor.
    """
    name = type(operation).__name__.lower()
    if name in _ACTIVATIONS:
        setting = {"leakyrelu": "negative_slope", "elu": "alpha"}.get(name, "")
        return _activation(name, {setting: float(getattr(operation, setting))} if setting else {})
    if name in _MERGES:
        if name == "concatenate":
            return Operation("concatenate", {"axis": getattr(operation, "axis", None)})
        return Operation("add", _constant_among(operands))
    if name in ("reshape", "flatten", "ravel"):
        return Operation("reshape")
    if name in ("maxpool", "averagepool"):
        size = operation.pool_size
        strides = operation.strides or size
        config = {"pool": _pair(size), "strides": _pair(strides), "padding": operation.padding}
        return Operation("max_pool" if name == "maxpool" else "average_pool", config)
    if name == "mean" and _over_the_map(operation.axis, operation.keepdims):
        return Operation("global_average_pool")
    if name in _ARITHMETIC:
        return Operation("arithmetic", {"function": _ARITHMETIC[name], **_constant_among(operands)})
    return Operation("other", {"class": activation_name(type(operation).__name__)})


def step_of_tf_op(op: Any) -> Operation:
    """An op of a TensorFlow graph that stands between layers, such as ``tf.nn.relu`` or ``tf.reshape``."""
    name = op.type.lower()
    if name in _ACTIVATIONS:
        return _activation(name, {"negative_slope": op.get_attr("alpha")} if name == "leakyrelu" else {})
    if name in _MERGES:
        if name == "concatv2":
            return Operation("concatenate", {"axis": _constant(op.inputs[-1])})
        return Operation("add", _constant_among([_constant(tensor) for tensor in op.inputs]))
    if name == "reshape":
        return Operation("reshape")
    if name in ("maxpool", "avgpool"):
        config = {
            "pool": list(op.get_attr("ksize"))[1:3],
            "strides": list(op.get_attr("strides"))[1:3],
            "padding": op.get_attr("padding").decode().lower(),
        }
        return Operation("max_pool" if name == "maxpool" else "average_pool", config)
    if name == "mean" and _over_the_map(_constant(op.inputs[1]), op.get_attr("keep_dims")):
        return Operation("global_average_pool")
    if name in _ARITHMETIC:
        constant = _constant_among([_constant(tensor) for tensor in op.inputs])
        return Operation("arithmetic", {"function": _ARITHMETIC[name], **constant})
    return Operation("other", {"class": op.type})


def _activation(name: str, settings: dict[str, float]) -> Operation:
    return Operation("activation", {"function": _ACTIVATIONS[name], **settings})


def _constant_among(operands: Sequence[Any]) -> dict[str, Any]:
    """Of two operands the one that is a number or a short list of them, and whether it comes first."""
    known = [_numbers(operand) for operand in operands]
    if len(known) != 2 or (known[0] is None) == (known[1] is None):
        return {}
    return {"constant": known[0] if known[1] is None else known[1]} | ({} if known[0] is None else {"first": True})


def _numbers(value: Any) -> float | list[float] | None:
    """A number, or those of an array in which only the last axis counts; None for anything else."""
    import keras
    import numpy as np

    if value is None or isinstance(value, keras.KerasTensor):
        return None
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError):  # a tensor without values, or no number at all
        return None
    if not np.isfinite(array).all() or array.size > _MAX_CONSTANTS or array.shape[-1:] not in ((), (array.size,)):
        return None
    return array.reshape(-1).tolist() if array.size > 1 else float(array.reshape(-1)[0]) if array.size else None


def _over_the_map(axes: Any, keeps_dimensions: bool) -> bool:
    """Whether a mean over these axes takes each channel of an image to one number."""
    return not keeps_dimensions and isinstance(axes, (list, tuple)) and sorted(axes) in ([1, 2], [-3, -2])


def _constant(tensor: Any) -> Any:
    """The value of a constant of a TensorFlow graph as numbers; None if it is computed."""
    import tensorflow as tf

    value = tf.get_static_value(tensor)
    return None if value is None else value.tolist()


def _pair(value: Any) -> list[int]:
    return [int(value)] * 2 if isinstance(value, int) else [int(item) for item in value]
