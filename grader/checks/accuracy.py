"""Questions about accuracy, decided from labels that the trained model predicted, and only where that can be done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grader.checks.outcomes import fail, undecided
from grader.checks.submission import Submission
from grader.errors import AssignmentError
from grader.evidence.schema import Evaluation
from grader.toml import first_fault, read_toml

__all__ = ["Bar", "expect_bar", "read_bars"]


class Bar(BaseModel):
    """The accuracy that a correct solution reaches, and the runs of the reference that it comes from.

    The bar is the mean less three standard deviations of the reference over seeds, with the same data and budget.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: str
    dataset: str
    epochs: int
    accuracies: tuple[float, ...] = Field(min_length=2)
    seeds: tuple[int, ...]
    machine: str

    @property
    def value(self) -> float:
        """Mean − 3 standard deviations (of the sample)."""
        return float(np.mean(self.accuracies) - 3 * np.std(self.accuracies, ddof=1))


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


def expect_bar(submission: Submission, evaluations: Sequence[Evaluation], bar: Bar) -> None:
    """The model behind one of these evaluations reaches the bar on test images that grader drew."""
    run = submission.evidence.run
    if run.effort == "sketch":
        undecided("Not decided at effort sketch, which trains nothing to the end; --effort full decides it.")
    if run.dataset != bar.dataset:
        undecided(f"Decided on {bar.dataset} only; this run had the {run.dataset} data.")
    found = [pair for evaluation in evaluations if (pair := _measured(submission, evaluation)) is not None]
    if not found:
        undecided("The predictions of the trained model could not be recorded.")
    accuracy, images = max(found)
    # A slice of n images has an error of its own on top of that of the training.
    least = bar.value - 3 * float(np.sqrt(bar.value * (1 - bar.value) / images))
    if accuracy < least:
        fail(
            f"{bar.network} predicts {accuracy:.1%} of {images} test images right; trained by the protocol it "
            f"reaches {np.mean(bar.accuracies):.1%}, and at least {least:.1%} is asked for.",
            [submission.evidence.position(evaluations[-1].cell)],
        )


def _measured(submission: Submission, evaluation: Evaluation) -> tuple[float, int] | None:
    """Share of right labels and number of images; None where either side of the comparison is missing."""
    predicted, labels = evaluation.predicted, submission.test_labels
    if predicted is None or labels is None or not predicted.rows or len(predicted.rows) != len(predicted.classes):
        return None
    rows = np.asarray(predicted.rows)
    if rows.max() >= len(labels):
        return None
    return float(np.mean(labels[rows] == np.asarray(predicted.classes))), len(rows)
