"""The trainings that led to the weights which a notebook presents, over several fits, checkpoints and models.

Weights are followed by their checksum: a training that begins with the weights in which another one ended goes on with
it, whatever the model is called by then; one that begins with new weights is a fresh try.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from grader.checks.dataset.leaks import test_images_among
from grader.checks.outcomes import fail, not_attempted, undecided
from grader.checks.submission import FitRun, Submission
from grader.evidence.schema import Evaluation, Fit, FitEnd, Prediction, WeightsLoaded, WeightsSaved
from grader.models import Role

__all__ = [
    "Trial",
    "expect_completed",
    "expect_epochs_within",
    "expect_no_test_images",
    "expect_own_weights",
    "path_to",
    "path_to_presented",
    "paths_to_presented",
    "trials_of",
]

_LEAST_TRIED = 1000
"""Test images that a test of a network takes at least; a few are looked at for other reasons."""
_NEVER_STOP = frozenset(
    {
        "BackupAndRestore",
        "CSVLogger",
        "History",
        "LearningRateScheduler",
        "ModelCheckpoint",
        "ProgbarLogger",
        "ReduceLROnPlateau",
        "SwapEMAWeights",
        "TensorBoard",
    }
)
"""Callbacks of Keras that let all epochs be run."""

_OWN_LOOP = re.compile(r"\btrain_on_batch\b|\bGradientTape\b|\bapply_gradients\b")

Trial = Evaluation | Prediction


def trials_of(submission: Submission, role: Role, runs: Sequence[FitRun] | None = None) -> list[Trial]:
    """Where the role's model was tried on test images after a training; ends the check where it never was.

    `runs` are its trainings, where they are those of its members.
    """
    trained = [run.asked.seq for run in (submission.fits_of(role) if runs is None else runs)]
    if not trained:
        not_attempted(f"{role.network.name} was never trained.")
    events: list[Trial] = [*submission.of_role(Evaluation, role), *submission.of_role(Prediction, role)]
    many = [event for event in events if event.x.count is None or event.x.count >= _LEAST_TRIED]
    found = [event for event in many if not submission.is_training(event.x)]
    after = sorted((event for event in found if event.seq > trained[0]), key=lambda event: event.seq)
    if not after:
        not_attempted(f"{role.network.name} was not tried on the test images after it was trained.")
    return after


def expect_completed(submission: Submission, role: Role) -> None:
    """A training of the role's model came to its end."""
    runs = submission.fits_of(role)
    if not runs:
        not_attempted(f"{role.network.name} was never trained.")
    if not any(run.end is not None and run.end.status == "completed" for run in runs):
        cell = submission.evidence.cell(runs[-1].asked.cell)
        fail(
            f"The training of {role.network.name} did not come to its end"
            + (f": {cell.error}" if cell is not None and cell.error else "."),
            [submission.evidence.position(runs[-1].asked.cell)],
        )


@dataclass
class _Lineage:
    """What is known of weights at a moment: how each checksum came about, and which weights a model has."""

    paths: dict[int, tuple[FitRun, ...]]
    models: dict[int, int]


def path_to_presented(submission: Submission, role: Role) -> list[FitRun]:
    """The trainings, in order, that led to the weights with which the role's model was tested last.

    Where it was never tested, those that led to the last training's. Ends the check where it was never trained.
    """
    runs = submission.fits_of(role)
    if not runs:
        _never_trained(submission, role)
    tests: list[Trial] = [*submission.of_role(Evaluation, role), *submission.of_role(Prediction, role)]
    last = max(
        (test for test in tests if not submission.is_training(test.x) and test.seq > runs[0].asked.seq),
        key=lambda test: test.seq,
        default=None,
    )
    if last is not None:
        lineage = _until(submission, last.seq)
        path = lineage.paths.get(lineage.models.get(last.model, -1), ())
        if path:
            return list(path)
    lineage = _until(submission, None)
    end = runs[-1].end
    return list(lineage.paths.get(end.weights, ()) if end is not None else ()) or [runs[-1]]


def path_to(submission: Submission, trial: Trial) -> list[FitRun]:
    """The trainings, in order, that led to the weights with which a model was tried; empty where none is known."""
    lineage = _until(submission, trial.seq)
    return list(lineage.paths.get(lineage.models.get(trial.model, -1), ()))


def paths_to_presented(submission: Submission, role: Role) -> list[list[FitRun]]:
    """The same for each member of a model that puts several trained ones together; else one path."""
    if submission.fits_of(role):
        return [path_to_presented(submission, role)]
    others = [other for name, other in submission.roles.items() if name != role.network.name]
    first = max((other.snapshot.seq for other in others), default=0)
    played = {model for other in others for model in other.models}
    members: dict[int, FitRun] = {}
    for run in submission.fits:
        if run.asked.model not in played and first < run.asked.seq:
            members[run.asked.model] = run
    if not members:
        _never_trained(submission, role)
    lineage = _until(submission, None)
    ends = [(run, run.end.weights if run.end is not None else -1) for run in members.values()]
    return [list(lineage.paths.get(weights, ())) or [run] for run, weights in ends]


def _never_trained(submission: Submission, role: Role) -> NoReturn:
    for cell in submission.evidence.cells:
        if cell.kind == "code" and _OWN_LOOP.search(cell.source):
            undecided(
                f"{role.network.name} was trained by a loop of its own, if at all; what goes on there is not recorded.",
                [cell.position],
            )
    not_attempted(f"{role.network.name} was never trained.")


def _until(submission: Submission, end: int | None) -> _Lineage:
    """The lineage of all weights before the event `end`."""
    runs = {run.asked.seq: run for run in submission.fits}
    roles = submission.roles.values()
    played = {model for role in roles for model in role.models}
    counted = {run.asked.seq for role in roles for run in submission.fits_of(role)}
    known = _Lineage({}, {})
    training: dict[int, tuple[FitRun, ...]] = {}
    for event in submission.evidence.events:
        if end is not None and event.seq >= end:
            break
        if isinstance(event, Fit):
            path = known.paths.get(event.weights, ())
            # A training that got the model by mistake is no part of what the student did.
            astray = event.model in played and event.seq not in counted
            training[event.model] = path if astray else (*path, runs[event.seq])
        elif isinstance(event, FitEnd):
            known.paths[event.weights] = training.pop(event.model, ())
            known.models[event.model] = event.weights
        elif isinstance(event, WeightsSaved) and event.model in training:
            known.paths.setdefault(event.weights, training[event.model])
        elif isinstance(event, WeightsLoaded) and event.model is not None and event.weights is not None:
            known.models[event.model] = event.weights
    return known


def epochs_run(run: FitRun) -> int:
    """Epochs that a training went through: those in its history, or all asked for where the kernel ended with it."""
    if run.end is None:
        return run.epochs
    return max((len(values) for values in run.history.values()), default=0)


def expect_epochs_within(submission: Submission, runs: Sequence[FitRun], most: int) -> None:
    """These trainings, which go on with the same weights, have so many epochs in all at most."""
    counts = [epochs_run(run) for run in runs]
    if sum(counts) <= most:
        return
    cells = [submission.evidence.position(run.asked.cell) for run in runs]
    if not submission.evidence.run.trains and any(map(_may_stop, runs)):
        undecided(
            f"Up to {sum(counts)} epochs are asked for, at most {most} allowed. A callback may stop the training "
            "earlier, which only a whole training shows.",
            cells,
        )
    arithmetic = f"{' + '.join(map(str, counts))} = {sum(counts)}" if len(counts) > 1 else str(counts[0])
    goes_on = ", as each training goes on with the weights of the one before" if len(counts) > 1 else ""
    fail(f"Trained for {arithmetic} epochs{goes_on}; at most {most} are allowed.", cells)


def expect_no_test_images(submission: Submission, runs: Sequence[FitRun]) -> None:
    """None of these trainings was given images of the test set; such images for validation are remarked on."""
    for run in runs:
        place = submission.evidence.position(run.asked.cell)
        found = test_images_among(submission, run.asked.x)
        if found:
            fail(
                f"The training in cell {place} was given {found}. A network that has seen the test images shows how "
                "well it remembers them, not how well it recognises new ones: such a model is not counted.",
                [place],
            )
        if run.asked.validation is not None and submission.is_test(run.asked.validation):
            submission.remark(
                f"The test images serve as validation data in cell {place}. It costs nothing here, but whoever chooses "
                "a model by them has no untouched images left to judge it."
            )


def expect_own_weights(submission: Submission, role: Role) -> None:
    """No weights of the role's model come from a file that this run did not write."""
    for event in submission.evidence.of(WeightsLoaded):
        if event.written or not _concerns(submission, event, role):
            continue
        place = submission.evidence.position(event.cell)
        fail(
            f"In cell {place} weights were to be read from «{event.file}», which this run had not written. "
            "What a model can do counts only as far as the notebook trains it.",
            [place],
        )


def _concerns(submission: Submission, event: WeightsLoaded, role: Role) -> bool:
    """Whether reading a file gave the role's model its weights, or would have and ended the cell with an error."""
    if event.weights is not None:
        return event.model in role.models
    cell = submission.evidence.cell(event.cell)
    if cell is None or cell.error is None:
        return False  # a notebook that goes on without the file has no weights of it
    if event.model is not None:
        return event.model in role.models
    return submission.evidence.position(event.cell) >= role.position


def _may_stop(run: FitRun) -> bool:
    return any(callback.name not in _NEVER_STOP for callback in run.asked.callbacks)
