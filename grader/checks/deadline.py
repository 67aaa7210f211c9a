"""A limit on the time that deciding takes: evidence may be made to keep a check busy, and no grading may hang on it."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Deadline", "OutOfTimeError", "limited"]

_SHORTEST = 1e-3
"""A timer of 0 seconds would be none."""
_AGAIN = 1.0
"""Seconds after which the alarm rings once more where something caught it."""


class OutOfTimeError(Exception):
    """What was to be decided took longer than anything honest does."""


class Deadline:
    """Time that all checks of one grading share, so that no number of slow ones adds up to hours."""

    def __init__(self, whole: float, each: float) -> None:
        """`whole` seconds for all of them together, of which one takes at most `each`."""
        self._left, self._each = whole, each

    @contextmanager
    def share(self) -> Iterator[None]:
        """Let one of them run.

        Raises:
            OutOfTimeError: in the midst of it, once its time or that of all is over.
        """
        started = time.monotonic()
        try:
            with limited(min(self._left, self._each)):
                yield
        finally:
            self._left -= time.monotonic() - started


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """End what runs within after so many seconds, loops and regular expressions alike.

    Only a main thread can be reached by an alarm, and only where the system has one: elsewhere there is no limit.

    Raises:
        OutOfTimeError: in the midst of it.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return
    armed = True

    def ring(_number: int, _frame: object) -> None:
        if armed:
            raise OutOfTimeError(f"It took longer than {seconds:.0f} seconds.")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, _SHORTEST), _AGAIN)
    try:
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
