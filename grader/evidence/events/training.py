"""Events about training, and about weights that are kept or come from elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.evidence.bounds import Whole
from grader.evidence.events.base import EventBase, ModelEvent
from grader.evidence.values import CallbackGiven, CompileSettings, Count, DataGiven, Figures, Name

__all__ = ["Fit", "FitEnd", "WeightsLoaded", "WeightsSaved"]


class Fit(ModelEvent):
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
    trainable: Count | None = None
    """Parameters that this training may change."""


class FitEnd(ModelEvent):
    """Training ended; `fit` is the `seq` of its beginning."""

    kind: Literal["fit_end"]
    fit: Whole
    status: Literal["completed", "interrupted", "failed"]
    history: Annotated[dict[Name, Figures], Field(max_length=100)]
    weights: Count


class WeightsSaved(ModelEvent):
    """A model was written to a file, whole or its weights alone."""

    kind: Literal["weights_saved"]
    weights: Count
    """Checksum, as in `Fit`."""


class WeightsLoaded(EventBase):
    """Weights were to be read from a file; `weights` is None where that failed, `model` where no model came of it.

    `written` says that the file was there and was written since the run began.
    """

    kind: Literal["weights_loaded"]
    model: Count | None
    file: Name
    written: bool
    weights: Count | None
