"""The event log: one JSON object a line, sent at once, so that nothing is lost with a kernel or taken back by it."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

__all__ = ["EventLog", "plain"]

_MAX_INTEGER = 2**64
_MAX_BULK = 512 * 2**20
"""Bytes that weights may take in a run."""
_encode = json.JSONEncoder().encode


class EventLog:
    """Appends events with their sequence number and the ordinal of the code cell that caused them."""

    def __init__(self, write: Callable[[bytes], None], max_bytes: int) -> None:
        """`write` takes one line without its end (see `link`); `max_bytes` is what evidence may take in all."""
        self._write = write
        self._left = max_bytes
        self._bulk_left = _MAX_BULK
        self._sequence = 0
        self._remarked: set[str] = set()
        self.turn = threading.RLock()
        """Held while an event is written."""
        self.cell = -1
        """Ordinal of the running code cell, from 0; -1 before the first."""
        self.muted = False
        """Whether events are dropped: true while grader itself runs student code again (see `replay`)."""
        self.before: Callable[[], None] = _nothing
        """Called before each event; whatever it writes comes first (see `integrity`)."""

    def emit(self, kind: str, **fields: Any) -> int:
        """Write one event and return its sequence number.

        The number is given even when the event is dropped because the log is muted or full, so that code that
        links events to one another need not care.
        """
        with self.turn:  # lines leave in the order of their numbers, also where a notebook has threads
            self.before()
            self._sequence += 1
            if self.muted:
                return self._sequence
            line = self._line(kind, fields)
            if len(line) <= self._left:
                self._left -= len(line)
                self._write(line)
            elif self._left > 0:
                self._left = 0
                self._write(self._line("log_full", {}))
            return self._sequence

    def emit_bulk(self, kind: str, **fields: Any) -> bool:
        """Write one large event that is no evidence itself; False if it was dropped for want of room."""
        with self.turn:
            self.before()
            if self.muted:
                return False
            self._sequence += 1
            line = self._line(kind, fields)
            if len(line) > self._bulk_left:
                return False
            self._bulk_left -= len(line)
            self._write(line)
            return True

    def _line(self, kind: str, fields: dict[str, Any]) -> bytes:
        return _encode(plain({"seq": self._sequence, "cell": self.cell, "kind": kind, **fields})).encode("ascii")

    def remark(self, key: str, text: str) -> None:
        """Note, once a key, something that a student should know and that costs no points."""
        if key not in self._remarked and not self.muted:
            self._remarked.add(key)
            self.emit("remark", key=key, text=text)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Whatever goes wrong in here is a fault of ours: it is noted as such, and the student's code goes on."""
        try:
            yield
        except Exception as error:
            self.emit("recorder_fault", error=f"{type(error).__name__}: {error}"[:500])


def _nothing() -> None:
    """Nobody wants to know."""


def plain(value: Any) -> Any:
    """The value as JSON can hold it: NumPy scalars and arrays unwrapped, NaN and infinities as None.

    Text and numbers that only Python can hold (half a surrogate pair, integers without bounds) are told as text.
    """
    if value is None or isinstance(value, (bool, np.bool_)):
        return None if value is None else bool(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) < _MAX_INTEGER else "an integer of more than 64 bits"
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, dict):
        return {_text(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return _text(str(value))


def _text(value: str) -> str:
    return value.encode("utf-8", "replace").decode("utf-8")
