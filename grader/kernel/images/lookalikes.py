"""Served images behind a disguise: flipped, shifted, grey, inverted, noisy, slightly turned, standardised, resized.

An image is described by the middle of it, 24 × 24 pixels in grey, in blocks, with the mean taken out and frequencies
evened out (natural images differ least in what they have most of). The middle of a served image lies whole inside
every copy that is shifted by up to four pixels, whatever fills the border there. So each image in question is
compared through all its windows, in four orientations, by the amount of correlation: the sign would only tell
whether it was inverted. A coarse look at all served images names candidates; a fine look at these decides.

Training and test sets of natural images hold near-duplicates of one another, and plain images resemble many. So an
image is only recognised where the best candidate of its set is clearly better than the best of the other set.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import threadpoolctl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .serving import ServedData

__all__ = ["Lookalikes", "Recognised"]

_SIDE = 32
_WINDOW = 24
_REACH = (_SIDE - _WINDOW) // 2
_COARSE_BLOCK, _FINE_BLOCK = 3, 2
_FINE_SIZE = (_WINDOW // _FINE_BLOCK) ** 2
_COARSE_STEP = 3
"""Pixels between the windows of the coarse look: its blocks forgive one pixel."""
_CANDIDATES = 6
"""Candidates of each set that go into the fine look."""
_CHUNK = 2000
"""Served images that are compared at once: the scores stay near the processor's cache."""
_BATCH = 32
"""Images in question that go through the fine look at once."""
_ALIKE = 0.5
_MARGIN = 0.1
_SPREAD = 3000
"""Served images from which frequencies are evened out."""

Grey = NDArray[np.float32]
"""Images (n, 32, 32), or parts of them, in any unit."""


@dataclass(frozen=True)
class Recognised:
    """What images were recognised as; all (n,).

    Attributes:
        indices: index into the served images (train, then test), -1 where not recognised.
        flipped: whether the image stands mirrored, upside down or both.
        shifted: whether its content is elsewhere by at least a pixel.
    """

    indices: NDArray[np.int64]
    flipped: NDArray[np.bool_]
    shifted: NDArray[np.bool_]

    def __add__(self, other: Recognised) -> Recognised:
        """Both, one after the other."""
        return Recognised(
            np.concatenate([self.indices, other.indices]),
            np.concatenate([self.flipped, other.flipped]),
            np.concatenate([self.shifted, other.shifted]),
        )


class Lookalikes:
    """Finds the served image that an image was made from."""

    def __init__(self, data: ServedData) -> None:
        self._data = data

    @cached_property
    def _coarse(self) -> _Descriptor:
        return _Descriptor(_COARSE_BLOCK, self._spread)

    @cached_property
    def _fine(self) -> _Descriptor:
        return _Descriptor(_FINE_BLOCK, self._spread)

    @cached_property
    def _spread(self) -> Grey:
        images = self._data.train.images
        return _middle(images[:: max(1, len(images) // _SPREAD)])

    @cached_property
    def _described(self) -> tuple[tuple[Grey, ...], tuple[Grey, ...]]:
        """Coarse descriptions of both sets in chunks, each (64, images)."""
        return tuple(  # type: ignore[return-value]
            tuple(
                np.ascontiguousarray(self._coarse.describe(_middle(images[start : start + _CHUNK])).T)
                for start in _steps(images, _CHUNK)
            )
            for images in (self._data.train.images, self._data.test.images)
        )

    def recognise(self, images: Grey) -> Recognised:
        """Look for grey images (n, 32, 32) of any unit among the served ones."""
        # A second thread gains little here, and where all processors are busy the two spend their time waiting.
        with threadpoolctl.threadpool_limits(1, user_api="blas"):
            return self._recognise(images)

    def _recognise(self, images: Grey) -> Recognised:
        images = np.nan_to_num(images, posinf=0.0, neginf=0.0)
        candidates = self._candidates(images)
        first_test = len(self._data.train.images)
        scores, flips, places = self._compare(images, candidates)
        rows = np.arange(len(images))
        best = scores.argmax(axis=1)
        found = candidates[rows, best]
        other_set = (candidates < first_test) != (found < first_test)[:, None]
        rival = np.where(other_set, scores, 0).max(axis=1)
        score = scores[rows, best]
        sure = (score >= _ALIKE) & (score - rival >= _MARGIN)
        centre = _REACH * (2 * _REACH + 1) + _REACH
        return Recognised(
            indices=np.where(sure, found, -1),
            flipped=sure & (flips[rows, best] > 0),
            shifted=sure & (places[rows, best] != centre),
        )

    def _candidates(self, images: Grey) -> NDArray[np.int64]:
        """Indices (n, candidates) of served images of both sets that come near at first sight."""
        offsets = range(_REACH % _COARSE_STEP, 2 * _REACH + 1, _COARSE_STEP)
        windows = [
            images[:, y : y + _WINDOW, x : x + _WINDOW].reshape(len(images), -1) for y in offsets for x in offsets
        ]
        looks = [self._coarse.describe(window, flip) for window in windows for flip in range(4)]
        found, first = [], 0
        for chunks in self._described:
            indices, scores = [], []
            for chunk in chunks:
                best = np.zeros((len(images), chunk.shape[1]), dtype=np.float32)
                now = np.empty_like(best)
                for look in looks:
                    np.dot(look, chunk, out=now)
                    np.maximum(best, np.abs(now, out=now), out=best)
                top = _largest(best, _CANDIDATES)
                indices.append(top + first)
                scores.append(np.take_along_axis(best, top, axis=1))
                first += chunk.shape[1]
            places = _largest(np.concatenate(scores, axis=1), _CANDIDATES)
            found.append(np.take_along_axis(np.concatenate(indices, axis=1), places, axis=1))
        return np.concatenate(found, axis=1)

    def _compare(
        self, images: Grey, candidates: NDArray[np.int64]
    ) -> tuple[Grey, NDArray[np.int64], NDArray[np.int64]]:
        """Correlation with each candidate at its best, and the flip and window that gave it: all (n, candidates)."""
        found = [self._compare_some(images[i : i + _BATCH], candidates[i : i + _BATCH]) for i in _steps(images, _BATCH)]
        scores, flips, places = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return scores, flips, places

    def _compare_some(
        self, images: Grey, candidates: NDArray[np.int64]
    ) -> tuple[Grey, NDArray[np.int64], NDArray[np.int64]]:
        windows = sliding_window_view(images, (_WINDOW, _WINDOW), axis=(1, 2)).reshape(-1, _WINDOW**2)  # type: ignore[call-overload]
        looks = [self._fine.describe(windows, flip).reshape(len(images), -1, _FINE_SIZE) for flip in range(4)]
        served = self._fine.describe(_middle(self._served(candidates.ravel())))
        alike = np.abs(np.concatenate(looks, axis=1) @ served.reshape(*candidates.shape, -1).transpose(0, 2, 1))
        best = alike.argmax(axis=1)
        flips, places = np.divmod(best, alike.shape[1] // 4)
        return np.take_along_axis(alike, best[:, None], axis=1)[:, 0], flips, places

    def _served(self, indices: NDArray[np.int64]) -> NDArray[np.uint8]:
        first_test = len(self._data.train.images)
        return np.stack(
            [
                self._data.train.images[index] if index < first_test else self._data.test.images[index - first_test]
                for index in indices
            ]
        )


class _Descriptor:
    """Windows (n, 576) in grey as unit vectors, whose products are correlations."""

    def __init__(self, block: int, examples: Grey) -> None:
        side = _WINDOW // block
        means = np.kron(np.eye(side), np.ones((block, 1))) / block
        pooling = np.kron(means, means)
        pooling -= pooling.mean(axis=1, keepdims=True)
        pooled = examples @ pooling
        strength, directions = np.linalg.eigh(pooled.T @ pooled)
        evened = np.maximum(strength, 1e-4 * strength[-1] or 1.0) ** -0.25
        matrix = (pooling @ (directions * evened)).reshape(_WINDOW, _WINDOW, -1)
        self._matrices = [
            np.ascontiguousarray(flipped.reshape(_WINDOW**2, -1), dtype=np.float32)
            for flipped in (matrix, matrix[:, ::-1], matrix[::-1], matrix[::-1, ::-1])
        ]

    def describe(self, windows: Grey, flip: int = 0) -> Grey:
        """Unit vectors of windows, seen as they are (0), mirrored (1), upside down (2) or both (3)."""
        vectors: Grey = windows @ self._matrices[flip]
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        # What is left of an even window is rounding.
        vectors /= np.where(length > 1e-5 * np.abs(windows).max(axis=1, keepdims=True, initial=0), length, np.inf)
        return vectors


def _middle(images: NDArray[Any]) -> Grey:
    """The middle (n, 576) of images (n, 32, 32, 3), in grey."""
    part = images[:, _REACH:-_REACH, _REACH:-_REACH].astype(np.float32)
    return (part[..., 0] + part[..., 1] + part[..., 2]).reshape(len(images), -1)


def _steps(rows: NDArray[Any], size: int) -> range:
    return range(0, len(rows), size)


def _largest(scores: Grey, count: int) -> NDArray[np.int64]:
    """Places of the `count` largest values of each row, or of all where there are fewer."""
    if scores.shape[1] <= count:
        return np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    return np.argpartition(scores, -count, axis=1)[:, -count:]
