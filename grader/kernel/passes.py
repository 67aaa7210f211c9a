"""Repeated passes over the same test images, as Monte Carlo dropout makes them: how many, and what became of them.

Every result that a model gives for served test images is added up by row. At the end the sums tell how many passes
each image went through, and arrays among the notebook's variables are compared with their mean, so that an average
shows however it was computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .events import EventLog
from .images.inputs import Given, as_array
from .images.rows import RowIndex

__all__ = ["PassRecorder"]

_MAX_CLASSES = 100
_MAX_GROUPS = 50
_TOLERANCE = 1e-4
"""Largest difference between a mean of float32 probabilities and ours of the same values."""


class _Passes:
    """What one model did in one cell: sums over passes, one row a test image."""

    def __init__(
        self, model: int, version: int, cell: int, via: str, training: bool, images: int, classes: int
    ) -> None:
        self.model, self.version, self.cell = model, version, cell
        self.via, self.training, self.classes = via, training, classes
        self.sums = np.zeros((images, classes))
        self.votes = np.zeros((images, classes), np.int64)
        self.counts = np.zeros(images, np.int64)
        self.first = np.zeros((images, classes), np.float32)
        """Results of the first pass."""
        self.calls = 0
        self.largest = 0
        self.varied = False
        self.averaged: set[str] = set()
        self.classified: set[str] = set()

    @property
    def covered(self) -> NDArray[np.int64]:
        """The test images that went through, in order."""
        return np.flatnonzero(self.counts)

    def add(self, rows: NDArray[np.int64], values: NDArray[Any]) -> None:
        """Add the results (rows, classes) of one call; `rows` are indices of test images."""
        self.calls += 1
        self.largest = max(self.largest, len(rows))
        again = self.counts[rows] > 0
        if not self.varied and again.any():
            self.varied = bool(np.abs(self.first[rows[again]] - values[again]).max() > 1e-6)
        self.first[rows[~again]] = values[~again]
        np.add.at(self.sums, rows, values)
        np.add.at(self.votes, (rows, values.argmax(axis=1)), 1)
        np.add.at(self.counts, rows, 1)

    def mean(self) -> NDArray[np.float64]:
        """The mean over passes of each image that went through."""
        covered = self.covered
        return np.asarray(self.sums[covered] / self.counts[covered, None])

    def look_at(self, name: str, array: NDArray[Any]) -> None:
        """Note a variable that holds the mean over passes, or the class of which the mean is highest."""
        covered = self.covered
        if array.shape == (len(covered), self.classes) and array.dtype.kind == "f":
            if np.allclose(array, self.mean(), atol=_TOLERANCE):
                self.averaged.add(name)
        elif array.shape[:1] == (len(covered),) and array.size == len(covered) and array.dtype.kind in "iu":
            agrees = array.reshape(-1) == self.mean().argmax(axis=1)
            if agrees.mean() > 0.999:  # two classes may be as good as equal
                self.classified.add(name)


class PassRecorder:
    """Adds up what models give for test images, and tells at the end what was gone through more than once."""

    def __init__(self, log: EventLog, index: RowIndex) -> None:
        self._log = log
        self._index = index
        self._groups: dict[tuple[int, int, str], _Passes] = {}

    def saw(self, model: tuple[int, int], given: Given, outcome: Any, *, via: str, training: bool) -> None:
        """A model, by number and version, gave `outcome` for the images."""
        match, values = given.match, as_array(outcome)
        if self._log.muted or match is None or values is None or values.ndim != 2:
            return
        if len(values) != match.count or values.shape[1] > _MAX_CLASSES or not match.test:
            return
        key = (model[0], self._log.cell, via)
        if key not in self._groups and len(self._groups) >= _MAX_GROUPS:
            return
        if key not in self._groups:
            self._groups[key] = _Passes(*model, self._log.cell, via, training, len(self._labels), values.shape[1])
        known = match.indices >= self._index.train_size
        if self._groups[key].classes == values.shape[1]:
            self._groups[key].add(match.indices[known] - self._index.train_size, values[known])

    @property
    def _labels(self) -> NDArray[np.int64]:
        return self._index.test_labels

    def scan(self, namespace: Mapping[str, Any]) -> None:
        """Compare the notebook's variables after a cell with the means so far."""
        groups = [group for group in self._groups.values() if group.counts.max() > 1]
        if not groups:
            return
        for name, value in list(namespace.items()):
            array = None if name.startswith("_") or not hasattr(value, "shape") else as_array(value)
            if array is not None and array.ndim in (1, 2):
                for group in groups:
                    group.look_at(name, array)

    def finish(self) -> None:
        """Emit a ``passes`` event for every model and cell with more than one pass."""
        for group in self._groups.values():
            if group.counts.max() < 2:
                continue
            covered = group.covered
            labels = self._labels[covered]
            self._log.emit(
                "passes",
                model=group.model,
                version=group.version,
                made_in=max(group.cell, 0),
                via=group.via,
                training=group.training,
                rows=len(covered),
                fewest=group.counts[covered].min(),
                most=group.counts.max(),
                calls=group.calls,
                largest_call=group.largest,
                varied=group.varied,
                averaged=sorted(group.averaged),
                classified=sorted(group.classified),
                accuracy={
                    "mean": (group.mean().argmax(axis=1) == labels).mean(),
                    "votes": (group.votes[covered].argmax(axis=1) == labels).mean(),
                    "first": (group.first[covered].argmax(axis=1) == labels).mean(),
                },
            )
