"""Events as the trusted side accepts them: typed, bounded, and nothing else.

One class an event; `Event` is their union by ``kind``. What does not fit is no crash but a `RecorderFault` (see
`bundle`): the file these come from could be written by anybody's code.
"""

from __future__ import annotations

from typing import Annotated, Literal, Union

from pydantic import Field

from grader.evidence.values import (
    AxesDrawn,
    CallbackGiven,
    CompileSettings,
    Count,
    DataGiven,
    Figures,
    Frozen,
    Name,
    Node,
    Predicted,
    Shape,
    Text,
)

__all__ = [
    "Arrays",
    "Compile",
    "DataServed",
    "Evaluation",
    "Event",
    "Figure",
    "Finished",
    "Fit",
    "FitEnd",
    "Histories",
    "LogFull",
    "ModelFailed",
    "ModelSnapshot",
    "ModelUnreadable",
    "Numbers",
    "Prediction",
    "RecorderFault",
    "Remark",
    "ReplayOutputs",
    "Summary",
]


class _Event(Frozen):
    """Common to all: place in the sequence of events, and ordinal of the code cell (-1 before the first)."""

    seq: Count
    cell: Annotated[int, Field(ge=-1, le=10**6)]


class DataServed(_Event):
    """The notebook loaded the data set."""

    kind: Literal["data_served"]
    name: Name


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


class _ModelEvent(_Event):
    """An event about one model; `version` is that of its latest snapshot, -1 if there is none."""

    model: Count
    version: Annotated[int, Field(ge=-1)]


class Compile(_ModelEvent, CompileSettings):
    """A model was compiled."""

    kind: Literal["compile"]


class Fit(_ModelEvent):
    """Training was asked for."""

    kind: Literal["fit"]
    x: DataGiven
    validation: DataGiven | None
    validation_split: float | None
    batch_size: Count | None
    epochs: Count | None
    initial_epoch: Count | None
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


class RecorderFault(_Event):
    """The recorder failed at something; the notebook went on."""

    kind: Literal["recorder_fault"]
    error: Text


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
        RecorderFault,
        Remark,
        ReplayOutputs,
        Summary,
    ],
    Field(discriminator="kind"),
]
