"""Events about what cells show and hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.evidence.drawings import AxesDrawn
from grader.evidence.events.base import EventBase
from grader.evidence.values import Count, DataGiven, Name, Text

__all__ = ["Arrays", "Figure", "Histories", "Numbers"]


class Figure(EventBase):
    """A figure was shown."""

    kind: Literal["figure"]
    title: Text
    texts: Annotated[tuple[Text, ...], Field(max_length=64)] = ()
    axes: Annotated[tuple[AxesDrawn, ...], Field(max_length=1024)]


class Arrays(EventBase):
    """Large arrays among the variables, after the cell that made or changed them."""

    kind: Literal["arrays"]
    variables: Annotated[dict[Name, DataGiven], Field(max_length=400)]


class Histories(EventBase):
    """Results of `fit` among the variables: variable → `seq` of the fit."""

    kind: Literal["histories"]
    variables: Annotated[dict[Name, Count], Field(max_length=400)]


class Numbers(EventBase):
    """Numbers among the variables, after the cell that made or changed them."""

    kind: Literal["numbers"]
    variables: Annotated[dict[Name, Annotated[tuple[float, ...], Field(max_length=200)]], Field(max_length=400)]
