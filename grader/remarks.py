"""What people should know of a run and what costs no points: faults, limits, trainings, cells out of order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader import tampering
from grader.evidence import Evidence
from grader.evidence.schema import DataServed, LogFull, ModelUnreadable, Remark, Trained

__all__ = ["remarks_on"]

_UNDEFINED = re.compile(r"NameError: name '(\w+)' is not defined")


def remarks_on(evidence: Evidence) -> tuple[str, ...]:
    """Remarks on a run, a sentence or two each, every one once."""
    remarks = [*tampering.remarks(evidence), *evidence.remarks, *(event.text for event in evidence.of(Remark))]
    if evidence.run.dataset != "cifar10":
        remarks.append(
            f"The images served were not CIFAR-10 but {evidence.run.dataset_description}: accuracy points cannot be "
            "decided. `grader data` shows where CIFAR-10 is looked for."
        )
    if evidence.run.fault is not None:
        remarks.append(
            f"The run broke: {evidence.run.fault.rstrip('.')}. That is no fault of the submission: what could not be "
            "decided costs no points, and it can be graded again."
        )
    elif evidence.run.ended != "complete":
        remarks.append(f"The run ended early: {evidence.run.ended}.")
    if evidence.run.sandbox == "none":
        remarks.append(
            "The notebook ran without a sandbox: its code could do whatever the person can who graded it. `grader "
            "doctor` shows what this machine has against that."
        )
    remarks += _order_remarks(evidence)
    for trained in evidence.of(Trained):
        if trained.accuracies:
            reached = f"{max(trained.accuracies):.1%} of the test images after {max(trained.steps)} steps"
            remarks.append(f"{trained.network} was trained by grader itself, as in the notebook: {reached}.")
    if evidence.of(LogFull):
        remarks.append("The notebook did more than can be recorded; what came last was not seen.")
    for event in evidence.of(ModelUnreadable):
        place = evidence.position(event.cell)
        remarks.append(f"A model of cell {place} could not be read ({event.reason}).")
    if not evidence.of(DataServed) and any(cell.ordinal is not None for cell in evidence.cells):
        remarks.append("The notebook never called `cifar10.load_data()`.")
    return tuple(dict.fromkeys(remarks))


def _order_remarks(evidence: Evidence) -> Iterator[str]:
    """Cells that failed for want of a name that only a later cell defines."""
    for cell in evidence.cells:
        missing = _UNDEFINED.match(cell.error or "")
        if missing is None:
            continue
        name = re.escape(missing[1])
        defines = re.compile(
            rf"^[ \t]*(?:{name}\s*=[^=]|def {name}\b|class {name}\b|(?:from .*)?import .*\b{name}\b)", re.M
        )
        later = [other.position for other in evidence.cells[cell.position :] if defines.search(other.source)]
        if later:
            yield (
                f"Cell {cell.position} uses `{missing[1]}`, which only cell {later[0]} defines. Notebooks are run from "
                "top to bottom: «Restart and run all» shows what a reader gets."
            )
