"""Which images' mean was taken off when an array was standardised: that of the training set, the test set, or both.

The sets' means differ by less than a grey level (on CIFAR-10 by 0.7 to 0.9), and those of the two together lie
another sixth of that from the training set's. Values that were computed tell them apart all the same, since the map
of an array is known to a thousandth of a level; what was typed in with few digits, or computed over a part of the
training images, lies a little off, but still far nearer to the training set than to the test set.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .serving import ServedData

__all__ = ["Origin", "Statistics"]

Origin = Literal["train", "all", "test"]

_EXACT = 0.03
"""Grey levels that a mean may be off: four typed digits of a mean in [0, 1] leave 0.013."""
_PART_OF_CHANNEL, _PART_OF_PIXEL = 0.4, 0.5
"""How far, in grey levels, the mean of half of the training images may be from that of all: about three deviations
for a channel's mean; for the means of pixels, as root mean square."""
_CLEARLY = 2.0
"""How many times nearer to the training set than to the test set a mean must be."""
_PLAUSIBLE = (90.0, 150.0)
_CENTRES = (127.0, 127.5, 128.0)
"""What values are centred by that have nothing to do with any set."""


class Statistics:
    """Means of the served sets, per pixel (32, 32, 3), per channel and of everything."""

    def __init__(self, data: ServedData) -> None:
        self._data = data

    @cached_property
    def _means(self) -> dict[Origin, NDArray[np.float64]]:
        train, test = self._data.train.images, self._data.test.images
        of_train, of_test = _sum(train), _sum(test)
        return {
            "train": of_train / len(train),
            "all": (of_train + of_test) / (len(train) + len(test)),
            "test": of_test / len(test),
        }

    def origin(self, scale: NDArray[np.float64], offset: NDArray[np.float64]) -> Origin | None:
        """Whose mean ``value = scale · served + offset`` takes off; None where it is nobody's, or cannot be told.

        Scale and offset are those of channels (3,) or of pixels (32, 32, 3).
        """
        if not (np.abs(scale) > 0).all():
            return None
        taken = -offset / scale
        overall = float(taken.mean())
        if not _PLAUSIBLE[0] < overall < _PLAUSIBLE[1]:
            return None
        means = self._means
        if np.ptp(taken) < _EXACT:  # one number for everything
            if any(abs(overall - centre) < _EXACT for centre in _CENTRES):
                return None
            return _nearest({name: abs(float(mean.mean()) - overall) for name, mean in means.items()}, _PART_OF_CHANNEL)
        if taken.ndim == 1:
            off = {name: float(np.abs(mean.mean(axis=(0, 1)) - taken).max()) for name, mean in means.items()}
            return _nearest(off, _PART_OF_CHANNEL)
        off = {name: float(np.sqrt(np.mean((mean - taken) ** 2))) for name, mean in means.items()}
        return _nearest(off, _PART_OF_PIXEL)


def _sum(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    total: NDArray[np.float64] = images.sum(axis=0, dtype=np.uint32).astype(np.float64)
    return total


def _nearest(off: dict[Origin, float], part: float) -> Origin | None:
    """Decide by the distances: exactly one of the sets, or part of the training set; in doubt nobody's."""
    for name, distance in off.items():  # the training set first: where they cannot be told apart, it is meant
        if distance <= _EXACT:
            return name
    if off["train"] <= part and off["test"] >= _CLEARLY * off["train"]:
        return "train"
    return None
