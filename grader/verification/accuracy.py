"""Accuracy by what a model gave on the trusted side, and what no honest training brings about.

An honest model sees a test image and its mirror image both for the first time, so it is right on both equally often,
whatever it has learned by heart of the training images; and it is not better on test images than on those that it
learned from. Dense and convolutional networks trained on CIFAR-10, up to 84 % on images learned by heart, kept to that
within 1.3 points; networks trained on the test images were off by 10 and more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.evidence import Evidence
from grader.evidence.schema import Fit, Prediction, Verified

__all__ = ["DEVIATIONS", "Labels", "Share", "Shares", "learned_by_heart", "shares", "standard_error", "trains_on_test"]

DEVIATIONS = 6
"""Standard errors beyond which a difference is none of chance."""
_HONEST_GAP = 0.04
"""By how much the share of right answers of an honest model may differ from what is said above, with a margin."""
_OPENLY = 0.06
"""Share of rows beyond which test images among those trained on are no mistake of the recognition."""


@dataclass(frozen=True)
class Labels:
    """Labels of the served images (n,)."""

    train: NDArray[np.int64]
    test: NDArray[np.int64]


@dataclass(frozen=True)
class Share:
    """A share of right answers, and of how many images."""

    value: float
    images: int

    @property
    def error(self) -> float:
        """Standard error of the share."""
        return standard_error(self.value, self.images)

    def is_above(self, other: Share) -> bool:
        """Whether it is above another one by more than chance and honest training bring about."""
        return self.value - other.value > _HONEST_GAP + DEVIATIONS * math.hypot(self.error, other.error)

    def __str__(self) -> str:
        return f"{self.value:.1%} of {self.images}"


@dataclass(frozen=True)
class Shares:
    """Right answers of a model that was built again.

    Attributes:
        test: on test images.
        pair: on those of them of which there are mirrored copies.
        mirrored: on these copies.
        train: on training images.
    """

    test: Share
    pair: Share
    mirrored: Share
    train: Share


def shares(verified: Verified, labels: Labels) -> Shares | None:
    """The shares; None where there are none, or the rows are none of this data set."""
    if max(verified.rows, default=0) >= len(labels.test) or max(verified.train_rows, default=0) >= len(labels.train):
        return None
    test = _right(verified.rows, verified.classes, labels.test)
    mirrored = _right(verified.rows, verified.mirrored, labels.test)
    train = _right(verified.train_rows, verified.train_classes, labels.train)
    if not len(test) or not len(mirrored) or not len(train):
        return None
    return Shares(*(Share(float(part.mean()), len(part)) for part in (test, test[: len(mirrored)], mirrored, train)))


def learned_by_heart(found: Shares) -> Iterator[str]:
    """What speaks for test images among those that the model was trained on, as clauses; for models on CIFAR-10."""
    if found.pair.is_above(found.mirrored):
        yield f"it is right on {found.pair} test images and on {found.mirrored.value:.1%} of the same in the mirror"
    if found.test.is_above(found.train):
        yield f"it is right on {found.test} test images and on {found.train} training images"


def trains_on_test(evidence: Evidence, model: int) -> bool | None:
    """Whether the notebook trains a model on test images for all to see, which is a mistake and nothing hidden.

    None where it cannot be told what it is trained on, as in a loop of the notebook's own.
    """
    fits = [fit.x.rows for fit in evidence.of(Fit) if fit.model == model]
    given = fits + [call.x.rows for call in evidence.of(Prediction) if call.model == model and call.training]
    if any(rows is not None and rows.all_test > _OPENLY * rows.count for rows in given):
        return True
    return None if not fits or any(rows is None for rows in given) else False


def standard_error(share: float, images: int) -> float:
    """Standard error of a share of so many images; never none, as a share of 1 was found on these images only."""
    return math.sqrt(max(share * (1 - share), 1 / images) / images)


def _right(rows: Sequence[int], classes: Sequence[int], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    count = min(len(rows), len(classes))
    return np.asarray(labels[list(rows[:count])] == np.asarray(classes[:count], dtype=np.int64))
