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
    "Origin",
    "Points",
    "Predicted",
    "Prepared",
    "ProbeWeight",
    "Rows",
    "Served",
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
    """Where rows of images come from and how their values relate to the served ones; see `kernel.images.rows`.

    `altered` is the share of the images that a pipeline gave out, of those looked at, that are no served images any
    more, while the arrays behind it are known.
    """

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
    standardised: Literal["train", "test", "all", "own"] | None = None
    sampled: Count = 0
    disguised_train: Count = 0
    disguised_test: Count = 0
    disguise: Literal["flipped", "shifted", "other"] | None = None
    altered: float = 0.0

    @property
    def all_train(self) -> int:
        """Training images, those in disguise included, whose number is extrapolated from the sample."""
        return self.train + self._of_unknown(self.disguised_train)

    @property
    def all_test(self) -> int:
        """Test images, likewise."""
        return self.test + self._of_unknown(self.disguised_test)

    def _of_unknown(self, found: int) -> int:
        return round(self.unknown * found / self.sampled) if self.sampled else 0


class LabelsGiven(Frozen):
    """Labels in normal form; `agree` is the share that equals the served label of its row."""

    kind: Name | None = None
    shape: Shape | None = None
    dtype: Name | None = None
    encoding: Literal["sparse", "one_hot", "other"] = "other"
    agree: float | None = None


class Prepared(Frozen):
    """What reaches the first layer with weights, as a map of the served pixel values (see `kernel.preparation`).

    `shape` is that of one image there. `random_training` and `random_inference` say whether two passes of the same
    images differ. `scale` and `offset` are None where the values are no map of the served ones. `standardised` is as
    in `Rows`.
    """

    shape: Shape
    scale: Annotated[tuple[float, ...], Field(max_length=3)] | None
    offset: Annotated[tuple[float, ...], Field(max_length=3)] | None
    residual: float | None
    standardised: Literal["train", "test", "all", "own"] | None = None
    random_training: bool
    random_inference: bool


class DataGiven(Frozen):
    """A data argument in normal form; see `kernel.images.inputs.Given`."""

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


class ProbeWeight(Frozen):
    """A weight of a probed layer with the values that were drawn for it; None where they are too many."""

    name: Name
    shape: Shape
    values: Figures | None


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
