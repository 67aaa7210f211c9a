"""Events about what models give out, and about trying them again outside of the kernel."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.evidence.events.base import ModelEvent
from grader.evidence.values import Count, DataGiven, Name, Predicted, Shape

__all__ = ["Evaluation", "Passes", "Prediction", "Unverified", "Verified"]

Classes = Annotated[tuple[Count, ...], Field(max_length=10_000)]


class Evaluation(ModelEvent):
    """A model was evaluated; `weights` is a checksum as in `Fit`, known at effort ``full`` on served test images."""

    kind: Literal["evaluate"]
    x: DataGiven
    values: Annotated[dict[Name, float | None], Field(max_length=100)]
    predicted: Predicted | None
    weights: Count | None = None


class Prediction(ModelEvent):
    """A model predicted, by `predict` or by being called."""

    kind: Literal["predict"]
    via: Literal["predict", "call"]
    training: bool
    x: DataGiven
    shape: Shape | None
    classes: Annotated[tuple[Count, ...], Field(max_length=10_000)] | None
    weights: Count | None = None
    """As in `Evaluation`."""


class Unverified(ModelEvent):
    """Why a trained model was not built again on the trusted side, so that what the kernel predicted has to do."""

    kind: Literal["unverified"]
    weights: Count
    reason: Name
    fault: bool = False
    """Whether that is a fault of grader's own."""


class Verified(ModelEvent):
    """What a model gave on the trusted side, built again from its graph and weights; see `grader.verification`.

    `trials` are the `seq` of the evaluations and predictions that were made with these weights on images prepared in
    this way. `classes` are those of the test images `rows`, `mirrored` and `shifted` those of copies of as many of
    them, `train_classes` those of the training images `train_rows`. `faithful` says whether the model gives what it
    gave in the notebook for a few images.
    """

    kind: Literal["verified"]
    weights: Count
    trials: Annotated[tuple[Count, ...], Field(max_length=10_000)]
    faithful: bool
    rows: Classes
    classes: Classes
    mirrored: Classes
    shifted: Classes
    train_rows: Classes
    train_classes: Classes


class Passes(ModelEvent):
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
