"""Which rows of the served data an array holds, and how its pixel values relate to the served ones.

A row's signature is 64 comparisons between pairs of its values, always within one colour channel: every increasing
map of a channel (scaling, standardising, casting) leaves it as it is. So rows are found again at memory speed, in
whatever order and unit they come, and without reading more than an eighth of a large array.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .serving import ServedData

__all__ = ["RowIndex", "RowMatch"]

_SHAPE = (32, 32, 3)
_STRIPS = ((4, 8), (8, 14), (12, 2), (14, 12), (17, 6), (20, 15), (23, 3), (27, 10))
"""(row, first column) of eight strips of 16 pixels that a signature looks at."""

_SAMPLE = 64
_MAX_RUNS = 64


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
        indices: index into the 60 000 served images (train, then test) of each row, -1 for unknown.
        labels: served label of each row, 0 for unknown.
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
    indices: NDArray[np.int64]
    labels: NDArray[np.int64]

    def as_event(self) -> dict[str, Any]:
        """The fields that go into evidence."""
        return {
            "count": self.count,
            "train": self.train,
            "test": self.test,
            "unknown": self.unknown,
            "distinct": self.distinct,
            "runs": self.runs,
            "scale": self.scale,
            "offset": self.offset,
            "residual": self.residual,
            "per_image": self.per_image,
        }


class RowIndex:
    """Finds served images in arrays."""

    def __init__(self, data: ServedData) -> None:
        self._data = data

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.uint64]]:
        """Signatures of all served images: sorted, the order that sorts them, and as served."""
        signatures = np.concatenate([signature(self._data.train.images), signature(self._data.test.images)])
        order = np.argsort(signatures, kind="stable")
        return signatures[order], order, signatures

    @cached_property
    def _labels(self) -> NDArray[np.int64]:
        return np.concatenate([self._data.train.labels, self._data.test.labels]).reshape(-1).astype(np.int64)

    @property
    def train_size(self) -> int:
        """Number of training images: the index of the first test image."""
        return len(self._data.train.images)

    def find(self, images: NDArray[Any]) -> RowMatch | None:
        """Match an array of images (n, 32, 32, 3) or (n, 3072); None for any other shape or an empty one."""
        if images.ndim == 2 and images.shape[1:] == (3072,):
            images = images.reshape(-1, *_SHAPE)
        if images.ndim != 4 or images.shape[1:] != _SHAPE or len(images) == 0 or images.dtype.kind not in "iuf":
            return None
        indices = self._lookup(signature(images))
        known = indices[indices >= 0]
        train = int(np.count_nonzero(known < self.train_size))
        scale, offset, residual, per_image = self._pixel_map(images, indices)
        return RowMatch(
            count=len(images),
            train=train,
            test=len(known) - train,
            unknown=len(images) - len(known),
            distinct=len(np.unique(known)),
            runs=self._runs(indices),
            scale=scale,
            offset=offset,
            residual=residual,
            per_image=per_image,
            indices=indices,
            labels=np.where(indices >= 0, self._labels[indices], 0),
        )

    def _lookup(self, wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
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

    def _pixel_map(
        self, images: NDArray[Any], indices: NDArray[np.int64]
    ) -> tuple[tuple[float, ...] | None, tuple[float, ...] | None, float, bool]:
        found = np.flatnonzero(indices >= 0)
        if not len(found):
            return None, None, 0.0, False
        sample = found[np.linspace(0, len(found) - 1, min(_SAMPLE, len(found))).astype(int)]
        served = np.stack([self._image(index) for index in indices[sample]]).astype(np.float64)
        values = images[sample].astype(np.float64)
        if not np.isfinite(values).all():
            return None, None, np.inf, False
        scale, offset, residual = _fit(served.reshape(-1, 3), values.reshape(-1, 3))
        spread = float(np.ptp(values)) or 1.0
        per_image = False
        if residual > 1e-3 * spread:
            fits = [_fit(s.reshape(-1, 3), v.reshape(-1, 3))[2] for s, v in zip(served, values, strict=True)]
            per_image = max(fits) <= 1e-3 * spread
        return tuple(scale.tolist()), tuple(offset.tolist()), residual, per_image

    def _image(self, index: int) -> NDArray[np.uint8]:
        images = self._data.train.images
        if index >= self.train_size:
            images, index = self._data.test.images, index - self.train_size
        return np.asarray(images[index], dtype=np.uint8)


def signature(images: NDArray[Any]) -> NDArray[np.uint64]:
    """64-bit signatures (n,) of images (n, 32, 32, 3)."""
    strips = [images[:, row, column : column + 16 : 2, :] for row, column in _STRIPS]
    bits = np.zeros(len(images), dtype=np.uint64)
    for number, strip in enumerate(strips):
        other = strips[(number + 3) % len(strips)]
        for pixel in range(8):
            channel = (number + pixel) % 3
            # Half of the pairs lie within a strip (fine structure), half across two (coarse structure).
            partner = strip[:, (pixel + 4) % 8, channel] if pixel % 2 else other[:, 7 - pixel, channel]
            bits = (bits << np.uint64(1)) | (strip[:, pixel, channel] > partner).astype(np.uint64)
    return bits


def _fit(
    served: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Least-squares scale and offset per channel (columns), and the largest deviation."""
    mean_served, mean_values = served.mean(axis=0), values.mean(axis=0)
    centred = served - mean_served
    variance = (centred**2).sum(axis=0)
    scale = (centred * (values - mean_values)).sum(axis=0) / np.where(variance > 0, variance, 1.0)
    offset = mean_values - scale * mean_served
    return scale, offset, float(np.abs(values - (scale * served + offset)).max())
