"""Written answers as a report shows them: with the question they answer, and figures in them beside the evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from grader.assignments import Exercise
from grader.checks import Submission
from grader.checks.claims import Claim, claims_in
from grader.checks.structure.counts import known_count
from grader.checks.submission import is_accuracy
from grader.evidence.schema import Evaluation
from grader.intake import WrittenAnswer
from grader.report import model as report

__all__ = ["AnswersGiven", "answer", "placed"]

AnswersGiven = Mapping[str, Sequence[WrittenAnswer]]
"""Written answers by exercise."""

_REPRODUCED = 0.03
"""Two trainings of one network may differ by this much in accuracy."""


def placed(submission: Submission, loose: Iterable[WrittenAnswer]) -> dict[str, list[WrittenAnswer]]:
    """Answers that stand under no heading, by exercise: those about the network that was built last before them."""
    roles = sorted(submission.roles.values(), key=lambda role: role.position)
    found: defaultdict[str, list[WrittenAnswer]] = defaultdict(list)
    for one in loose:
        before = [role for role in roles if role.position < one.cell]
        for exercise in before[-1].network.exercises if before else ():
            found[exercise].append(one)
    return found


def answer(submission: Submission, exercise: Exercise, given: WrittenAnswer) -> report.Answer:
    """The answer with its question, or the exercise's title for want of one, and its claims."""
    return report.Answer(
        cell=given.cell,
        question=given.question or exercise.title,
        text=given.text,
        claims=tuple(_compared(submission, claim) for claim in claims_in(given.text)),
    )


def _compared(submission: Submission, claim: Claim) -> report.Claim:
    agrees, finding = (_parameters if claim.quantity == "parameters" else _accuracy)(submission, claim)
    return report.Claim(quantity=claim.quantity, said=claim.said, finding=finding, agrees=agrees)


def _parameters(submission: Submission, claim: Claim) -> tuple[bool, str]:
    known = known_count(submission, claim)
    return known is not None, known or "no model of this notebook has so many"


def _accuracy(submission: Submission, claim: Claim) -> tuple[bool | None, str]:
    """Whether a training or an evaluation gave that accuracy; open where accuracies are made up, or nearly agree."""
    if not submission.evidence.run.trains:
        return None, "not run at this effort"
    measured = list(_accuracies(submission))
    if not measured:
        return None, "no accuracy was measured in this run"
    middle = (claim.low + claim.high) / 2
    value, where = min(measured, key=lambda pair: abs(pair[0] - middle))
    if claim.covers(value):
        return True, f"{where} gave {value:.2%}"
    nearly = abs(value - middle) <= _REPRODUCED
    return (None if nearly else False), f"{where} gave {value:.2%} in this run"


def _accuracies(submission: Submission) -> Iterable[tuple[float, str]]:
    """Accuracies of evaluations and of all epochs, with the cell that gave them."""
    for event in submission.evidence.of(Evaluation):
        where = f"the evaluation in cell {submission.evidence.position(event.cell)}"
        yield from ((value, where) for name, value in event.values.items() if is_accuracy(name) and value is not None)
    for run in submission.fits:
        where = f"the training in cell {submission.evidence.position(run.asked.cell)}"
        for quantity in ("val_accuracy", "accuracy"):
            yield from ((value, where) for value in run.curve(quantity) if value is not None)
