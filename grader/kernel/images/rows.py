"""Which rows of the served data an array holds, and how its pixel values relate to the served ones.

A row's signature is 64 comparisons between pairs of its values, always within one colour channel: every increasing
map of a channel (scaling, standardising, casting) leaves it as it is. So rows are found again at memory speed, in
whatever order and unit they come, and without reading more than an eighth of a large array.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .pixels import PixelMap, as_images, fit_channels, gather, spread
from .serving import ServedData
from .statistics import Origin, Statistics

__all__ = ["RowIndex", "RowMatch", "signature"]

_STRIPS = ((4, 8), (8, 14), (12, 2), (14, 12), (17, 6), (20, 15), (23, 3), (27, 10))
"""(row, first column) of eight strips of 16 pixels that a signature looks at."""

_SAMPLE = 64
_MAX_RUNS = 64
_LINEAR = 1e-3
"""Largest deviation from a linear map, as a share of the spread of the values."""


@dataclass(frozen=True)
class RowMatch:
    """Where the rows of an array come from.

    Attributes:
        count: number of rows looked at.
        train, test, unknown: how many of them are training images, test images, neither.
        distinct: number of different served images among them.
        runs: the rows in order as ``(set, start, stop)`` where they are that orderly, else empty.
        scale, offset: per channel, value = scale · served value + offset, fitted over a sample; None if no row matched
            or the values are not all finite.
        residual: largest deviation from that map in the sample, in units of the values; infinite where they are not.
        per_image: whether each image has a map of its own (such as division by its own maximum).
        standardised: whose mean was taken off (see `statistics`), ``own`` if each image's; None if nobody's.
        indices: index into the 60 000 served images (train, then test) of each row, -1 for unknown.
        labels: served label of each row, 0 for unknown.
        sampled: number of unknown rows that were looked at for a disguise (see `disguises`).
        disguised_train, disguised_test: how many of these are training images, test images.
        disguise: what most of them are disguised by; None where next to none is recognised.
    """

    count: int
    train: int
    test: int
    unknown: int
    distinct: int
    runs: tuple[tuple[str, int, int], ...]
    scale: tuple[float, ...] | None
    offset: tuple[float, ...] | None
    residual: float
    per_image: bool
    standardised: Origin | Literal["own"] | None
    indices: NDArray[np.int64]
    labels: NDArray[np.int64]
    sampled: int = 0
    disguised_train: int = 0
    disguised_test: int = 0
    disguise: Literal["flipped", "shifted", "other"] | None = None

    def as_event(self) -> dict[str, Any]:
        """The fields that go into evidence."""
        kept = (field.name for field in fields(self) if field.name not in ("indices", "labels"))
        return {name: getattr(self, name) for name in kept}


class RowIndex:
    """Finds served images in arrays."""

    def __init__(self, data: ServedData) -> None:
        self.data = data
        self._statistics = Statistics(data)
        self._maps: list[PixelMap] = []

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint64]]:
        """Signatures of all served images: sorted, the order that sorts them, and as served."""
        signatures = np.concatenate([signature(self.data.train.images), signature(self.data.test.images)])
        order = np.argsort(signatures, kind="stable")
        return signatures[order], order, signatures

    @cached_property
    def _labels(self) -> NDArray[np.int64]:
        return np.concatenate([self.data.train.labels, self.data.test.labels]).reshape(-1).astype(np.int64)

    @property
    def test_labels(self) -> NDArray[np.int64]:
        """Labels of the served test images (n,)."""
        return self._labels[self.train_size :]

    @property
    def train_size(self) -> int:
        """Number of training images: the index of the first test image."""
        return len(self.data.train.images)

    def find(self, *arrays: NDArray[Any]) -> RowMatch | None:
        """Match the rows of arrays of images (n, 32, 32, 3) or (n, 3072), one array after the other.

        None for any other shape or an empty one.
        """
        images = [part for part in map(as_images, arrays) if part is not None]
        if not images or len(images) < len(arrays):
            return None
        indices = self.look_up(np.concatenate([signature(part) for part in images]))
        used = None
        for known in self._maps:
            if (indices < 0).any():
                undone = self.look_up(np.concatenate([signature(part, known) for part in images]))
                if np.count_nonzero(undone >= 0) > np.count_nonzero(indices >= 0):
                    # Plain images may have been found as others by their values as they stand.
                    indices, used = np.where(undone >= 0, undone, indices), known
        return self._match(images, indices, used)

    def learn(self, known: PixelMap) -> None:
        """Find images from now on whose pixels have gone through this map, too."""
        self._maps.append(known)

    def unknown(self, count: int) -> RowMatch:
        """A match of `count` rows none of which is known."""
        return self._match([], np.full(count, -1), None)

    def _match(self, images: list[NDArray[Any]], indices: NDArray[np.int64], used: PixelMap | None) -> RowMatch:
        known = indices[indices >= 0]
        train = int(np.count_nonzero(known < self.train_size))
        values = self._values(images, indices)
        if used is not None:
            values["standardised"] = self._statistics.origin(used.scale, used.offset)
        return RowMatch(
            count=len(indices),
            train=train,
            test=len(known) - train,
            unknown=len(indices) - len(known),
            distinct=len(np.unique(known)),
            runs=self._runs(indices),
            indices=indices,
            labels=np.where(indices >= 0, self._labels[indices], 0),
            **values,
        )

    def look_up(self, wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Index of the served image with each signature, -1 where there is none."""
        ordered, order, served = self._sorted
        places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
        indices = np.where(ordered[places] == wanted, order[places], -1)
        # Plain images may share a signature. Rows mostly come in served order: where the row that would continue
        # the most frequent shift has the same signature, it is the one meant.
        found = np.flatnonzero(indices >= 0)
        if len(found):
            shifts, counts = np.unique(indices[found] - found, return_counts=True)
            for shift in shifts[np.argsort(counts)[::-1][:4]][::-1]:
                expected = np.arange(len(wanted)) + shift
                inside = (expected >= 0) & (expected < len(served))
                agrees = inside & (served[np.where(inside, expected, 0)] == wanted)
                indices = np.where(agrees, expected, indices)
        return indices

    def _runs(self, indices: NDArray[np.int64]) -> tuple[tuple[str, int, int], ...]:
        if (indices < 0).any():
            return ()
        n_train = self.train_size
        breaks = (np.diff(indices) != 1) | (indices[1:] == n_train)
        starts = np.concatenate([[0], np.flatnonzero(breaks) + 1])
        if len(starts) > _MAX_RUNS:
            return ()
        stops = np.concatenate([starts[1:], [len(indices)]])
        runs = []
        for start, stop in zip(starts, stops, strict=True):
            first = int(indices[start])
            name, base = ("train", 0) if first < n_train else ("test", n_train)
            runs.append((name, first - base, first - base + int(stop - start)))
        return tuple(runs)

    def _values(self, images: list[NDArray[Any]], indices: NDArray[np.int64]) -> dict[str, Any]:
        """How the values of rows relate to the served ones, over a sample."""
        unrelated = {"scale": None, "offset": None, "residual": 0.0, "per_image": False, "standardised": None}
        found = np.flatnonzero(indices >= 0)
        if not len(found):
            return unrelated
        sample = found[spread(len(found), _SAMPLE)]
        served = np.stack([self.image(index) for index in indices[sample]]).astype(np.float64)
        values = np.stack(gather(images, sample)).astype(np.float64)
        if not np.isfinite(values).all():
            return unrelated | {"residual": np.inf}
        scale, offset, residual = fit_channels(served.reshape(-1, 3), values.reshape(-1, 3))
        per_image, standardised = False, None  # type: bool, Origin | Literal["own"] | None
        tolerance = _LINEAR * (float(np.ptp(values)) or 1.0)
        if residual <= tolerance:
            standardised = self._statistics.origin(scale, offset)
        else:
            fits = [fit_channels(s.reshape(-1, 3), v.reshape(-1, 3))[2] for s, v in zip(served, values, strict=True)]
            per_image = max(fits) <= tolerance
            if per_image and np.abs(values.mean(axis=(1, 2, 3))).max() <= tolerance:
                standardised = "own"
        return {
            "scale": tuple(scale.tolist()),
            "offset": tuple(offset.tolist()),
            "residual": residual,
            "per_image": per_image,
            "standardised": standardised,
        }

    def image(self, index: int) -> NDArray[np.uint8]:
        """The served image (32, 32, 3) of an index into all of them: training images, then test images."""
        images = self.data.train.images
        if index >= self.train_size:
            images, index = self.data.test.images, index - self.train_size
        return np.asarray(images[index], dtype=np.uint8)


def signature(images: NDArray[Any], undo: PixelMap | None = None) -> NDArray[np.uint64]:
    """64-bit signatures (n,) of images (n, 32, 32, 3); with a map to undo, of the served values before it."""
    strips = []
    for row, column in _STRIPS:
        strip = images[:, row, column : column + 16 : 2, :]
        if undo is not None:
            part = (row, slice(column, column + 16, 2))
            strip = np.rint((strip - undo.offset[part]) / undo.scale[part])
        strips.append(strip)
    bits = np.zeros(len(images), dtype=np.uint64)
    for number, strip in enumerate(strips):
        other = strips[(number + 3) % len(strips)]
        for pixel in range(8):
            channel = (number + pixel) % 3
            # Half of the pairs lie within a strip (fine structure), half across two (coarse structure).
            partner = strip[:, (pixel + 4) % 8, channel] if pixel % 2 else other[:, 7 - pixel, channel]
            bits = (bits << np.uint64(1)) | (strip[:, pixel, channel] > partner).astype(np.uint64)
    return bits
