"""Operations without weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from grader.models.operations.base import Dims, Number, Operation, Size, Sizes, Weight, Windows, last_size, volume

__all__ = [
    "Activation",
    "Add",
    "Arithmetic",
    "Concatenate",
    "Dropout",
    "Flatten",
    "GlobalPool",
    "Input",
    "Pool",
    "Random",
    "Rescaling",
    "Reshape",
    "Resizing",
    "ZeroPadding",
]

_Zeros = Annotated[int, Field(ge=0, le=1000)]


class Input(Operation):
    """An input of the network; its shape is what the network was made for."""

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:  # noqa: ARG002
        return None


class Pool(Windows):
    """A maximum or mean over windows."""

    pool: Sizes

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        sides = self.slid(inputs, self.pool)
        return None if sides is None else (*sides, inputs[0][-1])


class GlobalPool(Operation):
    """A maximum or mean over the whole map."""

    keepdims: Literal[True] | None = None

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        if len(inputs) != 1 or len(inputs[0]) < 2:
            return None
        return (*(1 for _ in inputs[0][:-1]), inputs[0][-1]) if self.keepdims else inputs[0][-1:]


class Flatten(Operation):
    """All values in one row."""

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        return None if len(inputs) != 1 or None in inputs[0] else (volume(inputs[0]),)


class Reshape(Operation):
    """The same values in another shape, which no setting tells."""

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:  # noqa: ARG002
        return None


class Activation(Operation):
    """A function of each value, or of each row of them."""

    function: Annotated[str, Field(max_length=100)]
    alpha: Number | None = None
    negative_slope: Number | None = None
    max_value: Number | None = None
    threshold: Number | None = None

    def weights(self, inputs: Sequence[Dims]) -> tuple[Weight, ...] | None:  # noqa: ARG002
        return None if self.function == "prelu" else ()


class Dropout(Operation):
    """Dropout of any kind."""

    rate: Number


class Add(Operation):
    """The sum of maps of one shape."""

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        return inputs[0] if len(inputs) > 1 and len(set(inputs)) == 1 else None


class Concatenate(Operation):
    """Maps side by side along one axis, counted from the end."""

    axis: Annotated[int, Field(ge=-4, le=-1)]

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        place = len(inputs[0]) + self.axis if inputs else -1
        if place < 0 or len({(*one[:place], None, *one[place + 1 :]) for one in inputs}) != 1:
            return None
        sizes = [size for one in inputs if (size := one[place]) is not None]
        if len(sizes) < len(inputs):
            return None
        return (*inputs[0][:place], sum(sizes), *inputs[0][place + 1 :])


class Arithmetic(Operation):
    """Arithmetic with a constant, which stands `first` or second; without one, of two maps."""

    function: Literal["add", "subtract", "multiply", "divide"]
    constant: Number | Annotated[tuple[Number, ...], Field(max_length=16)] | None = None
    first: Literal[True] | None = None

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        if len(inputs) != 1 or self.constant is None:
            return None
        fits = not isinstance(self.constant, tuple) or len(self.constant) == last_size(inputs)
        return inputs[0] if fits else None


class Rescaling(Operation):
    """Each value times `scale` plus `offset`."""

    scale: Number
    offset: Number


class Resizing(Operation):
    """Images in another size."""

    height: Size
    width: Size
    interpolation: Literal["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"]

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        return (self.height, self.width, inputs[0][-1]) if len(inputs) == 1 and len(inputs[0]) == 3 else None


class Random(Operation):
    """Augmentation, which leaves images as they are but in training."""

    layer: Literal[
        "RandomBrightness", "RandomContrast", "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom"
    ] = Field(alias="class")


class ZeroPadding(Operation):
    """Zeros around a map; `padding` are those before and after each side."""

    padding: tuple[tuple[_Zeros, _Zeros], tuple[_Zeros, _Zeros]]

    def shape(self, inputs: Sequence[Dims]) -> Dims | None:
        if len(inputs) != 1 or len(inputs[0]) != 3:
            return None
        sides = zip(inputs[0], self.padding, strict=False)
        return (*(None if size is None else size + sum(zeros) for size, zeros in sides), inputs[0][-1])
