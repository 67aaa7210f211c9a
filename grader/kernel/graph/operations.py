"""Operations outside layers in canonical terms: `keras.ops` in functional models and TensorFlow ops in traced ones."""

from __future__ import annotations

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


def step_of_operation(operation: Any) -> Operation:
    """A `keras.ops` operation that stands in a functional model, such as ``ops.relu(x)`` or ``x + y``."""
    name = type(operation).__name__.lower()
    if name in _ACTIVATIONS:
        return Operation("activation", {"function": _ACTIVATIONS[name]})
    if name in _MERGES:
        config = {"axis": getattr(operation, "axis", None)} if name == "concatenate" else {}
        return Operation(_MERGES[name], config)
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
        return Operation("arithmetic", {"function": _ARITHMETIC[name]})
    return Operation("other", {"class": activation_name(type(operation).__name__)})


def step_of_tf_op(op: Any) -> Operation:
    """An op of a TensorFlow graph that stands between layers, such as ``tf.nn.relu`` or ``tf.reshape``."""
    name = op.type.lower()
    if name in _ACTIVATIONS:
        return Operation("activation", {"function": _ACTIVATIONS[name]})
    if name in _MERGES:
        return Operation(_MERGES[name], {"axis": _constant(op.inputs[-1])} if name == "concatv2" else {})
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
        return Operation("arithmetic", {"function": _ARITHMETIC[name]})
    return Operation("other", {"class": op.type})


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
