"""Questions about accuracy, decided from labels that the trained model predicted, and only where that can be done."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grader.checks.outcomes import fail, undecided
from grader.checks.submission import Submission
from grader.checks.training.trained import expect_trained
from grader.evidence.schema import Evaluation, Prediction, Unverified, Verified
from grader.training import Bar
from grader.verification.accuracy import Labels, Share, learned_by_heart, shares, trains_on_test
from grader.verification.results import predicted_classes

__all__ = ["Bar", "expect_bar"]


def expect_bar(submission: Submission, trials: Sequence[Evaluation | Prediction], bar: Bar) -> None:
    """The model behind one of these trials on test images reaches the bar: on images that grader drew, or on all.

    What the model gave on the trusted side decides, where it was built again there; else what the kernel reported.
    """
    run = submission.evidence.run
    if run.effort == "sketch":
        undecided("Not decided at effort sketch, which trains nothing to the end; --effort short or full decides it.")
    if run.dataset != bar.dataset:
        undecided(f"Decided on {bar.dataset} only; this run had the {run.dataset} data.")
    if not bar.is_known and run.trains:
        undecided(f"The bar of {bar.network} is not known yet: `grader calibrate` finds it.")
    if run.effort == "short":
        expect_trained(submission, trials, bar)
        return
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
