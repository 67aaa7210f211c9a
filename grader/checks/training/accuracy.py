"""Questions about accuracy, decided from labels that the trained model predicted, and only where that can be done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from grader.checks.outcomes import fail, undecided
from grader.checks.submission import Submission
from grader.errors import AssignmentError
from grader.evidence.schema import Evaluation, Prediction, Unverified, Verified
from grader.toml import first_fault, read_toml
from grader.verification.accuracy import Labels, Share, learned_by_heart, shares, trains_on_test
from grader.verification.results import predicted_classes

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
    """The model behind one of these trials on test images reaches the bar: on images that grader drew, or on all.

    What the model gave on the trusted side decides, where it was built again there; else what the kernel reported.
    """
    run = submission.evidence.run
    if run.effort == "sketch":
        undecided("Not decided at effort sketch, which trains nothing to the end; --effort full decides it.")
    if run.dataset != bar.dataset:
        undecided(f"Decided on {bar.dataset} only; this run had the {run.dataset} data.")
    measured = [_measured(submission, trial) for trial in trials]
    found = [pair for pair in measured if isinstance(pair, tuple)]
    doubts = [pair for pair in measured if isinstance(pair, str)]
    if not found and doubts:
        undecided(doubts[-1])
    if not found:
        undecided("The predictions of the trained model could not be recorded.")
    accuracy, images = max(found)
    # A slice of n images has an error of its own on top of that of the training.
    sampled = submission.labels is None or images < len(submission.labels.test)
    least = bar.value - (3 * float(np.sqrt(bar.value * (1 - bar.value) / images)) if sampled else 0.0)
    if accuracy < least and doubts:
        undecided(doubts[-1])
    if accuracy < least:
        fail(
            f"{bar.network} predicts {accuracy:.1%} of {images} test images right; {bar.words}, "
            f"and it takes at least {least:.1%} on so many images.",
            [submission.evidence.position(trials[-1].cell)],
        )


def _measured(submission: Submission, trial: Evaluation | Prediction) -> tuple[float, int] | str | None:
    """Share of right labels and number of images; or why a person should look; None where nothing is known."""
    if submission.labels is None:
        return None
    for event in submission.evidence.of(Verified):
        if trial.seq in event.trials:
            return _of_rebuilt(submission, submission.labels, event)
    for fault in submission.evidence.of(Unverified):
        if fault.fault and (fault.model, fault.weights) == (trial.model, trial.weights):
            return f"The trained model could not be tried again, by a fault of grader's own: {fault.reason}."
    return _of_kernel(trial, submission.labels.test)


def _of_rebuilt(submission: Submission, labels: Labels, event: Verified) -> tuple[float, int] | str | None:
    found = shares(event, labels)
    if found is None:
        return None
    if not event.faithful:
        return (
            "The model built again from its layers and weights gives other results than it gave in the notebook; "
            "a person should look at it."
        )
    openly = trains_on_test(submission.evidence, event.model)
    doubts = [] if openly or submission.evidence.run.dataset != "cifar10" else list(learned_by_heart(found))
    if doubts:
        return f"What the model was trained on is not clear: {doubts[0]}. A person should look at it."
    return found.test.value, found.test.images


def _of_kernel(trial: Evaluation | Prediction, labels: NDArray[np.int64]) -> tuple[float, int] | str | None:
    rows, classes = predicted_classes(trial)
    if not len(rows) or len(rows) != len(classes) or max(rows) >= len(labels):
        return None
    right = labels[list(rows)] == np.asarray(classes)
    mirrored = trial.predicted.mirrored if isinstance(trial, Evaluation) and trial.predicted is not None else ()
    if mirrored and len(mirrored) <= len(rows):
        again = labels[list(rows[: len(mirrored)])] == np.asarray(mirrored)
        pair, copies = (Share(float(part.mean()), len(mirrored)) for part in (right[: len(mirrored)], again))
        if pair.is_above(copies):
            return (
                f"The model is right on {pair} test images and on {copies.value:.1%} of the same in the mirror; "
                "a person should look at it."
            )
    return float(np.mean(right)), len(rows)
