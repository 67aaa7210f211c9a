"""Questions about repeated runs: whether each starts from weights of its own, and what is said of their results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from grader.checks.outcomes import fail, not_attempted, partial, undecided
from grader.checks.submission import FitRun, Submission, is_accuracy
from grader.checks.text import Shown, shown_numbers
from grader.evidence.schema import Evaluation, Numbers, Prediction
from grader.models import Role

__all__ = ["Trial", "expect_deviation", "expect_fresh_runs", "expect_mean", "trials_of"]

Start = Literal["fresh", "continued", "same"]
Statistic = Callable[[Sequence[float]], list[float]]
_FEWEST = 2
"""Runs that have a standard deviation at all."""
_NEAR = 1e-4
_END = float("inf")
_UNBUILT = 0
"""Checksum of the weights of a network that has none yet."""


@dataclass(frozen=True)
class Trial:
    """One training of a network, and the accuracy on test images that came of it (None where none was recorded).

    `start` says where its weights came from: drawn anew, left by a training before it, or those that another training
    had started from.
    """

    run: FitRun
    start: Start
    accuracy: float | None
    predicted: bool
    """Whether test images were predicted, from which an accuracy can be worked out."""


def trials_of(submission: Submission, role: Role) -> list[Trial]:
    """The trainings of a network in order."""
    runs = submission.fits_of(role)
    starts: set[int] = set()
    ends: set[int] = set()
    found = []
    for number, run in enumerate(runs):
        start = _start(run, starts, ends)
        starts.add(run.asked.weights)
        if run.end is not None:
            ends.add(run.end.weights)
        later = [other.asked for other in runs[number + 1 :]]
        again = min((fit.seq for fit in later if fit.model == run.asked.model), default=_END)
        # What is evaluated may be another object, such as the best state of the network, read from a file.
        copies = role.models - {other.asked.model for other in runs}
        following = min((fit.seq for fit in later), default=_END)
        spans = [(frozenset({run.asked.model}), again), (copies, following)]
        found.append(_trial(submission, run, start, spans))
    return found


def _start(run: FitRun, starts: Collection[int], ends: Collection[int]) -> Start:
    """Where the weights of a training came from, given those that earlier ones started from and left."""
    weights = run.asked.weights
    if weights == _UNBUILT:
        # Drawn in the training itself. From one seed the same come of it, and so do the same in the end.
        return "same" if run.end is not None and run.end.weights in ends else "fresh"
    return "continued" if weights in ends else "same" if weights in starts else "fresh"


def _trial(submission: Submission, run: FitRun, start: Start, spans: Sequence[tuple[frozenset[int], float]]) -> Trial:
    """The training with its result: that of the first models on test images up to an event, else of the next ones."""

    def about(event: Evaluation | Prediction, span: tuple[frozenset[int], float]) -> bool:
        models, until = span
        return event.model in models and run.asked.seq < event.seq < until and submission.is_test(event.x)

    measured = [
        value
        for span in spans
        for event in submission.evidence.of(Evaluation)
        if about(event, span)
        for name, value in event.values.items()
        if value is not None and is_accuracy(name)
    ]
    predicted = any(about(event, span) for span in spans for event in submission.evidence.of(Prediction))
    validation = run.asked.validation
    if not measured and not predicted and validation is not None and submission.is_test(validation):
        measured = [value for value in run.curve("val_accuracy")[-1:] if value is not None]
    return Trial(run, start, measured[0] if measured else None, predicted)


def expect_fresh_runs(submission: Submission, role: Role, least: int) -> None:
    """The network is trained that many times or more, each time from weights drawn anew."""
    trials = trials_of(submission, role)
    if not trials:
        not_attempted(f"{role.network.name} was never trained.")
    fresh = [trial for trial in trials if trial.start == "fresh"]
    if len(fresh) >= least:
        return
    cells = [submission.evidence.position(trial.run.asked.cell) for trial in trials]
    if len(trials) < _FEWEST <= least:
        not_attempted(f"{role.network.name} was trained once; {least} runs are asked for.")
    continued = sum(trial.start == "continued" for trial in trials)
    same = sum(trial.start == "same" for trial in trials)
    parts = [
        f"{role.network.name} was trained {len(trials)} times; {least} runs with weights of their own are asked for."
    ]
    if continued:
        parts.append(
            f"{continued} of the trainings started from the weights that a training before had left: "
            "they go on with it, and compiling again does not change weights."
        )
    if same:
        parts.append(
            f"{same} of the trainings started from the very weights that another one had started from, so the runs "
            "do not show what the random start makes of the result."
        )
    share = 0.0 if len(fresh) < _FEWEST else len(fresh) / least
    partial(share, " ".join(parts), cells)


def expect_mean(submission: Submission, role: Role) -> None:
    """The mean of the test accuracies of repeated runs is shown or held."""
    _expect(submission, role, "mean", lambda values: [float(np.mean(values))])


def expect_deviation(submission: Submission, role: Role) -> None:
    """Their standard deviation is shown or held, of the sample or of the runs as all there are."""
    _expect(
        submission,
        role,
        "standard deviation",
        lambda values: [float(np.std(values)), float(np.std(values, ddof=1))],
    )


def _expect(submission: Submission, role: Role, words: str, figures: Statistic) -> None:
    trials = trials_of(submission, role)
    if len(trials) < _FEWEST:
        not_attempted(f"{role.network.name} was not trained repeatedly, so there is no {words} over runs.")
    first = submission.evidence.position(trials[0].run.asked.cell)
    said = list(_said(submission, first))
    tested = [(trial.run.asked.cell, trial.accuracy) for trial in trials]
    groups = [*_groups(tested), *_held_lists(submission, trials)]
    if any(_is_said(figure, said) for group in groups for figure in figures(group)):
        return
    cells = [submission.evidence.position(trials[-1].run.asked.cell)]
    validated = [(trial.run.asked.cell, value) for trial in trials for value in trial.run.curve("val_accuracy")[-1:]]
    if any(_is_said(figure, said) for group in _groups(validated) for figure in figures(group)):
        fail(f"The {words} shown is that of the validation accuracies; expected that of the test accuracies.", cells)
    if not groups and len(_predicted_only(trials)) >= _FEWEST:
        undecided(
            f"The test accuracies were worked out from predictions, and no list of them was found, so their {words} "
            "cannot be compared.",
            cells,
        )
    if not groups:
        fail(
            f"The networks of the runs were not evaluated on the test images, so the {words} is of something else.",
            cells,
        )
    shown = ", ".join(f"{value:.4f}" for value in groups[0])
    fail(f"The {words} of the test accuracies ({shown}) was found neither in an output nor in a variable.", cells)


def _predicted_only(trials: Sequence[Trial]) -> list[Trial]:
    """The trainings whose test accuracy was worked out from predictions, where it was."""
    return [trial for trial in trials if trial.accuracy is None and trial.predicted]


def _groups(results: Sequence[tuple[int, float | None]]) -> list[list[float]]:
    """The results, each with its cell, that may be meant by «the runs»: those of a cell, all, all but the first."""
    by_cell: dict[int, list[float]] = {}
    for cell, value in results:
        if value is not None:
            by_cell.setdefault(cell, []).append(value)
    everything = [value for values in by_cell.values() for value in values]
    groups = [*by_cell.values(), everything, everything[1:]]
    return [group for group in groups if len(group) >= _FEWEST]


def _held_lists(submission: Submission, trials: Sequence[Trial]) -> list[list[float]]:
    """Variables that hold several of the test accuracies, as they are or in per cent.

    Where these were worked out from predictions and so are not known, lists of as many shares as there are such runs.
    """
    known = [trial.accuracy for trial in trials if trial.accuracy is not None]
    unknown = len(_predicted_only(trials))
    found = []
    for event in submission.evidence.of(Numbers):
        for values in event.variables.values():
            if len(values) < _FEWEST or event.seq < trials[0].run.asked.seq:
                continue
            scaled = [value / 100 for value in values] if max(values) > 1 else list(values)
            measured = all(any(abs(value - one) < _NEAR for one in known) for value in scaled)
            if measured or (len(values) == unknown and all(0 <= value <= 1 for value in scaled)):
                found.append(scaled)
    return found


def _said(submission: Submission, first: int) -> Iterable[Shown]:
    """The numbers shown or held from a cell on."""
    for cell in submission.cells(first, len(submission.evidence.cells)):
        yield from shown_numbers(submission.printed(cell))
    for place, axes in submission.axes:
        if place >= first:
            for text in (axes.title, axes.xlabel, axes.ylabel, *axes.legend, *axes.texts, *axes.ticks):
                yield from shown_numbers(text)
    for event in submission.evidence.of(Numbers):
        if submission.evidence.position(event.cell) >= first:
            yield from (Shown(value, None) for values in event.variables.values() for value in values)


def _is_said(value: float, said: Iterable[Shown]) -> bool:
    """Whether the value is among the numbers, rounded to two decimals or more, or in per cent to one or more."""
    return any(one.rounds(value, least=2) or one.rounds(100 * value, least=1) for one in said)
