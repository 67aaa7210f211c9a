"""What the process that trains is asked, and what it tells."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.evidence.events.training import Ending
from grader.evidence.values import Count, Frozen, Name
from grader.training.recipe import Recipe

__all__ = ["Look", "Order", "Outcome", "Told"]

Share = Annotated[float, Field(ge=0, le=1)]


class Order(Frozen):
    """A training to do.

    Attributes:
        dataset: folder of the data set.
        recipe: what is trained.
        seed: of its random numbers.
        steps, seconds: the budget.
        target: the share of right answers on test images at which it may end; None to go on.
        looks: steps after which all test images are tried, beside the end.
        rows: test images, by number, that are looked at again and again on the way to the target.
    """

    dataset: str
    recipe: Recipe
    seed: Count
    steps: Count
    seconds: float
    target: Share | None = None
    looks: Annotated[tuple[Count, ...], Field(max_length=100)] = ()
    rows: Annotated[tuple[Count, ...], Field(max_length=10_000)] = ()


class Look(Frozen):
    """How a training stands: share of right answers on the images that are looked at, after so many steps."""

    kind: Literal["look"] = "look"
    steps: Count
    accuracy: Share


class Outcome(Frozen):
    """What came of a training.

    Attributes:
        ended: why it ended.
        steps: how far it got.
        accuracies: shares of right answers on all test images, with the steps after which they were found.
        seconds: wall clock of the training alone, by the same steps.
        reason: what was wrong, where nothing could be trained, as a clause.
    """

    kind: Literal["outcome"] = "outcome"
    ended: Ending
    steps: Count = 0
    accuracies: Annotated[tuple[tuple[Count, Share], ...], Field(max_length=10_000)] = ()
    seconds: Annotated[tuple[tuple[Count, float], ...], Field(max_length=10_000)] = ()
    reason: Name | None = None

    @property
    def best(self) -> float:
        """The highest of the shares; 0 where there is none."""
        return max((share for _, share in self.accuracies), default=0.0)


Told = Annotated[Look | Outcome, Field(discriminator="kind")]
