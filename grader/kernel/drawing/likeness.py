"""Whether two arrays show the same, told by their values: equal up to an increasing straight map, and cutting off.

Drawings are rescaled in many ways: to [0, 1], to mean 0 and deviation 1, to whole numbers from 0 to 255, and what goes
beyond the range is cut off. All of these keep the order of values and, between the limits, their proportions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Fit", "best", "fit", "normalised"]

_TOLERANCE = 2e-3
"""Largest deviation from the straight map, as a share of the range of what is drawn."""
_ROUNDING = 0.75
"""Largest deviation through rounding to whole numbers, cutting the fraction off included."""
_CANDIDATES = 8
_LEAST_CORRELATION = 0.3
_FEW = 25
"""So few values, a kernel of one channel, are drawn without cutting any off: only what is very alike can fit."""
_LEAST_OF_FEW = 0.99


@dataclass(frozen=True)
class Fit:
    """A drawing that shows a source; `cut` says whether values beyond a limit were set to that limit."""

    cut: bool


def normalised(rows: NDArray[np.generic]) -> NDArray[np.float32]:
    """Rows (n, d) with mean 0 and length 1; a row of equal or not finite values becomes zero."""
    values = np.array(rows, dtype=np.float32)
    with np.errstate(invalid="ignore", over="ignore"):
        values -= values.mean(axis=1, keepdims=True)
        length = np.sqrt(np.einsum("nd,nd->n", values, values))[:, None]
        largest = np.abs(rows).max(axis=1, keepdims=True, initial=0)
        usable = np.isfinite(length) & (length > 1e-6 * np.maximum(largest, 1e-20) * np.sqrt(values.shape[1]))
    return np.where(usable, values / np.where(usable, length, 1), 0).astype(np.float32)


def fit(drawn: NDArray[np.generic], source: NDArray[np.generic]) -> Fit | None:
    """How values (d,) that are drawn come from those of a source; None if they do not."""
    values, origin = drawn.astype(np.float64), source.astype(np.float64)
    low, high = values.min(), values.max()
    tolerance = _TOLERANCE * (high - low) + (_ROUNDING if drawn.dtype.kind in "iu" else 0.0)
    if high - low <= 2 * tolerance:
        return None
    mapped = _straight(values, origin, np.ones(len(values), dtype=bool))
    if mapped is not None and np.abs(mapped - values).max() <= tolerance:
        return Fit(cut=False)
    inside = (values > low) & (values < high)
    if np.count_nonzero(inside) < max(8, len(values) // 20):
        return None
    mapped = _straight(values, origin, inside)
    if mapped is None or np.abs(mapped - values)[inside].max() > tolerance:
        return None
    beyond_low, beyond_high = mapped <= low + tolerance, mapped >= high - tolerance
    if not (beyond_low[values == low].all() and beyond_high[values == high].all()):
        return None
    return Fit(cut=bool(mapped.min() < low - tolerance or mapped.max() > high + tolerance))


def best(
    drawn: NDArray[np.generic], sources: NDArray[np.generic], normal: NDArray[np.float32]
) -> list[list[tuple[int, Fit]]]:
    """For each of the rows (n, d) that are drawn the indices of the sources (m, d) that it shows, the nearest first.

    `normal` are the sources, `normalised`.
    """
    found = []
    scores = normalised(drawn) @ normal.T
    least = _LEAST_OF_FEW if drawn.shape[1] <= _FEW else _LEAST_CORRELATION
    for row, score in zip(drawn, scores, strict=True):
        count = min(_CANDIDATES, len(score))
        places = np.argpartition(-score, count - 1)[:count]
        places = places[np.argsort(-score[places], kind="stable")]
        fits = [(int(place), fit(row, sources[place])) for place in places[score[places] > least]]
        found.append([(place, how) for place, how in fits if how is not None])
    return found


def _straight(
    values: NDArray[np.float64], origin: NDArray[np.float64], where: NDArray[np.bool_]
) -> NDArray[np.float64] | None:
    """`origin` mapped to `values` by the increasing straight line that fits best `where`; None if there is none."""
    x, y = origin[where], values[where]
    centred = x - x.mean()
    variance = float(centred @ centred)
    slope = float(centred @ (y - y.mean())) / variance if variance > 0 else 0.0
    if not np.isfinite(slope) or slope <= 0:
        return None
    mapped: NDArray[np.float64] = y.mean() + slope * (origin - x.mean())
    return mapped
