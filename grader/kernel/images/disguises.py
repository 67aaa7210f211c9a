"""Whether rows that are no served images as they stand are served images in disguise.

A sample of them is enough to tell: it is spread evenly over the unknown rows, so its counts can be extrapolated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .lookalikes import Lookalikes, Recognised
from .pixels import PixelMap, as_images, fit_pixels, gather, in_grey, spread
from .rows import RowIndex, RowMatch, signature

__all__ = ["DisguiseReader"]

Arrays = tuple[NDArray[Any], ...]

_FIRST_LOOK = 64
"""Rows that are looked at before all others, to see whether more of them are worth it."""
_CLOSE_LOOK = 256
"""Rows that are looked at in all."""
_LOOKS_OF_A_RUN = 40 * _CLOSE_LOOK
"""Rows that are looked at in a whole notebook, so that one that augments in a loop does not take for ever."""
_FOREIGN = 0.05
"""Share of the rows below which images count as foreign: plain ones may look like served ones by chance."""
_MOSTLY = 0.5


class DisguiseReader:
    """Finds served images in arrays, even behind a disguise."""

    def __init__(self, index: RowIndex) -> None:
        self._index = index
        self._lookalikes = Lookalikes(index.data)
        self._left = _LOOKS_OF_A_RUN

    def find(self, *arrays: NDArray[Any]) -> RowMatch | None:
        """Match the rows of arrays, one array after the other, and look closer at those that stay unknown.

        Images that are standardised pixel by pixel, or inverted, are then known like all others. None where the arrays
        hold no images, or images of another size of which none is a served one.
        """
        match = self._index.find(*arrays)
        if match is not None:
            return self._look_closer(arrays, match)
        if not arrays or any(array.ndim < 2 or not len(array) for array in arrays):
            return None
        seen = self._look_closer(arrays, self._index.unknown(sum(map(len, arrays))))
        return seen if seen.disguised_train + seen.disguised_test > _FOREIGN * seen.sampled else None

    def _look_closer(self, arrays: Arrays, match: RowMatch, *, learning: bool = True) -> RowMatch:
        unknown = np.flatnonzero(match.indices < 0)
        places = unknown[spread(len(unknown), min(_CLOSE_LOOK, self._left))]
        first = places[spread(len(places), _FIRST_LOOK)]
        found = self._recognise(arrays, first)
        if found is None:
            return match
        if np.count_nonzero(found.indices >= 0) <= _FOREIGN * len(first):
            return replace(match, sampled=len(first), **self._counts(found))
        if learning:
            learned = self._map_of_pixels(arrays, first, found)
            if learned is not None:
                self._index.learn(learned)
                again = self._index.find(*arrays)
                assert again is not None
                return self._look_closer(arrays, again, learning=False)
        rest = self._recognise(arrays, np.setdiff1d(places, first))
        return replace(match, sampled=len(places), **self._counts(found if rest is None else found + rest))

    def _recognise(self, arrays: Arrays, places: NDArray[np.int64]) -> Recognised | None:
        """What the rows at `places` are; None where there are none, or they are no images."""
        grey = [image for image in map(in_grey, gather(arrays, places)) if image is not None]
        if not grey or len(grey) < len(places):
            return None
        self._left -= len(places)
        return self._lookalikes.recognise(np.stack(grey))

    def _counts(self, found: Recognised) -> dict[str, Any]:
        total = int(np.count_nonzero(found.indices >= 0))
        test = int(np.count_nonzero(found.indices >= self._index.train_size))
        kinds = {"shifted": found.shifted, "flipped": found.flipped}
        common = (kind for kind, rows in kinds.items() if np.count_nonzero(rows) > _MOSTLY * total)
        disguise = next(common, "other") if total > _FOREIGN * len(found.indices) else None
        return {"disguised_train": total - test, "disguised_test": test, "disguise": disguise}

    def _map_of_pixels(self, arrays: Arrays, places: NDArray[np.int64], found: Recognised) -> PixelMap | None:
        """The map that each pixel has gone through, if that makes served images of most of the rows."""
        plain = (found.indices >= 0) & ~found.flipped & ~found.shifted
        images = [part for part in map(as_images, arrays) if part is not None]
        if len(images) < len(arrays) or not plain.any():
            return None
        values = np.stack(gather(images, places[plain])).astype(np.float64)
        served = np.stack([self._index.image(index) for index in found.indices[plain]]).astype(np.float64)
        learned = fit_pixels(served, values) if np.isfinite(values).all() else None
        if learned is None:
            return None
        undone = self._index.look_up(signature(values, learned))
        agrees = np.count_nonzero(undone == found.indices[plain])
        return learned if agrees > _MOSTLY * len(undone) else None
