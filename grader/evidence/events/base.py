"""What all events have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from grader.evidence.values import Count, Frozen

__all__ = ["EventBase", "ModelEvent"]


class EventBase(Frozen):
    """Common to all: place in the sequence of events, and ordinal of the code cell (-1 before the first)."""

    seq: Count
    cell: Annotated[int, Field(ge=-1, le=10**6)]


class ModelEvent(EventBase):
    """An event about one model; `version` is that of its latest snapshot, -1 if there is none."""

    model: Count
    version: Annotated[int, Field(ge=-1)]
