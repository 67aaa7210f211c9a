"""Our own faults and the machine's: whatever they take from a grading, nothing is held against a submission."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grader.checks import CheckResult
from grader.evidence import Evidence
from grader.evidence.schema import RecorderFault, Tampering
from grader.report.model import Status

__all__ = ["excused", "undecidable"]

_BLAMED = (Status.FAILED, Status.PARTIAL, Status.NOT_ATTEMPTED)


def excused(evidence: Evidence, results: Sequence[CheckResult]) -> list[CheckResult]:
    """The results, with nothing held against a submission that may come of a fault of ours.

    What passed on what was recorded until then still counts; where no cell was run, nothing counts either way.
    """
    why = _why(evidence)
    if why is None:
        return list(results)
    ran = any(cell.ordinal is not None for cell in evidence.cells)
    return [
        replace(result, status=Status.ERROR, share=0.0, message=f"{why} {result.message}" if ran else why, cells=())
        if result.status in _BLAMED or not ran
        else result
        for result in results
    ]


def undecidable(evidence: Evidence, fault: str) -> Evidence:
    """The evidence as that of a run that never began, for want of a way to judge what it recorded.

    What broke the run is the `fault`, if it broke before.
    """
    cells = tuple(cell.model_copy(update={"ordinal": None, "error": None}) for cell in evidence.cells)
    run = evidence.run.model_copy(update={"fault": evidence.run.fault or fault})
    return evidence.model_copy(update={"run": run, "cells": cells, "events": ()})


def _why(evidence: Evidence) -> str | None:
    if evidence.run.fault is not None:
        return "The run broke, and that is no fault of the submission."
    faults = evidence.of(RecorderFault)
    if not faults or evidence.of(Tampering):  # whoever reaches the recorder can make it fail, too
        return None
    # What it says may quote a path of the machine; `regrade` of kept evidence is the way to look into it.
    return f"The recorder failed at cell {evidence.position(faults[0].cell)}; no fault of the submission."
