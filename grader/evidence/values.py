"""The parts of events: data arguments, layer graphs, settings and drawings, each typed and bounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = [
    "AxesDrawn",
    "Bar",
    "CallbackGiven",
    "CompileSettings",
    "Count",
    "DataGiven",
    "Figures",
    "Frozen",
    "ImageDrawn",
    "LabelsGiven",
    "Line",
    "Loss",
    "Name",
    "Node",
    "OptimizerGiven",
    "Points",
    "Predicted",
    "Prepared",
    "Rows",
    "Shape",
    "Text",
]

Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(max_length=500)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Shape = Annotated[tuple[int | None, ...], Field(max_length=16)]
Figures = Annotated[tuple[float | None, ...], Field(max_length=10_000)]


class Frozen(BaseModel):
    """Data that cannot change and holds nothing that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class Rows(Frozen):
    """Where rows of images come from and how their values relate to the served ones; see `kernel.rows.RowMatch`."""

    count: Count
    train: Count
    test: Count
    unknown: Count
    distinct: Count
    runs: Annotated[tuple[tuple[Literal["train", "test"], Count, Count], ...], Field(max_length=64)]
    scale: Annotated[tuple[float, ...], Field(max_length=3)] | None
    offset: Annotated[tuple[float, ...], Field(max_length=3)] | None
    residual: float | None
    per_image: bool


class LabelsGiven(Frozen):
    """Labels in normal form; `agree` is the share that equals the served label of its row."""

    kind: Name | None = None
    shape: Shape | None = None
    dtype: Name | None = None
    encoding: Literal["sparse", "one_hot", "other"] = "other"
    agree: float | None = None


class Prepared(Frozen):
    """What reaches the first layer with weights, as a map of the served pixel values (see `kernel.preparation`)."""

    scale: Annotated[tuple[float, ...], Field(max_length=3)]
    offset: Annotated[tuple[float, ...], Field(max_length=3)]
    residual: float


class DataGiven(Frozen):
    """A data argument in normal form; see `kernel.inputs.Given`."""

    kind: Name | None = None
    type: Name | None = None
    shape: Shape | None = None
    dtype: Name | None = None
    low: float | None = None
    high: float | None = None
    count: Count | None = None
    whole: bool = False
    batch_size: Count | None = None
    batches: Count | None = None
    rows: Rows | None = None
    labels: LabelsGiven | None = None
    prepared: Prepared | None = None


class Node(Frozen):
    """One node of a canonical layer graph."""

    id: Count
    op: Name
    inputs: Annotated[tuple[Count, ...], Field(max_length=256)]
    config: dict[str, JsonValue]
    parameters: Count
    shape: Shape
    layer: Name
    cls: Name = Field(alias="class")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Loss(Frozen):
    """A loss by name, and what it gives for one known probability vector with either kind of label."""

    name: Name
    from_logits: bool = False
    own: bool = False
    probe: dict[Literal["sparse", "one_hot"], float | None] = {}


class OptimizerGiven(Frozen):
    """An optimizer by the lower-case name of its class."""

    name: Name
    learning_rate: float | None


class CompileSettings(Frozen):
    """What a model was compiled with."""

    optimizer: OptimizerGiven | None
    loss: Loss
    metrics: Annotated[tuple[Name, ...], Field(max_length=100)]
    weighted_metrics: Annotated[tuple[Name, ...], Field(max_length=100)] = ()


class CallbackGiven(Frozen):
    """A callback by class name, with the settings that protocols ask about."""

    name: Name
    monitor: Name | None = None
    patience: int | None = None
    restore_best_weights: bool | None = None
    save_best_only: bool | None = None


class Predicted(Frozen):
    """Labels that a model predicted for some of the served test images."""

    rows: Annotated[tuple[Count, ...], Field(max_length=10_000)]
    classes: Annotated[tuple[Count, ...], Field(max_length=10_000)]


class Line(Frozen):
    """A curve: its label (empty if it has none) and its data."""

    label: Text
    x: Figures
    y: Figures


class ImageDrawn(Frozen):
    """An image drawn; `row` names the served image that it shows."""

    shape: Shape
    cmap: Name
    low: float | None = None
    high: float | None = None
    row: tuple[Literal["train", "test"], Count] | None = None


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
    """What one pair of axes shows."""

    title: Text
    xlabel: Text
    ylabel: Text
    legend: Annotated[tuple[Text, ...], Field(max_length=200)]
    lines: Annotated[tuple[Line, ...], Field(max_length=64)]
    images: Annotated[tuple[ImageDrawn, ...], Field(max_length=64)]
    bars: Annotated[tuple[Bar, ...], Field(max_length=64)]
    points: Annotated[tuple[Points, ...], Field(max_length=64)]
    texts: Annotated[tuple[Text, ...], Field(max_length=64)]
