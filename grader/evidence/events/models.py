"""Events about models: their graphs, and what was done to them short of training."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from grader.evidence.events.base import EventBase, ModelEvent
from grader.evidence.values import CompileSettings, Count, Name, Nodes, Text

__all__ = ["Compile", "ModelFailed", "ModelSnapshot", "ModelUnreadable", "Summary"]


class ModelSnapshot(EventBase):
    """The graph of a model in one of its states."""

    kind: Literal["model"]
    model: Count
    version: Count
    name: Name
    cls: Name
    nodes: Nodes
    parameters: Count
    trainable: Count


class ModelUnreadable(EventBase):
    """A model whose graph could not be told."""

    kind: Literal["model_unreadable"]
    model: Count
    reason: Name


class ModelFailed(EventBase):
    """A model whose construction ended in an error; `nodes` are its layers in order where they were given as a list."""

    kind: Literal["model_failed"]
    error: Text
    nodes: Nodes


class Compile(ModelEvent, CompileSettings):
    """A model was compiled."""

    kind: Literal["compile"]


class Summary(ModelEvent):
    """`summary()` was called."""

    kind: Literal["summary"]
    text: Annotated[str, Field(max_length=200_000)]
    built: bool
