"""Results that a kernel reported beside those of the same model built again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.evidence import Evidence
from grader.evidence.schema import Compile, Evaluation, Event, ModelSnapshot, Prediction, Verified
from grader.models.arithmetic import PLAIN_MODELS
from grader.verification.accuracy import (
    DEVIATIONS,
    Labels,
    Shares,
    learned_by_heart,
    shares,
    standard_error,
    trains_on_test,
)

__all__ = ["contradictions", "predicted_classes"]

_ROUNDING = 0.03
"""Share of images for which another processor may come to another class."""
_FEWEST = 100
_NEARLY = 0.01


def contradictions(evidence: Evidence, labels: Labels) -> Iterator[tuple[Event, str]]:
    """Events about models that were built again and that do not fit what these give, each with what does not fit.

    What a class of the student's own reports may be meant so.
    """
    trials = {event.seq: event for event in evidence.events if isinstance(event, (Evaluation, Prediction))}
    plain = {(s.model, s.version) for s in evidence.of(ModelSnapshot) if s.cls in PLAIN_MODELS}
    for verified in evidence.of(Verified):
        found = shares(verified, labels)
        if found is None or not verified.faithful:
            continue
        # The stand-in has shapes of which some are others in the mirror.
        if evidence.run.dataset == "cifar10" and trains_on_test(evidence, verified.model) is False:
            yield from (
                (verified, f"the model was not trained on test images; {why}") for why in learned_by_heart(found)
            )
        if (verified.model, verified.version) not in plain:
            continue
        for trial in (trials[seq] for seq in verified.trials if seq in trials):
            yield from ((trial, words) for words in _other_classes(trial, verified))
            if isinstance(trial, Evaluation) and _is_plain(evidence, trial, len(labels.test)):
                yield from ((trial, words) for words in _other_accuracy(trial, found))


def predicted_classes(trial: Evaluation | Prediction) -> tuple[Sequence[int], Sequence[int]]:
    """Rows of the test set, and the classes that the kernel reported for them."""
    if isinstance(trial, Evaluation):
        return (trial.predicted.rows, trial.predicted.classes) if trial.predicted is not None else ((), ())
    runs = trial.x.rows.runs if trial.x.rows is not None else ()
    if [name for name, _, _ in runs] != ["test"]:
        return (), ()
    return range(runs[0][1], runs[0][2]), trial.classes or ()


def _other_classes(trial: Evaluation | Prediction, verified: Verified) -> Iterator[str]:
    if isinstance(trial, Prediction) and trial.via == "call":
        return  # a model that is called as a function may work as in training without being told so
    reported = dict(zip(*predicted_classes(trial), strict=False))
    both = [(reported[row], one) for row, one in zip(verified.rows, verified.classes, strict=False) if row in reported]
    differ = sum(one != other for one, other in both)
    if len(both) >= _FEWEST and differ / len(both) > _ROUNDING + DEVIATIONS * standard_error(_ROUNDING, len(both)):
        yield (
            f"for {differ} of {len(both)} test images another class was reported than the model gives that was built "
            "again from its layers and weights"
        )


def _is_plain(evidence: Evidence, trial: Evaluation, images: int) -> bool:
    """Whether the accuracy that an evaluation gives is that of all test images with their labels, by Keras's metric."""
    compiled = [event for event in evidence.of(Compile) if event.model == trial.model and event.seq < trial.seq]
    rows, given = trial.x.rows, trial.x.labels
    if not compiled or not compiled[-1].plain_accuracy or rows is None or given is None or given.agree is None:
        return False
    return (
        trial.x.whole and rows.count == rows.test == rows.distinct == images and given.agree == 1 and not rows.altered
    )


def _other_accuracy(trial: Evaluation, found: Shares) -> Iterator[str]:
    for name in ("accuracy", "acc"):
        value = trial.values.get(name)
        if value is not None and abs(value - found.test.value) > _NEARLY + DEVIATIONS * found.test.error:
            yield f"{name} {value:.4f} was reported on the test images; the model built again is right on {found.test}"
