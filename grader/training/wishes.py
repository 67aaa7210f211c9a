"""What a check would have trained, so that it can decide."""

from __future__ import annotations

from dataclasses import dataclass

from grader.training.bars import Bar

__all__ = ["Wish"]


@dataclass(frozen=True)
class Wish:
    """The network of some trainings of a notebook, trained towards a bar.

    Attributes:
        bar: that it has to reach.
        fits: `seq` of the trainings, in order, each of which goes on with the weights of the one before.
    """

    bar: Bar
    fits: tuple[int, ...]
