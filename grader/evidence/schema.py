"""Events as the trusted side accepts them: typed, bounded, and nothing else.

One class an event; `Event` is their union by ``kind``. What does not fit is no crash but a `RecorderFault` (see
`bundle`): the file these come from could be written by anybody's code.
"""

from __future__ import annotations

from typing import Annotated, Union

from pydantic import Field

from grader.evidence.events.inference import Evaluation, Passes, Prediction, Unverified, Verified
from grader.evidence.events.models import Compile, ModelFailed, ModelSnapshot, ModelUnreadable, Summary
from grader.evidence.events.questions import Probe, ReplayOutputs
from grader.evidence.events.run import DataServed, Finished, LogFull, RecorderFault, Remark, Tampering
from grader.evidence.events.training import Fit, FitEnd, Trained, WeightsLoaded, WeightsSaved
from grader.evidence.events.variables import Arrays, Figure, Histories, Numbers

__all__ = [
    "TRUSTED_KINDS",
    "Arrays",
    "Compile",
    "DataServed",
    "Evaluation",
    "Event",
    "Figure",
    "Finished",
    "Fit",
    "FitEnd",
    "Histories",
    "LogFull",
    "ModelFailed",
    "ModelSnapshot",
    "ModelUnreadable",
    "Numbers",
    "Passes",
    "Prediction",
    "Probe",
    "RecorderFault",
    "Remark",
    "ReplayOutputs",
    "Summary",
    "Tampering",
    "Trained",
    "Unverified",
    "Verified",
    "WeightsLoaded",
    "WeightsSaved",
]

Event = Annotated[
    Union[  # noqa: UP007 - a discriminated union reads best as one
        Arrays,
        Compile,
        DataServed,
        Evaluation,
        Figure,
        Finished,
        Fit,
        FitEnd,
        Histories,
        LogFull,
        ModelFailed,
        ModelSnapshot,
        ModelUnreadable,
        Numbers,
        Passes,
        Prediction,
        Probe,
        RecorderFault,
        Remark,
        ReplayOutputs,
        Summary,
        Tampering,
        Trained,
        Unverified,
        Verified,
        WeightsLoaded,
        WeightsSaved,
    ],
    Field(discriminator="kind"),
]

TRUSTED_KINDS: frozenset[str] = frozenset({"trained", "verified"})
"""Kinds of events that only the trusted side makes."""
