"""What all operations of a layer graph share: typed settings, and figures that follow from them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from grader.evidence.values import Frozen

__all__ = ["Dims", "Number", "Operation", "Size", "Sizes", "Weight", "Windows", "last_size", "volume"]

Dims = tuple[int | None, ...]
"""Shape of one example, without the batch axis; None where a side is not fixed."""

Size = Annotated[int, Field(gt=0, le=10**6)]
Sizes = Annotated[tuple[Size, ...], Field(min_length=1, max_length=3)]
Number = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True)
class Weight:
    """Shape of one array of weights, and whether training may change it."""

    shape: tuple[int, ...]
    trainable: bool = True

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self.shape)


class Operation(Frozen):
    """One operation; a setting that is left out is as Keras has it.

    `inputs` are the shapes that it is fed; None is the answer where something cannot be told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        """What it gives out."""
        return inputs[0] if len(inputs) == 1 else None

    def weights(self, inputs: Sequence[Dims]) -> tuple[Weight, ...] | None:  # noqa: ARG002 - most have none
        """Its weights, in the order in which Keras keeps them."""
        return ()

    def products(self, inputs: Sequence[Dims]) -> int | None:
        """Multiplications for one example, up to a small factor."""
        shape = self.shape(inputs)
        return None if shape is None else volume(shape)


class Windows(Operation):
    """What slides a window over a map whose last axis are the channels."""

    strides: Sizes | None = None
    padding: Literal["valid", "same"] = "valid"

    def slid(self, inputs: Sequence[Dims], window: Sizes, dilation: Sizes | None = None) -> Dims | None:
        """Sides of the map that comes out, without channels."""
        once = (1,) * len(window)
        strides, spreads = self.strides or once, dilation or once
        if len(inputs) != 1 or not len(inputs[0]) - 1 == len(window) == len(strides) == len(spreads):
            return None
        sides: list[int | None] = []
        for size, width, stride, spread in zip(inputs[0], window, strides, spreads, strict=False):
            if size is None:
                sides.append(None)
            elif self.padding == "same":
                sides.append(-(-size // stride))
            else:
                sides.append((size - spread * (width - 1) - 1) // stride + 1)
        return tuple(sides) if all(side is None or side > 0 for side in sides) else None


def last_size(inputs: Sequence[Dims]) -> int | None:
    """Size of the last axis of the one thing that is fed; None where there are more, or it is not fixed."""
    return inputs[0][-1] if len(inputs) == 1 and inputs[0] else None


def volume(shape: Dims) -> int:
    """Number of values; a side that is not fixed counts as one."""
    return math.prod(1 if size is None else size for size in shape)
