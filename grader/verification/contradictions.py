"""What a run reports and what cannot be so: facts for a person to look at, found where no honest notebook has a cause.

Each finding is a `Tampering` event at the place of the event that it contradicts. Whatever a student's own class,
metric or callback may bring about is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from grader.evidence import Evidence
from grader.evidence.schema import Event, ModelSnapshot, Tampering
from grader.models.arithmetic import contradictions as of_arithmetic
from grader.verification.accuracy import Labels
from grader.verification.results import contradictions as of_results
from grader.verification.training import contradictions as of_training

__all__ = ["with_contradictions"]


def with_contradictions(evidence: Evidence, labels: Labels | None) -> Evidence:
    """The evidence with an event for each contradiction in it.

    Args:
        evidence: of a run.
        labels: of the data set that was served; without them only what needs none is looked at.
    """
    found = [*_found(evidence, labels)]
    if not found:
        return evidence
    events: list[Event] = sorted([*evidence.events, *found], key=lambda event: event.seq)
    return evidence.model_copy(update={"events": tuple(events)})


def _found(evidence: Evidence, labels: Labels | None) -> Iterator[Tampering]:
    for snapshot in evidence.of(ModelSnapshot):
        for words in of_arithmetic(snapshot):
            yield _tampering(snapshot, "layers and their parameters do not fit", words)
    for event, words in of_training(evidence):
        yield _tampering(event, "a training and its record do not fit", words)
    if labels is not None:
        for event, words in of_results(evidence, labels):
            yield _tampering(event, "a model and its results do not fit", words)


def _tampering(event: Event, what: str, words: str) -> Tampering:
    return Tampering(seq=event.seq, cell=event.cell, kind="tampering", what=what, detail=words)
