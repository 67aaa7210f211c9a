"""The parts of figures, each typed and bounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.evidence.values import Count, Figures, Frozen, Name, Shape, Text

__all__ = ["AxesDrawn", "Bar", "ImageDrawn", "Line", "Origin", "Points", "Served"]


class Line(Frozen):
    """A curve: its label (empty if it has none) and its data."""

    label: Text
    x: Figures
    y: Figures


Served = tuple[Literal["train", "test"], Count, Annotated[int, Field(ge=0, le=9)]]
"""A served image: its set, its row and its label."""


class Origin(Frozen):
    """What a drawn image shows of a network; see `kernel.drawing.visuals`.

    `parts` are (row, channel) pairs of the feature maps of a layer, or (filter, channel) pairs of its kernel, the
    channel being -1 where all three are shown as colours; several for a mosaic. `model` is that in which the layer was
    first built, -1 where that is not known. `cut` says that values beyond a limit were lost.
    """

    kind: Literal["features", "kernel"]
    model: Annotated[int, Field(ge=-1)]
    layer: Name
    op: Name
    parts: Annotated[tuple[tuple[Count, Annotated[int, Field(ge=-1)]], ...], Field(max_length=4096)]
    cut: bool


class ImageDrawn(Frozen):
    """An image drawn, and what it shows.

    `row` names the served image that it shows, `images` that one or, in reading order, those of a mosaic. `origins`
    are the layers that it may show; where they hold the same values there is more than one.
    """

    shape: Shape
    cmap: Name
    low: float | None = None
    high: float | None = None
    row: tuple[Literal["train", "test"], Count] | None = None
    images: Annotated[tuple[Served, ...], Field(max_length=4096)] = ()
    origins: Annotated[tuple[Origin, ...], Field(max_length=500)] = ()


class Bar(Frozen):
    """A bar of a bar chart."""

    x: float | None
    width: float | None
    height: float | None


class Points(Frozen):
    """A scatter of points."""

    x: Figures
    y: Figures


class AxesDrawn(Frozen):
    """What one pair of axes shows; `place` is left, bottom, right and top in shares of the figure."""

    title: Text
    xlabel: Text
    ylabel: Text
    legend: Annotated[tuple[Text, ...], Field(max_length=200)]
    lines: Annotated[tuple[Line, ...], Field(max_length=64)]
    images: Annotated[tuple[ImageDrawn, ...], Field(max_length=64)]
    bars: Annotated[tuple[Bar, ...], Field(max_length=64)]
    points: Annotated[tuple[Points, ...], Field(max_length=64)]
    texts: Annotated[tuple[Text, ...], Field(max_length=64)]
    ticks: Annotated[tuple[Text, ...], Field(max_length=400)] = ()
    place: tuple[float, float, float, float] | None = None
