"""Image arrays in the forms that notebooks give them, and maps between the values of two arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PixelMap", "as_images", "fit_channels", "fit_pixels", "gather", "in_grey", "spread"]

SHAPE = (32, 32, 3)
_SMALLEST = 16
"""Side in pixels below which an array holds no images to be recognised."""
_EXACT = 1e-3
"""Largest deviation from a map, as a share of the spread of the values."""
_ROUNDS = 3


@dataclass(frozen=True)
class PixelMap:
    """value = scale · served value + offset, each (32, 32, 3)."""

    scale: NDArray[np.float64]
    offset: NDArray[np.float64]


def as_images(array: NDArray[Any]) -> NDArray[Any] | None:
    """An array (n, 32, 32, 3) or (n, 3072) of numbers as (n, 32, 32, 3); None for any other or an empty one."""
    if array.ndim == 2 and array.shape[1:] == (3072,):
        array = array.reshape(-1, *SHAPE)
    if array.ndim != 4 or array.shape[1:] != SHAPE or len(array) == 0 or array.dtype.kind not in "iuf":
        return None
    return array


def gather(arrays: Sequence[NDArray[Any]], places: NDArray[np.int64]) -> list[NDArray[Any]]:
    """Rows at `places`, counted through all arrays, in that order."""
    ends = np.cumsum([len(array) for array in arrays])
    owners = np.searchsorted(ends, places, side="right")
    return [arrays[owner][place - ends[owner]] for owner, place in zip(owners, places, strict=True)]


def spread(count: int, number: int) -> NDArray[np.int64]:
    """At most `number` places spread evenly over `count`."""
    return np.linspace(0, count - 1, min(number, count)).astype(np.int64)


def in_grey(image: NDArray[Any]) -> NDArray[np.float32] | None:
    """An image of any square size, in colour or not, as (32, 32) in grey; None where the array is no image."""
    if image.dtype.kind not in "iuf":
        return None
    if image.ndim == 1:
        side = round((image.size / 3) ** 0.5)
        image = image.reshape(side, side, 3) if side * side * 3 == image.size else image.reshape(1, -1)
    if image.ndim == 3 and image.shape[0] in (1, 3):
        image = np.moveaxis(image, 0, -1)
    if image.ndim == 3 and image.shape[2] in (1, 3):
        image = image.mean(axis=2, dtype=np.float32)
    if image.ndim != 2 or image.shape[0] != image.shape[1] or len(image) < _SMALLEST:
        return None
    grey = image.astype(np.float32)
    if len(grey) == SHAPE[0]:
        return grey
    areas = _areas(len(grey))
    resized: NDArray[np.float32] = areas @ grey @ areas.T
    return resized


def _areas(side: int) -> NDArray[np.float32]:
    """The matrix (32, side) that averages `side` pixels into 32, each by the part of it that is covered."""
    step = side / SHAPE[0]
    starts = np.arange(SHAPE[0])[:, None] * step
    pixels = np.arange(side)[None, :]
    covered = np.minimum(starts + step, pixels + 1) - np.maximum(starts, pixels)
    return np.asarray(np.maximum(covered, 0) / step, dtype=np.float32)


def fit_channels(
    served: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Least-squares scale and offset per column, and the largest deviation."""
    scale, offset = _least_squares(served, values)
    return scale, offset, float(np.abs(values - (scale * served + offset)).max())


def fit_pixels(served: NDArray[np.float64], values: NDArray[np.float64]) -> PixelMap | None:
    """The map of each pixel (n, 32, 32, 3) that holds for most of the images; None where there is none.

    A few of the pairs may be no pairs. They deviate most, and are left out.
    """
    keep = np.arange(len(served))
    for _ in range(_ROUNDS):
        if len(keep) < _SMALLEST:
            return None
        scale, offset = _least_squares(served[keep], values[keep])
        deviation = np.abs(values - (scale * served + offset)).max(axis=(1, 2, 3))
        if deviation[keep].max() <= _EXACT * np.ptp(values[keep]) and (np.abs(scale) > 0).all():
            return PixelMap(scale, offset)
        keep = keep[np.argsort(deviation[keep])[: -(len(keep) // 6) or None]]
    return None


def _least_squares(
    served: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Scale and offset over the first axis."""
    mean_served, mean_values = served.mean(axis=0), values.mean(axis=0)
    centred = served - mean_served
    variance = (centred**2).sum(axis=0)
    scale = (centred * (values - mean_values)).sum(axis=0) / np.where(variance > 0, variance, 1.0)
    return scale, mean_values - scale * mean_served
