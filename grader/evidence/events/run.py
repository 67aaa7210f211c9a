"""Events about the run itself."""

from __future__ import annotations

from typing import Literal

from grader.evidence.events.base import EventBase
from grader.evidence.values import Name, Text

__all__ = ["DataServed", "Finished", "LogFull", "RecorderFault", "Remark", "Tampering"]


class DataServed(EventBase):
    """The notebook loaded the data set."""

    kind: Literal["data_served"]
    name: Name


class Remark(EventBase):
    """Something that a student should know and that costs no points."""

    kind: Literal["remark"]
    key: Name
    text: Text


class RecorderFault(EventBase):
    """The recorder failed at something; the notebook went on."""

    kind: Literal["recorder_fault"]
    error: Text


class Tampering(EventBase):
    """Something that no notebook does by accident: a fact for a person to look at, never a verdict.

    `what` names the thing (``emit called by a cell``, ``keras.Model.fit replaced``), `detail` says more.
    """

    kind: Literal["tampering"]
    what: Name
    detail: Text = ""


class LogFull(EventBase):
    """Events after this one were dropped."""

    kind: Literal["log_full"]


class Finished(EventBase):
    """The kernel saw the end of the notebook."""

    kind: Literal["finished"]
