"""What the notebook's variables hold after a cell: large arrays of images and labels, and small numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .events import EventLog
from .images.inputs import InputReader, as_array

__all__ = ["NamespaceScanner"]

_IMAGES_FROM = 1000
"""An array of fewer rows is an excerpt for looking at."""
_MAX_NUMBERS = 200
_LARGEST = 1e15
_MAX_NAMES = 400
_OWN = ("In", "Out")
"""What IPython keeps of the cells itself."""


class NamespaceScanner:
    """Emits ``arrays`` and ``numbers`` events for what a cell has changed."""

    def __init__(self, log: EventLog, reader: InputReader, histories: Mapping[int, tuple[int, Any]]) -> None:
        self._log = log
        self._histories = histories
        self._kept: dict[str, Any] = {}
        self._reader = reader
        self._arrays: dict[str, str] = {}
        self._numbers: dict[str, Any] = {}

    def scan(self, namespace: dict[str, Any]) -> None:
        """Look at the global variables after a cell."""
        names = [name for name in namespace if not name.startswith("_") and name not in _OWN][:_MAX_NAMES]
        arrays, numbers, kept = {}, {}, {}
        for name in names:
            value = namespace[name]
            if isinstance(value, np.ndarray) or type(value).__name__ == "EagerTensor":
                description = self._array(value)
                if description is not None:
                    arrays[name] = description
                    continue
            fit = self._fit_of(value)
            if fit is not None:
                kept[name] = fit
                continue
            found = _small_numbers(value)
            if found:
                numbers[name] = found
        self._emit("arrays", arrays, self._arrays)
        self._emit("numbers", numbers, self._numbers)
        self._emit("histories", kept, self._kept)

    def _emit(self, kind: str, found: dict[str, Any], known: dict[str, Any]) -> None:
        changed = {name: value for name, value in found.items() if known.get(name) != repr(value)}
        known.update({name: repr(value) for name, value in changed.items()})
        if changed:
            self._log.emit(kind, variables=changed)

    def _fit_of(self, value: Any, depth: int = 2) -> int | None:
        """`seq` of the fit whose result the value is or holds; of several, the last."""
        curves = getattr(value, "history", value)
        if isinstance(curves, dict) and id(curves) in self._histories:
            return self._histories[id(curves)][0]
        if depth and isinstance(value, (dict, list, tuple)) and len(value) <= _MAX_NUMBERS:
            items = value.values() if isinstance(value, dict) else value
            found = [self._fit_of(item, depth - 1) for item in items]
            return max((fit for fit in found if fit is not None), default=None)
        return None

    def _array(self, value: Any) -> dict[str, Any] | None:
        array = as_array(value)
        if array is None or array.ndim == 0 or len(array) < _IMAGES_FROM:
            return None
        description, _ = self._reader.describe_array(array, closer=False)
        if array.ndim <= 2:
            description["labels"] = self._reader.describe_labels(array, None)
        return description


def _small_numbers(value: Any, depth: int = 3) -> list[float]:
    """The numbers in a value: itself, or those in a small list, tuple, dict or array."""
    if isinstance(value, bool):
        return []
    if isinstance(value, (int, float, np.integer, np.floating)):
        return [float(value)] if abs(value) < _LARGEST else []
    if depth == 0:
        return []
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.size <= _MAX_NUMBERS:
        return [float(item) for item in value.reshape(-1) if abs(item) < _LARGEST]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)) and len(value) <= _MAX_NUMBERS:
        return [number for item in value for number in _small_numbers(item, depth - 1)][:_MAX_NUMBERS]
    return []
