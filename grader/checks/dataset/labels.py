"""Questions about labels: how they are encoded, and whether the loss takes them so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.checks.dataset.images import TEST_IMAGES, TRAINING_IMAGES
from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import Submission
from grader.evidence.schema import Arrays, Compile, Evaluation, Fit
from grader.evidence.values import LabelsGiven

__all__ = ["LabelsFound", "expect_encoded", "test_labels", "training_labels"]

_BELONG = 0.99


@dataclass(frozen=True)
class LabelsFound:
    """Labels as they were given to a network, or else held in a variable; `what` names the set for people."""

    what: str
    labels: LabelsGiven
    cell: int


def training_labels(submission: Submission) -> LabelsFound:
    """The labels that the first training was given; ends the check where there are none."""
    for fit in submission.evidence.of(Fit):
        if submission.is_training(fit.x) and fit.x.labels is not None:
            return LabelsFound("training labels", fit.x.labels, submission.evidence.position(fit.cell))
    return _from_variables(submission, "training labels", TRAINING_IMAGES)


def test_labels(submission: Submission) -> LabelsFound:
    """The labels of the test images that an evaluation was given, or a training for validation; else as above."""
    given = [(event.x, event.cell) for event in submission.evidence.of(Evaluation)]
    given += [(fit.validation, fit.cell) for fit in submission.evidence.of(Fit) if fit.validation is not None]
    for data, cell in given:
        if submission.is_test(data) and data.labels is not None:
            return LabelsFound("test labels", data.labels, submission.evidence.position(cell))
    return _from_variables(submission, "test labels", TEST_IMAGES)


def expect_encoded(submission: Submission, found: LabelsFound, classes: int) -> None:
    """The labels are one-hot vectors of so many classes, or class numbers that the losses of the notebook take."""
    labels = found.labels
    if labels.agree is not None and labels.agree < _BELONG:
        fail(f"Only {labels.agree:.0%} of the {found.what} belong to their image.", [found.cell])
    if labels.encoding == "one_hot" and labels.shape is not None and labels.shape[-1] == classes:
        return
    losses = list(_losses(submission))
    if labels.encoding == "sparse":
        if not losses:
            not_attempted(f"The {found.what} are class numbers, as they were loaded.")
        if not any(losses):
            fail(
                f"The {found.what} are class numbers, but no network has a loss that takes them; "
                f"expected vectors of {classes} with a 1 at the place of the class.",
                [found.cell],
            )
        return
    fail(f"{_described(found)} Expected a vector of {classes} for each image.", [found.cell])


def _losses(submission: Submission) -> Iterator[bool]:
    """Whether each loss that a network was compiled with takes class numbers."""
    for event in submission.evidence.of(Compile):
        yield event.loss.probe.get("sparse") is not None and "sparse" in event.loss.name.lower()


def _described(found: LabelsFound) -> str:
    shape = found.labels.shape or ()
    what = f"{found.what[0].upper()}{found.what[1:]}"
    if len(shape) == 3 and shape[1] == shape[2]:
        return f"{what} have the shape {shape}: vectors that were one-hot already were encoded once more."
    return f"{what} have the shape {shape}."


def _from_variables(submission: Submission, what: str, count: int) -> LabelsFound:
    """A variable that holds so many labels; the latest one-hot vectors, else the latest of any kind."""
    found = [
        LabelsFound(what, data.labels, submission.evidence.position(event.cell))
        for event in reversed(submission.evidence.of(Arrays))
        for data in event.variables.values()
        if data.labels is not None and data.labels.shape is not None and data.labels.shape[:1] == (count,)
    ]
    if not found:
        not_attempted(f"No {what} were found, neither given to a network nor in a variable.")
    return next((one for one in found if one.labels.encoding == "one_hot"), found[0])
