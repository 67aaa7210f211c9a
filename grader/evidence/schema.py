"""Events as the trusted side accepts them: typed, bounded, and nothing else.

One class an event; `Event` is their union by ``kind``. What does not fit is an error of `bundle`, never a crash:
the file these come from could be written by anybody's code.
"""

from __future__ import annotations

from typing import Annotated, Literal, Union

from pydantic import BaseModel, ConfigDict, Field, JsonValue

__all__ = [
    "Arrays",
    "AxesDrawn",
    "Compile",
    "CompileSettings",
    "DataGiven",
    "DataServed",
    "Evaluation",
    "Event",
    "Figure",
    "Finished",
    "Fit",
    "FitEnd",
    "Histories",
    "ImageDrawn",
    "LabelsGiven",
    "Line",
    "LogFull",
    "ModelFailed",
    "ModelSnapshot",
    "ModelUnreadable",
    "Node",
    "Numbers",
    "Prediction",
    "Remark",
    "ReplayOutputs",
    "Rows",
    "Summary",
]

Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(max_length=500)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Shape = Annotated[tuple[int | None, ...], Field(max_length=16)]
Figures = Annotated[tuple[float | None, ...], Field(max_length=10_000)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


class _Event(_Frozen):
    """Common to all: place in the sequence of events, and ordinal of the code cell (-1 before the first)."""

    seq: Count
    cell: Annotated[int, Field(ge=-1, le=10**6)]


class Rows(_Frozen):
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


class LabelsGiven(_Frozen):
    """Labels in normal form; `agree` is the share that equals the served label of its row."""

    kind: Name | None = None
    shape: Shape | None = None
    dtype: Name | None = None
    encoding: Literal["sparse", "one_hot", "other"] = "other"
    agree: float | None = None


class Prepared(_Frozen):
    """What reaches the first layer with weights, as a map of the served pixel values (see `kernel.preparation`)."""

    scale: Annotated[tuple[float, ...], Field(max_length=3)]
    offset: Annotated[tuple[float, ...], Field(max_length=3)]
    residual: float


class DataGiven(_Frozen):
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


class DataServed(_Event):
    """The notebook loaded the data set."""

    kind: Literal["data_served"]
    name: Name


class Node(_Frozen):
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


class ModelSnapshot(_Event):
    """The graph of a model in one of its states."""

    kind: Literal["model"]
    model: Count
    version: Count
    name: Name
    cls: Name
    nodes: Annotated[tuple[Node, ...], Field(max_length=2000)]
    parameters: Count
    trainable: Count


class ModelUnreadable(_Event):
    """A model whose graph could not be told."""

    kind: Literal["model_unreadable"]
    model: Count
    reason: Name


class Loss(_Frozen):
    """A loss by name, and what it gives for one known probability vector with either kind of label."""

    name: Name
    from_logits: bool = False
    own: bool = False
    probe: dict[Literal["sparse", "one_hot"], float | None] = {}


class OptimizerGiven(_Frozen):
    """An optimizer by the lower-case name of its class."""

    name: Name
    learning_rate: float | None


class CompileSettings(_Frozen):
    """What a model was compiled with."""

    optimizer: OptimizerGiven | None
    loss: Loss
    metrics: Annotated[tuple[Name, ...], Field(max_length=100)]
    weighted_metrics: Annotated[tuple[Name, ...], Field(max_length=100)] = ()


class _ModelEvent(_Event):
    """An event about one model; `version` is that of its latest snapshot, -1 if there is none."""

    model: Count
    version: Annotated[int, Field(ge=-1)]


class Compile(_ModelEvent, CompileSettings):
    """A model was compiled."""

    kind: Literal["compile"]


class CallbackGiven(_Frozen):
    """A callback by class name, with the settings that protocols ask about."""

    name: Name
    monitor: Name | None = None
    patience: int | None = None
    restore_best_weights: bool | None = None
    save_best_only: bool | None = None


class Fit(_ModelEvent):
    """Training was asked for."""

    kind: Literal["fit"]
    x: DataGiven
    validation: DataGiven | None
    validation_split: float
    batch_size: Count
    epochs: Count
    initial_epoch: Count
    steps_per_epoch: Count | None
    callbacks: Annotated[tuple[CallbackGiven, ...], Field(max_length=100)]
    compiled: CompileSettings | None
    weights: Count


class FitEnd(_ModelEvent):
    """Training ended; `fit` is the `seq` of its beginning."""

    kind: Literal["fit_end"]
    fit: int
    status: Literal["completed", "interrupted", "failed"]
    history: Annotated[dict[Name, Figures], Field(max_length=100)]
    weights: Count


class Predicted(_Frozen):
    """Labels that a model predicted for some of the served test images."""

    rows: Annotated[tuple[Count, ...], Field(max_length=10_000)]
    classes: Annotated[tuple[Count, ...], Field(max_length=10_000)]


class Evaluation(_ModelEvent):
    """A model was evaluated."""

    kind: Literal["evaluate"]
    x: DataGiven
    values: Annotated[dict[Name, float | None], Field(max_length=100)]
    predicted: Predicted | None


class Prediction(_ModelEvent):
    """A model predicted, by `predict` or by being called."""

    kind: Literal["predict"]
    via: Literal["predict", "call"]
    training: bool
    x: DataGiven
    shape: Shape | None
    classes: Annotated[tuple[Count, ...], Field(max_length=10_000)] | None


class Summary(_ModelEvent):
    """`summary()` was called."""

    kind: Literal["summary"]
    text: Annotated[str, Field(max_length=200_000)]
    built: bool


class Line(_Frozen):
    """A curve: its label (empty if it has none) and its data."""

    label: Text
    x: Figures
    y: Figures


class ImageDrawn(_Frozen):
    """An image drawn; `row` names the served image that it shows."""

    shape: Shape
    cmap: Name
    low: float | None = None
    high: float | None = None
    row: tuple[Literal["train", "test"], Count] | None = None


class Bar(_Frozen):
    """A bar of a bar chart."""

    x: float | None
    width: float | None
    height: float | None


class Points(_Frozen):
    """A scatter of points."""

    x: Figures
    y: Figures


class AxesDrawn(_Frozen):
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


class Figure(_Event):
    """A figure was shown."""

    kind: Literal["figure"]
    title: Text
    axes: Annotated[tuple[AxesDrawn, ...], Field(max_length=256)]


class Arrays(_Event):
    """Large arrays among the variables, after the cell that made or changed them."""

    kind: Literal["arrays"]
    variables: Annotated[dict[Name, DataGiven], Field(max_length=400)]


class Histories(_Event):
    """Results of `fit` among the variables: variable → `seq` of the fit."""

    kind: Literal["histories"]
    variables: Annotated[dict[Name, Count], Field(max_length=400)]


class ModelFailed(_Event):
    """A model whose construction ended in an error; `nodes` are its layers in order where they were given as a list."""

    kind: Literal["model_failed"]
    error: Text
    nodes: Annotated[tuple[Node, ...], Field(max_length=2000)]


class Numbers(_Event):
    """Numbers among the variables, after the cell that made or changed them."""

    kind: Literal["numbers"]
    variables: Annotated[dict[Name, Annotated[tuple[float, ...], Field(max_length=200)]], Field(max_length=400)]


Variant = Literal["recognised", "mistaken", "otherwise", "second"]


class ReplayOutputs(_Event):
    """Outputs of cells that were run again with made-up predictions; see `kernel.replay`."""

    kind: Literal["replay"]
    predictions: Annotated[tuple[Count, ...], Field(max_length=1000)]
    cells: Annotated[tuple[Count, ...], Field(max_length=100)]
    outputs: dict[Variant, Text | None]
    classes: dict[Variant, Annotated[int, Field(ge=0, le=9)]]
    """The class that each variant predicts for the first test image."""


class Remark(_Event):
    """Something that a student should know and that costs no points."""

    kind: Literal["remark"]
    key: Name
    text: Text


class LogFull(_Event):
    """Events after this one were dropped."""

    kind: Literal["log_full"]


class Finished(_Event):
    """The kernel saw the end of the notebook."""

    kind: Literal["finished"]


Event = Annotated[
    Union[  # noqa: UP007 - a discriminated union reads best as one
        Arrays,
        Compile,
        DataServed,
        Evaluation,
        Figure,
        Finished,
        Fit,
        FitEnd,
        Histories,
        LogFull,
        ModelFailed,
        ModelSnapshot,
        ModelUnreadable,
        Numbers,
        Prediction,
        Remark,
        ReplayOutputs,
        Summary,
    ],
    Field(discriminator="kind"),
]
