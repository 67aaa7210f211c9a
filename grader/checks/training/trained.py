"""Questions about accuracy at effort ``short``: decided from trainings that grader did itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NoReturn

from grader.checks.outcomes import fail, undecided
from grader.checks.submission import Submission
from grader.checks.training.weights_path import Trial, path_to
from grader.evidence.schema import Trained
from grader.training import Bar, Wish
from grader.training.bars import ATTEMPTS, DEVIATIONS
from grader.training.recipe import MOST_PARTS

__all__ = ["expect_trained"]

_MOST = 3
"""Trainings of one bar that are worth their time; those behind the last trials go first."""
_USUAL_DEVIATION = 0.01
"""Standard deviation over seeds where none was measured."""
_DECIDES = "--effort full decides it."


def expect_trained(submission: Submission, trials: Sequence[Trial], bar: Bar) -> None:
    """A model behind one of these trials reaches the bar when grader trains it.

    Where nothing was trained yet, that is wished for.
    """
    paths = _paths(submission, trials)
    if not paths:
        undecided(f"Which trainings led to {bar.network} is not known, or they are more than {MOST_PARTS}. {_DECIDES}")
    wanted = [Wish(bar, path) for path in paths]
    events = [event for event in submission.evidence.of(Trained) if event.network == bar.network]
    found = [event for wish in wanted for event in events if event.fits == wish.fits]
    if not found:
        submission.wishes += wanted
        undecided(f"{bar.network} was not trained; {_DECIDES}")
    if any(_has_passed(bar, event) for event in found):
        return
    # What says least against the notebook comes first.
    for event in sorted(found, key=lambda event: _is_decided(bar, event)):
        _tell(submission, bar, event)


def _paths(submission: Submission, trials: Sequence[Trial]) -> list[tuple[int, ...]]:
    """The trainings behind each trial, by `seq`, each path once and the last one first."""
    paths = (tuple(run.asked.seq for run in path_to(submission, trial)) for trial in reversed(trials))
    return [path for path in dict.fromkeys(paths) if 0 < len(path) <= MOST_PARTS][:_MOST]


def _has_passed(bar: Bar, event: Trained) -> bool:
    return any(accuracy >= bar.after(event.budget) for accuracy in event.accuracies)


def _is_decided(bar: Bar, event: Trained) -> bool:
    """Whether a miss is one of the network's, and not of the budget, of chance or of what could not be trained."""
    return len(event.accuracies) >= ATTEMPTS and not event.obstacles and all(_counts(bar, event))


def _counts(bar: Bar, event: Trained) -> Iterator[bool]:
    """For each training of the network, whether it was enough to tell that the bar is out of reach."""
    damning = bar.damning(event.recipe, event.budget, event.batch_size, event.images)
    for ended, accuracy in zip(event.ended, event.accuracies, strict=False):
        whole = ended == "complete" and accuracy < bar.value - _slack(bar)
        cut = ended == "steps" and damning is not None and accuracy < damning
        yield whole or cut or ended == "diverged"


def _slack(bar: Bar) -> float:
    """By how much a whole training may miss a figure that the course names, as chance may have it."""
    if bar.named is None:
        return 0.0
    return DEVIATIONS * (_USUAL_DEVIATION if bar.whole is None else bar.whole.sd)


def _tell(submission: Submission, bar: Bar, event: Trained) -> NoReturn:
    place = submission.evidence.position(event.cell)
    if not event.accuracies:
        why = event.obstacles[0] if event.obstacles else "nothing is known of it"
        undecided(f"grader could not train {bar.network} itself: {why}. {_DECIDES}", [place])
    best, steps = max(event.accuracies), max(event.steps)
    reached = f"Trained by grader for {steps} steps, {bar.network} recognises {best:.1%} of the test images"
    if _is_decided(bar, event):
        fail(f"{reached}, the better of {len(event.accuracies)} tries; {_expected(bar, event)}.", [place])
    why = _ENDED[event.ended[-1]] if not event.obstacles else f"what was left out: {event.obstacles[0]}"
    undecided(f"{reached}; {_expected(bar, event)}. That decides nothing yet ({why}); {_DECIDES}", [place])


def _expected(bar: Bar, event: Trained) -> str:
    calibrated = bar.comparable(event.budget, event.batch_size, event.images)
    if calibrated is None:
        return bar.words
    words = f"the reference reaches {calibrated.mean:.1%} in as many, and passed is what reaches {calibrated.least:.1%}"
    damning = bar.damning(event.recipe, event.budget, event.batch_size, event.images)
    if _is_decided(bar, event) and damning is not None and damning < calibrated.least:
        return f"{words}; in a fifth of them it reaches {damning:.1%} already"
    return words


_ENDED = {
    "reached": "the bar was another one then",
    "complete": "the miss is within chance",
    "steps": "more steps may reach it, as it is not trained as the reference is",
    "seconds": "the time was over",
    "hopeless": "this machine is too slow for it",
    "diverged": "from another seed it may not diverge",
    "refused": "it could not begin",
}
