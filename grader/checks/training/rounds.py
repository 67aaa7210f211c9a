"""Questions about trainings in several rounds: early stopping, what is watched, and learning rates that go down."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.checks.outcomes import fail
from grader.checks.submission import FitRun, Submission, is_accuracy
from grader.checks.text import shows_value
from grader.evidence.schema import Evaluation, Remark, WeightsLoaded
from grader.evidence.values import CompileSettings

__all__ = [
    "expect_accuracy_shown",
    "expect_early_stopping",
    "expect_watched",
    "lineages",
    "optimizer_fault",
    "rate_of",
    "rates_of",
]

_NEAR = 0.01
_IGNORED_RATE = "set optimizer.lr"
"""Key of the kernel's remark that an assignment to `optimizer.lr` had no effect."""


def optimizer_fault(settings: CompileSettings, rate: float) -> str | None:
    """What is wrong with the learning rate; None if nothing is, or if it follows a schedule."""
    found = settings.optimizer.learning_rate if settings.optimizer else None
    if found is None or math.isclose(found, rate, rel_tol=_NEAR):
        return None
    return f"The learning rate is {found:g}, expected {rate:g}."


def expect_early_stopping(submission: Submission, runs: Sequence[FitRun]) -> None:
    """One of the trainings has early stopping that watches the validation data."""
    stoppers = [(run, one) for run in runs for one in run.asked.callbacks if "earlystop" in one.name.lower()]
    last = submission.evidence.position(runs[-1].asked.cell)
    if not stoppers:
        found = ", ".join(one.name for one in runs[-1].asked.callbacks) or "none"
        fail(
            f"Callbacks of the training: {found}. Expected early stopping, so that a large number of epochs does not "
            "mean that the network learns its images by heart.",
            [last],
        )
    if not any((one.monitor or "val_loss").startswith("val") for _, one in stoppers):
        fail(
            f"Early stopping watches {stoppers[-1][1].monitor}, which is of the training images and hardly ever gets "
            "worse; expected a value of the validation data.",
            [submission.evidence.position(stoppers[-1][0].asked.cell)],
        )


def expect_watched(submission: Submission, runs: Sequence[FitRun]) -> None:
    """One of the trainings has validation data, and they are no test images."""
    for run in runs:
        data = run.asked.validation
        if (data is not None and not submission.is_test(data)) or (data is None and run.asked.validation_split):
            return
    run = runs[-1]
    cell = submission.evidence.position(run.asked.cell)
    if run.asked.validation is None:
        fail("Trained without validation data; expected the last 10 000 training examples.", [cell])
    fail(
        "The test images serve as validation data. Early stopping then picks the weights by them, and no untouched "
        "images are left for the final evaluation; expected the last 10 000 training examples.",
        [cell],
    )


def expect_accuracy_shown(submission: Submission, evaluations: Sequence[Evaluation]) -> None:
    """The accuracy of one of these evaluations is shown in an output."""
    for evaluation in evaluations:
        first = submission.evidence.position(evaluation.cell)
        texts = [submission.printed(cell) for cell in submission.cells(first, len(submission.evidence.cells))]
        texts += [text for _, axes in submission.axes for text in (axes.title, *axes.texts)]
        values = [value for name, value in evaluation.values.items() if is_accuracy(name) and value is not None]
        if not values or any(shows_value(text, value) for text in texts for value in values):
            return
    fail(
        "The accuracy on the test images is not shown in any output.",
        [submission.evidence.position(evaluations[-1].cell)],
    )


def lineages(submission: Submission, runs: Sequence[FitRun]) -> list[list[FitRun]]:
    """The trainings, those of the same weights together: each goes on where another one ended.

    A model may be wrapped anew between two trainings, and go on from a checkpoint that was written in one of them.
    """
    loads = submission.evidence.of(WeightsLoaded)
    read = {load.weights for load in loads if load.written and load.weights is not None}
    found: list[list[FitRun]] = []
    for run in runs:
        for lineage in reversed(found):
            last = lineage[-1]
            same_object = last.asked.model == run.asked.model
            same_weights = last.end is not None and last.end.weights == run.asked.weights
            if same_object or same_weights or run.asked.weights in read:
                lineage.append(run)
                break
        else:
            found.append([run])
    return found


def rate_of(run: FitRun) -> float | None:
    """The learning rate at the start of a training."""
    compiled = run.asked.compiled
    return compiled.optimizer.learning_rate if compiled is not None and compiled.optimizer is not None else None


def rates_of(lineage: Sequence[FitRun]) -> list[float]:
    """The learning rates of trainings in order, equal neighbours as one."""
    rates: list[float] = []
    for run in lineage:
        rate = rate_of(run)
        if rate is not None and not (rates and math.isclose(rates[-1], rate, rel_tol=_NEAR)):
            rates.append(rate)
    return rates


def ignored_assignment(submission: Submission) -> bool:
    """Whether the notebook assigned to `optimizer.lr`, which Keras ignores."""
    return any(remark.key == _IGNORED_RATE for remark in submission.evidence.of(Remark))
