"""Stacks of layers as data: what a course asks for, its parameter counts and sizes, and the Keras model of it.

Nothing here needs Keras except `build`, so that expected values can be had in milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Union

if TYPE_CHECKING:
    import keras

__all__ = [
    "Activation",
    "BatchNorm",
    "Conv",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "Padding",
    "Pool",
    "batch_norm_parameters",
    "build",
    "conv_parameters",
    "dense_parameters",
    "output_side",
    "parameters",
    "sides",
]

Padding = Literal["valid", "same"]


@dataclass(frozen=True)
class Conv:
    """A square convolution with an activation; `padding` is its own, None that of the whole stack."""

    filters: int
    kernel: int = 3
    activation: str = "relu"
    stride: int = 1
    padding: Padding | None = None


@dataclass(frozen=True)
class Pool:
    """Max pooling over squares; the stride is the size."""

    size: int = 2


@dataclass(frozen=True)
class Flatten:
    """From a feature map to a vector."""


@dataclass(frozen=True)
class Dense:
    """A fully connected layer; `l2` is the factor of the L2 penalty on its kernel."""

    units: int
    activation: str = "relu"
    l2: float = 0.0


@dataclass(frozen=True)
class Dropout:
    """Dropout with the share of values that is dropped."""

    rate: float


@dataclass(frozen=True)
class BatchNorm:
    """Batch normalisation by channel; `momentum` is that of its running mean and variance."""

    momentum: float = 0.99


@dataclass(frozen=True)
class Activation:
    """An activation apart from the layer whose values it takes, for what belongs in between."""

    function: str = "relu"


Layer = Union[Conv, Pool, Flatten, Dense, Dropout, BatchNorm, Activation]  # noqa: UP007 - evaluated at run time on Python 3.10


def conv_parameters(kernel: tuple[int, int], channels_in: int, channels_out: int) -> int:
    """P_n = (m · n · C_i + 1) · C_o: weights of a convolution, the 1 being the bias of each filter."""
    m, n = kernel
    return (m * n * channels_in + 1) * channels_out


def dense_parameters(inputs: int, units: int) -> int:
    """(inputs + 1) · units: weights and biases of a fully connected layer."""
    return (inputs + 1) * units


def batch_norm_parameters(channels: int) -> int:
    """4 · C: scale and shift, which are learnt, and the running mean and variance, which are not."""
    return 4 * channels


def output_side(side: int, window: int, stride: int, padding: Padding = "valid") -> int:
    """O_n = (N - F) / S + 1, rounded down: side of the map after a convolution or a pool.

    With same padding the map is extended so that every stride has a window: N / S, rounded up.
    """
    if padding == "same":
        return -(-side // stride)
    return (side - window) // stride + 1


def sides(layers: Sequence[Layer], side: int = 32, padding: Padding = "valid") -> list[int]:
    """O_n of each convolution and pool in turn.

    `padding` is that of the convolutions which have none of their own; pools are never padded.
    """
    found = []
    for layer in layers:
        if isinstance(layer, Conv):
            side = output_side(side, layer.kernel, layer.stride, layer.padding or padding)
            found.append(side)
        elif isinstance(layer, Pool):
            side = output_side(side, layer.size, layer.size)
            found.append(side)
    return found


def parameters(
    layers: Sequence[Layer], shape: tuple[int, int, int] = (32, 32, 3), padding: Padding = "valid"
) -> list[int]:
    """Parameters of each layer in turn; `shape` is (side, side, channels) of the images.

    Raises:
        ValueError: if a convolution or pool is larger than the map that it gets.
    """
    side, _, channels = shape
    width: int | None = None
    found = []
    for layer in layers:
        count = 0
        if isinstance(layer, Conv):
            count = conv_parameters((layer.kernel, layer.kernel), channels, layer.filters)
            side = output_side(side, layer.kernel, layer.stride, layer.padding or padding)
            channels = layer.filters
        elif isinstance(layer, Pool):
            side = output_side(side, layer.size, layer.size)
        elif isinstance(layer, Flatten):
            width = side * side * channels
        elif isinstance(layer, Dense):
            # A Dense layer on a feature map works on its last axis, the channels.
            count = dense_parameters(channels if width is None else width, layer.units)
            if width is None:
                channels = layer.units
            else:
                width = layer.units
        elif isinstance(layer, BatchNorm):
            count = batch_norm_parameters(channels if width is None else width)
        if side < 1:
            raise ValueError(f"{layer} does not fit on the map that it gets: with {padding} padding nothing is left.")
        found.append(count)
    return found


def build(
    layers: Sequence[Layer],
    shape: tuple[int, int, int] = (32, 32, 3),
    padding: Padding = "valid",
    name: str | None = None,
) -> keras.Sequential:
    """The Keras model of a stack for images of `shape`."""
    import keras

    def keras_layer(layer: Layer) -> keras.layers.Layer:
        if isinstance(layer, Conv):
            return keras.layers.Conv2D(
                layer.filters,
                layer.kernel,
                strides=layer.stride,
                padding=layer.padding or padding,
                activation=layer.activation,
            )
        if isinstance(layer, Pool):
            return keras.layers.MaxPooling2D(layer.size)
        if isinstance(layer, Flatten):
            return keras.layers.Flatten()
        if isinstance(layer, Dropout):
            return keras.layers.Dropout(layer.rate)
        if isinstance(layer, BatchNorm):
            return keras.layers.BatchNormalization(momentum=layer.momentum)
        if isinstance(layer, Activation):
            return keras.layers.Activation(layer.function)
        regularizer = keras.regularizers.L2(layer.l2) if layer.l2 else None
        return keras.layers.Dense(layer.units, activation=layer.activation, kernel_regularizer=regularizer)

    return keras.Sequential([keras.Input(shape), *map(keras_layer, layers)], name=name)
