"""Questions about accuracy, decided from labels that the trained model predicted, and only where that can be done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from grader.checks.outcomes import fail, undecided
from grader.checks.submission import Submission
from grader.errors import AssignmentError
from grader.evidence.schema import Evaluation, Prediction
from grader.toml import first_fault, read_toml

__all__ = ["Bar", "expect_bar", "read_bars"]


class Bar(BaseModel):
    """The accuracy that a solution has to reach: one that the course names, or what the reference reaches.

    The latter is the mean less three standard deviations over seeds, with the same data and budget.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: str
    dataset: str
    named: float | None = Field(default=None, gt=0, lt=1)
    """The share of right answers that the course asks for; what follows is then left out."""
    epochs: int = 0
    accuracies: tuple[float, ...] = ()
    seeds: tuple[int, ...] = ()
    machine: str = ""

    @model_validator(mode="after")
    def _has_a_source(self) -> Bar:
        if self.named is None and len(self.accuracies) < 2:
            raise ValueError(f"the bar of {self.network} is neither named nor measured on two runs or more")
        return self

    @property
    def value(self) -> float:
        """As named, else mean − 3 standard deviations (of the sample)."""
        if self.named is not None:
            return self.named
        return float(np.mean(self.accuracies) - 3 * np.std(self.accuracies, ddof=1))

    @property
    def words(self) -> str:
        """Where the bar comes from, as a clause."""
        if self.named is not None:
            return f"the assignment asks for {self.named:.0%}"
        return f"trained by the protocol it reaches {np.mean(self.accuracies):.1%}"


def read_bars(file: Path) -> dict[str, Bar]:
    """The bars of an assignment by network.

    Raises:
        AssignmentError: if the file is not as `Bar` says.
    """
    try:
        bars = [Bar.model_validate(entry) for entry in read_toml(file).get("bars", ())]
    except ValidationError as error:
        raise AssignmentError(f"{file}: {first_fault(error)}") from None
    return {bar.network: bar for bar in bars}


def expect_bar(submission: Submission, trials: Sequence[Evaluation | Prediction], bar: Bar) -> None:
    """The model behind one of these trials on test images reaches the bar: on images that grader drew, or on all."""
    run = submission.evidence.run
    if run.effort == "sketch":
        undecided("Not decided at effort sketch, which trains nothing to the end; --effort full decides it.")
    if run.dataset != bar.dataset:
        undecided(f"Decided on {bar.dataset} only; this run had the {run.dataset} data.")
    found = [pair for trial in trials if (pair := _measured(submission, trial)) is not None]
    if not found:
        undecided("The predictions of the trained model could not be recorded.")
    accuracy, images = max(found)
    # A slice of n images has an error of its own on top of that of the training.
    sampled = images < len(submission.test_labels) if submission.test_labels is not None else True
    least = bar.value - (3 * float(np.sqrt(bar.value * (1 - bar.value) / images)) if sampled else 0.0)
    if accuracy < least:
        fail(
            f"{bar.network} predicts {accuracy:.1%} of {images} test images right; {bar.words}, "
            f"and it takes at least {least:.1%} on so many images.",
            [submission.evidence.position(trials[-1].cell)],
        )


def _measured(submission: Submission, trial: Evaluation | Prediction) -> tuple[float, int] | None:
    """Share of right labels and number of images; None where either side of the comparison is missing."""
    labels = submission.test_labels
    rows, classes = _predicted(trial)
    if labels is None or not len(rows) or len(rows) != len(classes) or max(rows) >= len(labels):
        return None
    return float(np.mean(labels[list(rows)] == np.asarray(classes))), len(rows)


def _predicted(trial: Evaluation | Prediction) -> tuple[Sequence[int], Sequence[int]]:
    """Rows of the test set, and the classes predicted for them."""
    if isinstance(trial, Evaluation):
        return (trial.predicted.rows, trial.predicted.classes) if trial.predicted is not None else ((), ())
    runs = trial.x.rows.runs if trial.x.rows is not None else ()
    if [name for name, _, _ in runs] != ["test"]:
        return (), ()
    return range(runs[0][1], runs[0][2]), trial.classes or ()
