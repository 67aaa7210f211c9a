"""Operations that have weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from grader.evidence.values import Frozen
from grader.models.operations.base import Dims, Number, Operation, Size, Sizes, Weight, Windows, last_size, volume

__all__ = ["BatchNorm", "Convolution", "Dense", "Regularizer", "SpecialConvolution"]


class Regularizer(Frozen):
    """A penalty on weights: l1·Σ|w| + l2·Σw²; `other` marks one of another form."""

    l1: Number = 0.0
    l2: Number = 0.0
    other: Number = 0.0


class Convolution(Windows):
    """A convolution of one, two or three dimensions."""

    filters: Size
    kernel: Sizes
    dilation: Sizes | None = None
    groups: Size = 1
    use_bias: bool = True
    kernel_regularizer: Regularizer | None = None
    bias_regularizer: Regularizer | None = None

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        sides = self.slid(inputs, self.kernel, self.dilation)
        return None if sides is None else (*sides, self.filters)

    def weights(self, inputs: Sequence[Dims]) -> tuple[Weight, ...] | None:
        channels = last_size(inputs)
        if channels is None or channels % self.groups or self.filters % self.groups:
            return None
        kernel = Weight((*self.kernel, channels // self.groups, self.filters))
        return (kernel, Weight((self.filters,))) if self.use_bias else (kernel,)

    def products(self, inputs: Sequence[Dims]) -> int | None:
        shape, weights = self.shape(inputs), self.weights(inputs)
        return None if shape is None or weights is None else volume(shape[:-1]) * weights[0].size


class SpecialConvolution(Windows):
    """A convolution of each channel by itself, and where it has `filters`, a mixing of the channels after it."""

    kernel: Sizes
    dilation: Sizes | None = None
    depth_multiplier: Size = 1
    use_bias: bool = True
    filters: Size | None = None

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        sides, channels = self.slid(inputs, self.kernel, self.dilation), last_size(inputs)
        if sides is None or channels is None:
            return None
        return (*sides, self.filters or channels * self.depth_multiplier)

    def weights(self, inputs: Sequence[Dims]) -> tuple[Weight, ...] | None:
        channels = last_size(inputs)
        if channels is None:
            return None
        depth = channels * self.depth_multiplier
        found = [Weight((*self.kernel, channels, self.depth_multiplier))]
        if self.filters is not None:
            found.append(Weight((*(1 for _ in self.kernel), depth, self.filters)))
        return (*found, Weight((self.filters or depth,))) if self.use_bias else tuple(found)

    def products(self, inputs: Sequence[Dims]) -> int | None:
        shape, weights = self.shape(inputs), self.weights(inputs)
        return None if shape is None or weights is None else volume(shape[:-1]) * sum(one.size for one in weights)


class Dense(Operation):
    """A dense layer, on the last axis of what it is fed."""

    units: Size
    use_bias: bool = True
    kernel_regularizer: Regularizer | None = None
    bias_regularizer: Regularizer | None = None

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        return (*inputs[0][:-1], self.units) if len(inputs) == 1 and inputs[0] else None

    def weights(self, inputs: Sequence[Dims]) -> tuple[Weight, ...] | None:
        values = last_size(inputs)
        if values is None:
            return None
        kernel = Weight((values, self.units))
        return (kernel, Weight((self.units,))) if self.use_bias else (kernel,)

    def products(self, inputs: Sequence[Dims]) -> int | None:
        shape, values = self.shape(inputs), last_size(inputs)
        return None if shape is None or values is None else volume(shape) * values


class BatchNorm(Operation):
    """Batch normalisation over one axis, counted from the end."""

    axis: Annotated[int, Field(ge=-4, le=-1)] = -1
    momentum: Number = 0.99
    epsilon: Number = 1e-3
    center: bool = True
    scale: bool = True

    def weights(self, inputs: Sequence[Dims]) -> tuple[Weight, ...] | None:
        if len(inputs) != 1 or len(inputs[0]) < -self.axis:
            return None
        size = inputs[0][self.axis]
        if size is None:
            return None
        learned = (Weight((size,)),) * (self.center + self.scale)
        return (*learned, Weight((size,), trainable=False), Weight((size,), trainable=False))
