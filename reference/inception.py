"""The inception module of GoogLeNet: four branches side by side, and their outputs one after another.

«Going Deeper with Convolutions» (Szegedy et al., 2014), table 1, has the widths. A module is a row of six numbers, from
which its parameters, its Keras layer and its output follow; the last is worked out with NumPy alone, so that a layer of
somebody else's can be compared with it without Keras.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.architecture import conv_parameters

if TYPE_CHECKING:
    import keras

__all__ = [
    "BRANCHES",
    "EPSILON",
    "MODULES",
    "ConvWeights",
    "Widths",
    "branch_output",
    "build",
    "forward",
    "layer_class",
    "parameters",
]

Array = NDArray[np.float64]

EPSILON = 1e-3
"""What Keras's batch normalisation adds to the variance before it divides by its root."""


@dataclass(frozen=True)
class Widths:
    """Filters of the six convolutions of a module, in the order of the exercise's arguments."""

    filters11: int
    filters33_reduce: int
    filters33: int
    filters55_reduce: int
    filters55: int
    filters_pool_proj: int

    @property
    def channels(self) -> int:
        """Channels of the output: the last convolutions of the four branches add up."""
        return self.filters11 + self.filters33 + self.filters55 + self.filters_pool_proj


MODULES: dict[str, Widths] = {
    "3a": Widths(64, 96, 128, 16, 32, 32),
    "3b": Widths(128, 128, 192, 32, 96, 64),
    "4a": Widths(192, 96, 208, 16, 48, 64),
    "4b": Widths(160, 112, 224, 24, 64, 64),
    "4c": Widths(128, 128, 256, 24, 64, 64),
    "4d": Widths(112, 144, 288, 32, 64, 64),
    "4e": Widths(256, 160, 320, 32, 128, 128),
    "5a": Widths(256, 160, 320, 32, 128, 128),
    "5b": Widths(384, 192, 384, 48, 128, 128),
}

BRANCHES: dict[str, tuple[tuple[str, int], ...]] = {
    "1×1": (("filters11", 1),),
    "3×3": (("filters33_reduce", 1), ("filters33", 3)),
    "5×5": (("filters55_reduce", 1), ("filters55", 5)),
    "pool": (("filters_pool_proj", 1),),
}
"""By branch its convolutions in order: the width that each has, and the side of its kernel."""


def parameters(widths: Widths, channels: int, *, batch_norm: bool = False) -> int:
    """Parameters of a module on a map of so many channels.

    A reduction takes the module's input, the convolution after it takes the reduction's output. Batch normalisation
    has four numbers for each channel of the output: scale, shift, mean and variance.
    """
    total = 4 * widths.channels if batch_norm else 0
    for convolutions in BRANCHES.values():
        inputs = channels
        for name, side in convolutions:
            filters = getattr(widths, name)
            total += conv_parameters((side, side), inputs, filters)
            inputs = filters
    return total


@lru_cache(maxsize=1)
def layer_class() -> type[keras.layers.Layer]:
    """The module as a class of Keras layers, made when it is first asked for, since it needs Keras."""
    import keras

    class InceptionModule(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
        """Four branches on one input, joined along the channels; with batch normalisation at the end if asked for.

        The layers are made once, here, and called in `call`: so their weights stay and are found by Keras.
        """

        def __init__(
            self,
            filters11: int,
            filters33_reduce: int,
            filters33: int,
            filters55_reduce: int,
            filters55: int,
            filters_pool_proj: int,
            use_batch_norm: bool = True,
            **kwargs: object,
        ) -> None:
            super().__init__(**kwargs)
            widths = Widths(filters11, filters33_reduce, filters33, filters55_reduce, filters55, filters_pool_proj)
            self.branches = [
                [
                    keras.layers.Conv2D(getattr(widths, name), side, padding="same", activation="relu")
                    for name, side in convolutions
                ]
                for convolutions in BRANCHES.values()
            ]
            self.branches[-1].insert(0, keras.layers.MaxPooling2D(3, strides=1, padding="same"))
            self.join = keras.layers.Concatenate()
            self.batch_norm = keras.layers.BatchNormalization() if use_batch_norm else None

        def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
            """The four branches' maps one after another, (…, height, width, channels)."""
            outputs = []
            for branch in self.branches:
                values = inputs
                for layer in branch:
                    values = layer(values)
                outputs.append(values)
            joined = self.join(outputs)
            return joined if self.batch_norm is None else self.batch_norm(joined, training=training)

    return InceptionModule


def build(widths: Widths, *, batch_norm: bool = False, name: str | None = None) -> keras.layers.Layer:
    """The Keras layer of a module."""
    return layer_class()(*astuple(widths), use_batch_norm=batch_norm, name=name)


class ConvWeights(NamedTuple):
    """Weights of a convolution: kernel (side, side, inputs, filters) and bias (filters,)."""

    kernel: Array
    bias: Array


def forward(images: Array, weights: Mapping[str, ConvWeights]) -> Array:
    """The output (n, height, width, channels) of a module for maps, with weights as in `branch_output`."""
    return np.concatenate([branch_output(branch, images, weights) for branch in BRANCHES], axis=-1)


def branch_output(branch: str, images: Array, weights: Mapping[str, ConvWeights]) -> Array:
    """The output of one branch for maps (n, height, width, channels).

    `weights` has those of each convolution by the name of its width, such as ``filters33_reduce``.
    """
    values = max_pool(images) if branch == "pool" else images
    for name, _ in BRANCHES[branch]:
        values = np.maximum(convolve(values, *weights[name]), 0)
    return values


def convolve(images: Array, kernel: Array, bias: Array) -> Array:
    """A convolution with stride 1 and same padding: the map is framed with zeros and keeps its size."""
    height, width = images.shape[1:3]
    frame = kernel.shape[0] // 2
    framed = np.pad(images, ((0, 0), (frame, frame), (frame, frame), (0, 0)))
    total = np.zeros((*images.shape[:3], kernel.shape[3])) + bias
    for row in range(kernel.shape[0]):
        for column in range(kernel.shape[1]):
            total += framed[:, row : row + height, column : column + width] @ kernel[row, column]
    return total


def max_pool(images: Array) -> Array:
    """The largest value in each window of 3×3, stride 1; beyond the edge there is nothing, which never is largest."""
    height, width = images.shape[1:3]
    framed = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    windows = [framed[:, row : row + height, column : column + width] for row in range(3) for column in range(3)]
    largest: Array = np.max(windows, axis=0)
    return largest
