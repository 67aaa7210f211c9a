"""Where something was noticed that no notebook does by accident, points rest on what was recorded before it.

The checks decide twice: on all of the evidence, and on what there was before the first such event. A result that is as
good on the latter stays, and so does one that nothing afterwards could have changed. Everything else is left to a
person. What was noticed is a fact; what it means, nobody here knows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from grader.checks import CheckResult
from grader.evidence import CellRun, Evidence
from grader.evidence.schema import Tampering
from grader.report.model import Status

__all__ = ["before", "remarks", "settled"]

_GAINED = (Status.PASSED, Status.PARTIAL)
_OPEN = (Status.UNDECIDED, Status.ERROR, Status.PENDING)


def settled(
    evidence: Evidence, results: Sequence[CheckResult], decide: Callable[[Evidence], Sequence[CheckResult]]
) -> list[CheckResult]:
    """The results that may stand; those that rest on what came after the first `Tampering` become undecided.

    Args:
        evidence: of the run.
        results: of all checks on it.
        decide: runs the same checks on other evidence; called only if there is a reason to.
    """
    first = _first(evidence)
    if first is None:
        return list(results)
    earlier = {result.spec.id: result for result in decide(before(evidence, first))}
    why = (
        f"{_noticed(evidence, first)}; what this check looks at was recorded after that or is different from what was "
        "recorded before. A person should look at it."
    )
    cells = tuple(filter(None, [evidence.position(first.cell)]))
    return [
        result
        if _stands(result, earlier.get(result.spec.id))
        else replace(result, status=Status.UNDECIDED, share=0.0, message=why, cells=cells)
        for result in results
    ]


def remarks(evidence: Evidence) -> tuple[str, ...]:
    """What was noticed, each once."""
    texts = (
        f"Tampering suspected: {_noticed(evidence, event)}{f' ({event.detail})' if event.detail else ''}. Points that "
        "rest on what came after it are left undecided; a person should look at it."
        for event in evidence.of(Tampering)
    )
    return tuple(dict.fromkeys(texts))


def before(evidence: Evidence, event: Tampering) -> Evidence:
    """What was recorded before an event: earlier events, and cells that had ended.

    Of the cell in which it happened nobody knows which part of the output came first: it has none. The source of a cell
    is what was handed in, and stays.
    """
    return evidence.model_copy(
        update={
            "cells": tuple(_as_before(cell, event.cell) for cell in evidence.cells),
            "events": tuple(one for one in evidence.events if one.seq < event.seq and not isinstance(one, Tampering)),
        }
    )


def _as_before(cell: CellRun, ordinal: int) -> CellRun:
    if cell.ordinal is None or cell.ordinal < ordinal:
        return cell
    silent = {"text": "", "error": None, "timed_out": False}
    return cell.model_copy(update=silent | ({} if cell.ordinal == ordinal else {"ordinal": None}))


def _first(evidence: Evidence) -> Tampering | None:
    """The earliest; events of the trusted side are about one that came before them."""
    return min(evidence.of(Tampering), key=lambda event: (event.seq, event.cell), default=None)


def _noticed(evidence: Evidence, event: Tampering) -> str:
    position = evidence.position(event.cell)
    return f"{'Before the first cell' if not position else f'In cell {position}'}, {event.what}"


def _stands(result: CheckResult, earlier: CheckResult | None) -> bool:
    """Whether a result does not hang on what came after."""
    if result.status in _OPEN:
        return True
    if earlier is None:
        return False
    if result.status in _GAINED:
        return earlier.share >= result.share
    if result.status is Status.NOT_ATTEMPTED:
        return earlier.status is Status.NOT_ATTEMPTED
    # The same finding, not only the same verdict: on half of the evidence most checks find something missing.
    return (earlier.status, earlier.message) == (result.status, result.message)
