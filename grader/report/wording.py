"""The words and numbers that all renderers share, so that a report says the same in every format."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from grader.report.model import Answer, AutoPoints, CheckReport, Claim, ExerciseReport, ManualPoints, Report, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CLAIMS",
    "HIDDEN_CHECK",
    "NEEDS_READING",
    "STATUSES",
    "Wording",
    "assignment",
    "cells",
    "claimed",
    "dataset",
    "effort",
    "explanation",
    "findings",
    "manual",
    "number",
    "of",
    "other_points",
    "pending_total",
    "seconds",
    "thousands",
    "written",
]


class Wording(NamedTuple):
    """A status in words, with a symbol beside it, also for terminals that know ASCII only."""

    words: str
    symbol: str
    ascii: str


STATUSES = {
    Status.PASSED: Wording("passed", "✓", "+"),
    Status.PARTIAL: Wording("partial", "◐", "~"),
    Status.FAILED: Wording("failed", "✗", "x"),
    Status.NOT_ATTEMPTED: Wording("not attempted", "○", "-"),
    Status.UNDECIDED: Wording("undecided", "?", "?"),
    Status.PENDING: Wording("pending", "…", "."),
    Status.ERROR: Wording("grader error", "!", "!"),
}

CLAIMS = {
    True: Wording("agrees", "✓", "+"),
    False: Wording("differs", "≠", "!="),
    None: Wording("open", "?", "?"),
}
"""How a number in a written answer stands to the run."""

_EFFORTS = {
    "sketch": "a few tiny training steps, accuracy is not decided",
    "short": "a few tiny training steps, then graded networks trained by grader itself",
    "full": "everything executed as handed in",
}

_DATASETS = {
    "cifar10": "the real CIFAR-10 images",
    "stand-in": "generated stand-in images, on which accuracy is not decided",
}

NEEDS_READING = frozenset({Status.PARTIAL, Status.FAILED, Status.UNDECIDED, Status.ERROR})
"""Statuses of a check that a reader wants explained. Not attempted explains itself."""

HIDDEN_CHECK = "This check is hidden: its details are not shown."


def assignment(report: Report) -> str:
    """Return the assignment's title, or its id where it has none."""
    return report.assignment_title or report.assignment


def effort(report: Report) -> str:
    """Return the effort with what it means: ``full: everything executed as handed in``."""
    return f"{report.effort}: {_EFFORTS[report.effort]}"


def dataset(report: Report) -> str:
    """Return the data set with what it means; an assignment may bring one of its own, which is only named."""
    meaning = _DATASETS.get(report.dataset)
    return report.dataset if meaning is None else f"{report.dataset}: {meaning}"


def explanation(check: CheckReport) -> str:
    """Return what a reader is told about a check; one that cost points and may not say why says that it is hidden."""
    if check.visibility == "hidden" and check.status is not Status.PASSED:
        return check.message or HIDDEN_CHECK
    return check.message


def findings(exercise: ExerciseReport) -> list[CheckReport]:
    """Return the checks of an exercise that a reader wants explained."""
    return [check for check in exercise.checks if check.status in NEEDS_READING]


def number(points: float) -> str:
    """Return points with at most two decimals: ``12``, ``2.5``, ``0.67``."""
    return f"{round(points, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def of(points: AutoPoints) -> str:
    """Return earned and possible points: ``9 / 12``."""
    return f"{number(points.earned)} / {number(points.possible)}"


def other_points(exercise: ExerciseReport) -> list[str]:
    """Return the points besides earned automatic ones: ``2 undecided``, ``4 pending``, ``3 / 4 manual``."""
    others = [f"{number(exercise.auto.undecided)} undecided"] if exercise.auto.undecided else []
    if exercise.manual.given is not None:
        others.append(f"{manual(exercise.manual)} manual")
    elif exercise.manual.possible:
        others.append(f"{number(exercise.manual.possible)} pending")
    return others


def manual(points: ManualPoints) -> str:
    """Return given and possible manual points: ``3 / 4``."""
    return f"{number(points.given or 0)} / {number(points.possible)}"


def pending_total(report: Report) -> float:
    """Return the manual points of the whole report that still wait for a person.

    Counted by exercise: a person may have given points for some of them already.
    """
    return sum(entry.manual.possible for entry in report.exercises if entry.manual.given is None)


def cells(positions: Iterable[int]) -> str:
    """Return ``cell 12`` or ``cells 3, 12``; nothing for no cells."""
    ordered = sorted(set(positions))
    if not ordered:
        return ""
    return ("cell " if len(ordered) == 1 else "cells ") + ", ".join(map(str, ordered))


def written(report: Report) -> list[tuple[str, Answer]]:
    """Return the written answers in order, each once, with the ids of the exercises that it answers."""
    found: dict[tuple[int, str], tuple[list[str], Answer]] = {}
    for exercise in report.exercises:
        for answer in exercise.answers:
            found.setdefault((answer.cell, answer.text), ([], answer))[0].append(exercise.id)
    return [(", ".join(exercises), answer) for exercises, answer in found.values()]


def claimed(claim: Claim) -> str:
    """Return a number of a written answer with what was found of it: ``252 378 parameters: model 2 has 252 378``."""
    return f"{claim.said} {claim.quantity}: {claim.finding}"


def thousands(count: int) -> str:
    """Return a count in groups of three digits: ``193 034``."""
    return f"{count:,}".replace(",", " ")


def seconds(duration: float) -> str:
    """Return a duration in seconds: ``4.2 s`` below a minute, ``12 min 5 s`` above."""
    if duration < 59.95:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s"
