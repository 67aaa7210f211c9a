"""The parts of events: data arguments, layer graphs, settings and drawings, each typed and bounded."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from grader.evidence.bounds import Config, Whole, fits, in_order

__all__ = [
    "CallbackGiven",
    "CompileSettings",
    "Count",
    "DataGiven",
    "Figures",
    "Frozen",
    "LabelsGiven",
    "Loss",
    "Name",
    "Node",
    "Nodes",
    "OptimizerGiven",
    "Predicted",
    "Prepared",
    "ProbeWeight",
    "Rows",
    "Shape",
    "Text",
]

Text = Annotated[str, Field(max_length=20_000)]
Name = Annotated[str, Field(max_length=500)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Shape = Annotated[tuple[Whole | None, ...], Field(max_length=16)]
Figures = Annotated[tuple[float | None, ...], Field(max_length=10_000)]


class Frozen(BaseModel):
    """Data that cannot change and holds nothing that is not declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class _Mapped(Frozen):
    """Values as a map of the served pixel values: v becomes scale·v + offset, a pair a channel, up to the residual."""

    scale: Annotated[tuple[float, ...], Field(max_length=3)] | None
    offset: Annotated[tuple[float, ...], Field(max_length=3)] | None
    residual: float | None

    @model_validator(mode="after")
    def _is_one_map(self) -> _Mapped:
        if self.scale is not None and self.offset is not None and len(self.scale) != len(self.offset):
            raise ValueError(f"{len(self.scale)} scales and {len(self.offset)} offsets are no map")
        return self


class Rows(_Mapped):
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


class Prepared(_Mapped):
    """What reaches the first layer with weights, as a map of the served pixel values (see `kernel.preparation`).

    `shape` is that of one image there. `random_training` and `random_inference` say whether two passes of the same
    images differ. `scale` and `offset` are None where the values are no map of the served ones. `standardised` is as
    in `Rows`.
    """

    shape: Shape
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
    config: Config
    parameters: Count
    shape: Shape
    layer: Name
    cls: Name = Field(alias="class")

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


Nodes = Annotated[tuple[Node, ...], Field(max_length=2000), AfterValidator(in_order)]
"""A layer graph in computation order."""


class ProbeWeight(Frozen):
    """A weight of a probed layer with the values that were drawn for it; None where they are too many."""

    name: Name
    shape: Shape
    values: Figures | None

    @model_validator(mode="after")
    def _fills_its_shape(self) -> ProbeWeight:
        if not fits(self.shape, self.values):
            raise ValueError(f"{len(self.values or ())} values do not fill the shape {self.shape}")
        return self


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
    plain_accuracy: bool = False
    """Whether accuracy was asked for by that word, so that it is what Keras takes for it."""


class CallbackGiven(Frozen):
    """A callback by class name, with the settings that protocols ask about."""

    name: Name
    monitor: Name | None = None
    patience: Whole | None = None
    restore_best_weights: bool | None = None
    save_best_only: bool | None = None
    own: bool = False
    """Whether the class is none of Keras's."""


class Predicted(Frozen):
    """Labels that a model predicted for some of the served test images, and for the first of them mirrored."""

    rows: Annotated[tuple[Count, ...], Field(max_length=10_000)]
    classes: Annotated[tuple[Count, ...], Field(max_length=10_000)]
    mirrored: Annotated[tuple[Count, ...], Field(max_length=10_000)] = ()

    @model_validator(mode="after")
    def _has_a_class_for_each_row(self) -> Predicted:
        if len(self.rows) != len(self.classes):
            raise ValueError(f"{len(self.classes)} classes for {len(self.rows)} images")
        return self
