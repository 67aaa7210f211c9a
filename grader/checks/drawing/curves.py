"""Questions about plotted training curves: whether they are those of the training in question."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import FitRun, Submission

__all__ = ["expect_curve"]

_WORDS = {
    "accuracy": "training accuracy",
    "val_accuracy": "validation accuracy",
    "loss": "training loss",
    "val_loss": "validation loss",
}


def expect_curve(submission: Submission, runs: Sequence[FitRun], quantity: str, network: str) -> None:
    """A plot shows ``accuracy``, ``val_accuracy``, ``loss`` or ``val_loss`` of one of these trainings."""
    if not runs:
        not_attempted(f"{network} was never trained, so there are no curves of it.")
    wanted = [values for run in runs if (values := run.curve(quantity))]
    curves = [
        (cell, y)
        for cell, axes in submission.axes
        for y in [*(line.y for line in axes.lines), *(points.y for points in axes.points)]
    ]
    if any(_equal(values, y) for values in wanted for _, y in curves):
        return
    if not wanted:
        fail(
            f"The history of {network} holds no {_WORDS[quantity]}, so it cannot be plotted.",
            _cells(submission, runs),
        )
    other = _other_run(submission, runs, quantity, curves)
    if other:
        cell, run = other
        trained = submission.evidence.position(run.asked.cell)
        fail(
            f"The plotted {_WORDS[quantity]} is that of the training in cell {trained}, not that of {network}.",
            [cell],
        )
    where = _cells_with(runs, curves)
    if not where:
        not_attempted(f"No plot shows the {_WORDS[quantity]} of {network}.")
    fail(
        f"No plot shows the {_WORDS[quantity]} of {network}; what is plotted of its history is "
        f"{' and '.join(_shown(runs, curves))}.",
        where,
    )


def _equal(values: Sequence[float | None], y: Sequence[float | None]) -> bool:
    """Whether a line shows these values, as they are or in per cent."""
    if len(values) != len(y) or not values:
        return False
    return any(
        all(
            (a is None and b is None)
            or (a is not None and b is not None and math.isclose(a * scale, b, rel_tol=1e-4, abs_tol=1e-6))
            for a, b in zip(values, y, strict=True)
        )
        for scale in (1.0, 100.0)
    )


def _other_run(
    submission: Submission,
    runs: Sequence[FitRun],
    quantity: str,
    curves: Iterable[tuple[int, Sequence[float | None]]],
) -> tuple[int, FitRun] | None:
    """A plot after the training that shows this quantity of another one."""
    ours = {run.asked.seq for run in runs}
    trained = max(submission.evidence.position(run.asked.cell) for run in runs)
    curves = list(curves)
    for run in submission.fits:
        if run.asked.seq not in ours:
            for cell, y in curves:
                if cell >= trained and _equal(run.curve(quantity), y):
                    return cell, run
    return None


def _cells_with(runs: Sequence[FitRun], curves: Iterable[tuple[int, Sequence[float | None]]]) -> list[int]:
    """Cells whose plots show anything of these trainings."""
    return sorted({cell for cell, y in curves for run in runs if any(_equal(v, y) for v in run.history.values())})


def _shown(runs: Sequence[FitRun], curves: Sequence[tuple[int, Sequence[float | None]]]) -> list[str]:
    return [
        words
        for quantity, words in _WORDS.items()
        if any(_equal(run.curve(quantity), y) for run in runs for _, y in curves)
    ]


def _cells(submission: Submission, runs: Sequence[FitRun]) -> list[int]:
    return [submission.evidence.position(run.asked.cell) for run in runs]
