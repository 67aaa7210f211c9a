"""Events about training, and about weights that are kept or come from elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.evidence.bounds import Whole
from grader.evidence.events.base import EventBase, ModelEvent
from grader.evidence.recipes import TellableRecipe
from grader.evidence.values import CallbackGiven, CompileSettings, Count, DataGiven, Figures, Name

__all__ = ["Fit", "FitEnd", "Trained", "WeightsLoaded", "WeightsSaved"]

Ending = Literal["reached", "complete", "steps", "seconds", "hopeless", "diverged", "refused"]
"""Why a training of grader's own ended: the bar was reached; all epochs were done; the steps or seconds of the budget
were over; so few steps could be done in these seconds that it was no use; the loss was no number any more; it could not
even begin."""


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
    recipe: TellableRecipe = None


class FitEnd(ModelEvent):
    """Training ended; `fit` is the `seq` of its beginning."""

    kind: Literal["fit_end"]
    fit: Whole
    status: Literal["completed", "interrupted", "failed"]
    history: Annotated[dict[Name, Figures], Field(max_length=100)]
    weights: Count


class Trained(EventBase):
    """A network that grader trained itself, as the notebook would have, towards an accuracy bar.

    `fits` are the `seq` of the trainings that it does, `network` names the bar. `recipe` is the digest of what was
    computed (see `grader.training`), from the seeds `seeds`, one after the other. `accuracies` are the highest shares
    of right answers on all test images that were found, one a seed; `steps` how far each got, and `ended` why it ended
    there. `budget` are the steps that each was given, `batch_size` and `images` how many images are in a step and in an
    epoch. `obstacles` say why nothing was trained, or what was left out, as clauses.
    """

    kind: Literal["trained"]
    network: Name
    fits: Annotated[tuple[Count, ...], Field(max_length=1000)]
    recipe: Name | None = None
    budget: Count = 0
    batch_size: Count = 0
    images: Count = 0
    seeds: Annotated[tuple[Count, ...], Field(max_length=10)] = ()
    accuracies: Annotated[tuple[float, ...], Field(max_length=10)] = ()
    steps: Annotated[tuple[Count, ...], Field(max_length=10)] = ()
    ended: Annotated[tuple[Ending, ...], Field(max_length=10)] = ()
    obstacles: Annotated[tuple[Name, ...], Field(max_length=100)] = ()


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
