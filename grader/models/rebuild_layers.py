"""Keras layers for known operations, one function a kind. TensorFlow is imported when the first one is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.evidence.values import Node
from grader.models.operations import Operation, plain, weighted

__all__ = ["UnknownFunctionError", "layer_of"]

_DROPOUTS = ("AlphaDropout", "Dropout", "GaussianDropout", "SpatialDropout1D", "SpatialDropout2D")
_FUNCTIONS = (
    "elu",
    "exponential",
    "gelu",
    "hard_sigmoid",
    "leaky_relu",
    "log_softmax",
    "mish",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "softmax",
    "softplus",
    "softsign",
    "tanh",
)


class UnknownFunctionError(Exception):
    """An activation of another name than those of Keras."""


def layer_of(node: Node, operation: Operation) -> Callable[[Any], Any]:
    """What computes the operation of a node, a layer or a function.

    Raises:
        UnknownFunctionError: for an activation that is none of Keras's.
        ValueError: for settings that Keras refuses.
    """
    import keras

    built: Callable[[Any], Any] = _BUILDERS[node.op](keras.layers, operation, node)
    return built


def _convolution(layers: Any, one: weighted.Convolution, _node: Node) -> Any:
    rank = len(one.kernel)
    return getattr(layers, f"Conv{rank}D")(
        one.filters,
        one.kernel,
        strides=one.strides or (1,) * rank,
        padding=one.padding,
        dilation_rate=one.dilation or (1,) * rank,
        groups=one.groups,
        use_bias=one.use_bias,
        kernel_regularizer=_penalty(one.kernel_regularizer),
        bias_regularizer=_penalty(one.bias_regularizer),
    )


def _special_convolution(layers: Any, one: weighted.SpecialConvolution, _node: Node) -> Any:
    settings = {
        "kernel_size": one.kernel,
        "strides": one.strides or (1, 1),
        "padding": one.padding,
        "depth_multiplier": one.depth_multiplier,
        "dilation_rate": one.dilation or (1, 1),
        "use_bias": one.use_bias,
    }
    if one.filters is None:
        return layers.DepthwiseConv2D(**settings)
    return layers.SeparableConv2D(one.filters, **settings)


def _dense(layers: Any, one: weighted.Dense, _node: Node) -> Any:
    return layers.Dense(
        one.units,
        use_bias=one.use_bias,
        kernel_regularizer=_penalty(one.kernel_regularizer),
        bias_regularizer=_penalty(one.bias_regularizer),
    )


def _batch_norm(layers: Any, one: weighted.BatchNorm, _node: Node) -> Any:
    return layers.BatchNormalization(
        axis=one.axis, momentum=one.momentum, epsilon=one.epsilon, center=one.center, scale=one.scale
    )


def _pool(kind: str) -> Callable[[Any, plain.Pool, Node], Any]:
    def build(layers: Any, one: plain.Pool, _node: Node) -> Any:
        return getattr(layers, f"{kind}Pooling{len(one.pool)}D")(one.pool, strides=one.strides, padding=one.padding)

    return build


def _global_pool(function: str) -> Callable[[Any, plain.GlobalPool, Node], Any]:
    def build(_layers: Any, one: plain.GlobalPool, _node: Node) -> Any:
        import keras

        def compute(x: Any) -> Any:
            axes = tuple(range(1, len(x.shape) - 1))
            return getattr(keras.ops, function)(x, axis=axes, keepdims=bool(one.keepdims))

        return compute

    return build


def _activation(layers: Any, one: plain.Activation, _node: Node) -> Any:
    import keras

    given = {"max_value": one.max_value, "negative_slope": one.negative_slope, "threshold": one.threshold}
    if one.function == "relu_variant":
        return layers.ReLU(one.max_value, one.negative_slope or 0.0, one.threshold or 0.0)
    if one.function not in _FUNCTIONS:
        raise UnknownFunctionError(one.function)
    if one.function == "leaky_relu" and one.negative_slope is not None:
        return layers.LeakyReLU(negative_slope=one.negative_slope)
    if one.function == "elu" and one.alpha is not None:
        return layers.ELU(alpha=one.alpha)
    if any(value is not None for value in given.values()):
        raise UnknownFunctionError(one.function)
    return layers.Activation(getattr(keras.activations, one.function))


def _dropout(layers: Any, one: plain.Dropout, node: Node) -> Any:
    return getattr(layers, node.cls if node.cls in _DROPOUTS else "Dropout")(one.rate)


def _arithmetic(_layers: Any, one: plain.Arithmetic, _node: Node) -> Any:
    import keras

    constant = np.asarray(one.constant, dtype=np.float32)
    function = {"divide": keras.ops.true_divide}.get(one.function) or getattr(keras.ops, one.function)
    return (lambda x: function(constant, x)) if one.first else (lambda x: function(x, constant))


def _reshape(layers: Any, _one: plain.Reshape, node: Node) -> Any:
    return layers.Reshape(node.shape)


def _penalty(regularizer: weighted.Regularizer | None) -> Any:
    """The penalty; one of another form than L1 and L2 changes training only and is left out."""
    import keras

    if regularizer is None or regularizer.other:
        return None
    return keras.regularizers.L1L2(regularizer.l1, regularizer.l2)


_BUILDERS: dict[str, Callable[..., Any]] = {
    "activation": _activation,
    "add": lambda layers, _one, _node: layers.Add(),
    "arithmetic": _arithmetic,
    "average_pool": _pool("Average"),
    "batch_norm": _batch_norm,
    "concatenate": lambda layers, one, _node: layers.Concatenate(axis=one.axis),
    "conv1d": _convolution,
    "conv2d": _convolution,
    "conv3d": _convolution,
    "dense": _dense,
    "depthwise_conv2d": _special_convolution,
    "dropout": _dropout,
    "flatten": lambda layers, _one, _node: layers.Flatten(),
    "global_average_pool": _global_pool("mean"),
    "global_max_pool": _global_pool("max"),
    "max_pool": _pool("Max"),
    "random": lambda layers, _one, _node: layers.Identity(),
    "rescaling": lambda layers, one, _node: layers.Rescaling(one.scale, one.offset),
    "reshape": _reshape,
    "resizing": lambda layers, one, _node: layers.Resizing(one.height, one.width, interpolation=one.interpolation),
    "separable_conv2d": _special_convolution,
    "zero_padding": lambda layers, one, _node: layers.ZeroPadding2D(one.padding),
}
