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
    ProbeWeight,
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
    "Passes",
    "Prediction",
    "Probe",
    "RecorderFault",
    "Remark",
    "ReplayOutputs",
    "Summary",
    "WeightsLoaded",
    "WeightsSaved",
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


class Passes(_ModelEvent):
    """A model gave results for the same test images more than once in a cell; see `kernel.passes`.

    `made_in` is the ordinal of that cell. `averaged` names the variables that hold the mean over passes, `classified`
    those that hold the class of which that mean is highest. `accuracy` is the share of right classes by the mean, by
    most votes, and of the first pass.
    """

    kind: Literal["passes"]
    made_in: Count
    via: Literal["predict", "call"]
    training: bool
    rows: Count
    fewest: Count
    most: Count
    calls: Count
    largest_call: Count
    varied: bool
    averaged: Annotated[tuple[Name, ...], Field(max_length=400)]
    classified: Annotated[tuple[Name, ...], Field(max_length=400)]
    accuracy: dict[Literal["mean", "votes", "first"], float | None]


class WeightsSaved(_ModelEvent):
    """A model was written to a file, whole or its weights alone."""

    kind: Literal["weights_saved"]
    weights: Count
    """Checksum, as in `Fit`."""


class WeightsLoaded(_Event):
    """Weights were to be read from a file; `weights` is None where that failed, `model` where no model came of it.

    `written` says that the file was there and was written since the run began.
    """

    kind: Literal["weights_loaded"]
    model: Count | None
    file: Name
    written: bool
    weights: Count | None


class Summary(_ModelEvent):
    """`summary()` was called."""

    kind: Literal["summary"]
    text: Annotated[str, Field(max_length=200_000)]
    built: bool


class Figure(_Event):
    """A figure was shown."""

    kind: Literal["figure"]
    title: Text
    texts: Annotated[tuple[Text, ...], Field(max_length=64)] = ()
    axes: Annotated[tuple[AxesDrawn, ...], Field(max_length=1024)]


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


ProbeNumbers = Annotated[tuple[float | None, ...], Field(max_length=20_000)]
Variant = Literal["recognised", "mistaken", "otherwise", "second"]


class ReplayOutputs(_Event):
    """Outputs of cells that were run again with made-up predictions; see `kernel.replay`."""

    kind: Literal["replay"]
    predictions: Annotated[tuple[Count, ...], Field(max_length=1000)]
    cells: Annotated[tuple[Count, ...], Field(max_length=100)]
    outputs: dict[Variant, Text | None]
    classes: dict[Variant, Annotated[int, Field(ge=0, le=9)]]
    """The class that each variant predicts for the first test image."""


class Probe(_Event):
    """What a class or function of the notebook answered to a question of the assignment; see `kernel.probes`.

    `arguments` and `input_shape` (of a layer, without the batch axis) are what it was asked with. `subject` is its
    name, empty where there is none. `left_out` are switches that it does not take. What comes after an `error` is
    missing; `nodes` go as far as the computation went. `timed_out` says that there was no time left, which may be the
    machine's fault. Of a layer, `outputs` are what it gave for `inputs` with `weights`, and `drift` is how far two
    calls on the same input differ.
    """

    kind: Literal["probe"]
    name: Name
    arguments: Annotated[dict[Name, int | bool | Shape], Field(max_length=100)]
    input_shape: Shape = ()
    subject: Name
    left_out: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    error: Text | None = None
    timed_out: bool = False
    nodes: Annotated[tuple[Node, ...], Field(max_length=2000)] = ()
    parameters: Count | None = None
    shape: Shape = ()
    weights: Annotated[tuple[ProbeWeight, ...], Field(max_length=1000)] = ()
    inputs: ProbeNumbers = ()
    outputs: ProbeNumbers = ()
    drift: float | None = None


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
        Passes,
        Prediction,
        Probe,
        RecorderFault,
        Remark,
        ReplayOutputs,
        Summary,
        WeightsLoaded,
        WeightsSaved,
    ],
    Field(discriminator="kind"),
]
