"""How a check ends other than by passing: one exception each, raised through a function that reads like a verb."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

__all__ = [
    "CheckOutcome",
    "Failed",
    "NotAttempted",
    "Partial",
    "Undecided",
    "fail",
    "not_attempted",
    "partial",
    "undecided",
]


class CheckOutcome(Exception):  # noqa: N818 - an outcome, not an error
    """The end of a check; `cells` are 1-based positions in the notebook that the message is about."""

    def __init__(self, message: str, cells: Iterable[int] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.cells = tuple(dict.fromkeys(cell for cell in cells if cell))


class Failed(CheckOutcome):
    """What was asked for is wrong or missing."""


class Partial(CheckOutcome):
    """Some of what was asked for is right; `share` of the points are earned."""

    def __init__(self, share: float, message: str, cells: Iterable[int] = ()) -> None:
        super().__init__(message, cells)
        self.share = share


class NotAttempted(CheckOutcome):
    """There is nothing to judge."""


class Undecided(CheckOutcome):
    """A run of this kind cannot tell."""


def fail(message: str, cells: Iterable[int] = ()) -> NoReturn:
    """End the check: its points are lost. Say what was found, what was expected and why."""
    raise Failed(message, cells)


def partial(share: float, message: str, cells: Iterable[int] = ()) -> NoReturn:
    """End the check with `share` of its points.

    Raises:
        ValueError: if `share` is not from 0 to 1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"A share of points is from 0 to 1, not {share}.")
    if share == 0:
        raise Failed(message, cells)
    raise Partial(share, message, cells)


def not_attempted(message: str) -> NoReturn:
    """End the check: the exercise, or this part of it, was left out."""
    raise NotAttempted(message)


def undecided(message: str, cells: Iterable[int] = ()) -> NoReturn:
    """End the check: its points are neither earned nor lost in this run."""
    raise Undecided(message, cells)
