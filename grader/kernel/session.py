"""The recorder of this process, for the requests that the trusted side sends after the last cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .recorder import Recorder

__all__ = ["current", "finish"]

current: Recorder | None = None


def finish() -> None:
    """The notebook has ended; see `Recorder.finish`."""
    if current is not None:
        current.finish()
