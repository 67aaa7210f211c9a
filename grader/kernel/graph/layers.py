"""Keras layers in canonical terms: what a layer computes, with its activation as a step of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .builder import Operation

__all__ = ["activation_name", "is_composite", "steps_of"]


def steps_of(layer: Any) -> list[Operation]:
    """The canonical steps of one call of a Keras layer; empty for a layer without effect."""
    import keras

    for names, translate in _TRANSLATIONS:
        classes = tuple(getattr(keras.layers, name) for name in names if hasattr(keras.layers, name))
        if isinstance(layer, classes):
            return _with_peculiarities(layer, translate(layer))
    return [Operation("other", {"class": type(layer).__name__})]


def is_composite(layer: Any) -> bool:
    """Whether the layer's computation is written by the student, so that one has to look inside."""
    import keras

    if isinstance(layer, (keras.Model, keras.Sequential)):
        return True
    for cls in type(layer).__mro__:
        if "call" in vars(cls):
            return not cls.__module__.startswith(("keras.", "tensorflow."))
    return False


def activation_name(activation: Any) -> str:
    """The canonical name of an activation given as string, function, layer or None."""
    if activation is None:
        return "linear"
    if isinstance(activation, str):
        name = activation
    else:
        name = getattr(activation, "__name__", None) or type(activation).__name__
    return _ACTIVATION_NAMES.get(name, name).lower()


_ACTIVATION_NAMES = {"ReLU": "relu", "Softmax": "softmax", "LeakyReLU": "leaky_relu", "softmax_v2": "softmax"}


def _with_peculiarities(layer: Any, steps: list[Operation]) -> list[Operation]:
    """The steps, the first with what hardly any layer has and what changes its weights or the order of its axes."""
    unusual: dict[str, Any] = {}
    if getattr(layer, "data_format", None) == "channels_first":
        unusual["data_format"] = "channels_first"
    if getattr(layer, "lora_enabled", False):
        unusual["lora"] = True
    if not steps or not unusual:
        return steps
    return [Operation(steps[0].op, {**steps[0].config, **unusual}), *steps[1:]]


def _with_activation(step: Operation, layer: Any) -> list[Operation]:
    return [step, *_activation(layer.activation)]


def _activation(activation: Any) -> list[Operation]:
    import keras

    if isinstance(activation, keras.layers.Layer):  # Conv2D(activation=layers.LeakyReLU()) is legal
        return steps_of(activation)
    name = activation_name(activation)
    return [] if name == "linear" else [Operation("activation", {"function": name})]


def _convolution(layer: Any) -> list[Operation]:
    transposed = "Transpose" in type(layer).__name__
    config = {
        "filters": layer.filters,
        "kernel": _pair(layer.kernel_size),
        "strides": _pair(layer.strides),
        "padding": layer.padding,
        "dilation": _pair(layer.dilation_rate),
        "groups": getattr(layer, "groups", 1),
        "use_bias": layer.use_bias,
        "kernel_regularizer": _regularizer(layer.kernel_regularizer),
        "bias_regularizer": _regularizer(layer.bias_regularizer),
    }
    op = f"conv{layer.rank}d" + ("_transpose" if transposed else "")
    return _with_activation(Operation(op, config), layer)


def _special_convolution(layer: Any) -> list[Operation]:
    kind = "separable" if "Separable" in type(layer).__name__ else "depthwise"
    config = {
        "kernel": _pair(layer.kernel_size),
        "strides": _pair(layer.strides),
        "padding": layer.padding,
        "dilation": _pair(layer.dilation_rate),
        "depth_multiplier": layer.depth_multiplier,
        "use_bias": layer.use_bias,
    }
    if kind == "separable":
        config["filters"] = layer.filters
    return _with_activation(Operation(f"{kind}_conv{layer.rank}d", config), layer)


def _dense(layer: Any) -> list[Operation]:
    config = {
        "units": layer.units,
        "use_bias": layer.use_bias,
        "kernel_regularizer": _regularizer(layer.kernel_regularizer),
        "bias_regularizer": _regularizer(layer.bias_regularizer),
    }
    return _with_activation(Operation("dense", config), layer)


def _pooling(layer: Any) -> list[Operation]:
    op = f"{layer.pool_mode}_pool"
    config = {"pool": _pair(layer.pool_size), "strides": _pair(layer.strides), "padding": layer.padding}
    return [Operation(op, config)]


def _global_pooling(layer: Any) -> list[Operation]:
    kind = "max" if "Max" in type(layer).__name__ else "average"
    return [Operation(f"global_{kind}_pool", {"keepdims": True} if layer.keepdims else {})]


def _batch_normalization(layer: Any) -> list[Operation]:
    names = ("axis", "momentum", "epsilon", "center", "scale")
    return [Operation("batch_norm", {name: getattr(layer, name) for name in names})]


def _relu(layer: Any) -> list[Operation]:
    if layer.max_value is None and not layer.negative_slope and not layer.threshold:
        return [Operation("activation", {"function": "relu"})]
    config = {name: _plain(getattr(layer, name)) for name in ("max_value", "negative_slope", "threshold")}
    return [Operation("activation", {"function": "relu_variant", **config})]


def _softmax(layer: Any) -> list[Operation]:
    axis = {} if layer.axis == -1 else {"axis": _plain(layer.axis)}
    return [Operation("activation", {"function": "softmax", **axis})]


def _leaky_relu(layer: Any) -> list[Operation]:
    return [Operation("activation", {"function": "leaky_relu", "negative_slope": _plain(layer.negative_slope)})]


def _elu(layer: Any) -> list[Operation]:
    return [Operation("activation", {"function": "elu", "alpha": _plain(layer.alpha)})]


def _lambda(layer: Any) -> list[Operation]:
    name = getattr(layer.function, "__name__", "")
    if name in ("relu", "softmax", "softmax_v2", "sigmoid", "tanh"):
        return [Operation("activation", {"function": activation_name(name)})]
    return [Operation("lambda", {"function": name})]


def _resizing(layer: Any) -> list[Operation]:
    config = {"height": layer.height, "width": layer.width, "interpolation": layer.interpolation}
    switches = ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias")
    return [Operation("resizing", config | {name: True for name in switches if getattr(layer, name, False)})]


def _augmentation(layer: Any) -> list[Operation]:
    return [Operation("random", {"class": type(layer).__name__})]


def _named(op: str, *attributes: str) -> Callable[[Any], list[Operation]]:
    def translate(layer: Any) -> list[Operation]:
        return [Operation(op, {name: _plain(getattr(layer, name, None)) for name in attributes})]

    return translate


def _nothing(layer: Any) -> list[Operation]:  # noqa: ARG001 - the signature of every translation
    return []


_TRANSLATIONS: tuple[tuple[tuple[str, ...], Callable[[Any], list[Operation]]], ...] = (
    # Order matters where one class derives from another.
    (("SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D"), _special_convolution),
    (("Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), _convolution),
    (("Dense",), _dense),
    (("MaxPooling1D", "MaxPooling2D", "MaxPooling3D"), _pooling),
    (("AveragePooling1D", "AveragePooling2D", "AveragePooling3D"), _pooling),
    (
        (
            "GlobalMaxPooling1D",
            "GlobalMaxPooling2D",
            "GlobalAveragePooling1D",
            "GlobalAveragePooling2D",
        ),
        _global_pooling,
    ),
    (("Flatten",), _named("flatten")),
    (("Reshape",), _named("reshape")),
    (("Dropout",), _named("dropout", "rate")),
    (("SpatialDropout1D", "SpatialDropout2D", "AlphaDropout", "GaussianDropout"), _named("dropout", "rate")),
    (("BatchNormalization",), _batch_normalization),
    (("ReLU",), _relu),
    (("Softmax",), _softmax),
    (("LeakyReLU",), _leaky_relu),
    (("ELU",), _elu),
    (("PReLU",), lambda layer: [Operation("activation", {"function": "prelu"})]),  # noqa: ARG005
    (("Activation",), lambda layer: _activation(layer.activation)),
    (("Add",), _named("add")),
    (("Concatenate",), _named("concatenate", "axis")),
    (("Rescaling",), _named("rescaling", "scale", "offset")),
    (("Normalization",), _named("normalization")),
    (("Resizing",), _resizing),
    (
        (
            "RandomBrightness",
            "RandomContrast",
            "RandomCrop",
            "RandomFlip",
            "RandomRotation",
            "RandomTranslation",
            "RandomZoom",
        ),
        _augmentation,
    ),
    (("ZeroPadding2D",), _named("zero_padding", "padding")),
    (("Lambda",), _lambda),
    (("InputLayer", "Identity"), _nothing),
)


def _pair(value: Any) -> list[int]:
    values = [value] if isinstance(value, int) else list(value)
    return [int(item) for item in values]


def _plain(value: Any) -> Any:
    if isinstance(value, (str, bool, int, float)) or value is None:
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return float(value) if hasattr(value, "__float__") else str(value)


def _regularizer(regularizer: Any) -> dict[str, float] | None:
    """L1 and L2 factors, found by applying the regularizer, so that any form of writing it is understood."""
    import numpy as np

    if regularizer is None:
        return None
    try:
        # On a single weight w the penalty is l1·|w| + l2·w².
        one, two, three = (float(regularizer(np.array([w], dtype="float32"))) for w in (1.0, 2.0, 3.0))
    except Exception:  # a function that needs a matrix; it is not L1 or L2
        return {"other": 1.0}
    l2 = (two - 2 * one) / 2
    l1 = one - l2
    if abs(3 * l1 + 9 * l2 - three) > 1e-3 * (abs(three) + 1e-12):
        return {"other": 1.0}
    return {"l1": _factor(l1, one), "l2": _factor(l2, one)}


def _factor(value: float, whole: float) -> float:
    """A part of the penalty `whole` without the noise of single precision."""
    return 0.0 if abs(value) < 1e-5 * abs(whole) else float(f"{value:.5g}")
