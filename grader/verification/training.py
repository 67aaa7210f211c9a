"""Trainings whose record cannot be that of a training."""

from __future__ import annotations

from collections.abc import Iterator

from grader.evidence import Evidence
from grader.evidence.schema import Event, Fit, FitEnd, ModelSnapshot
from grader.models.arithmetic import PLAIN_MODELS

__all__ = ["contradictions"]

_STOCK = {
    "CSVLogger",
    "EarlyStopping",
    "History",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
}
"""Callbacks of Keras that change neither figures nor weights by code of the student's own."""
_LOWEST_RATE = 1e-6
"""Below this, steps may be too small for single precision."""
_VARIES = 0.05
"""Share by which the loss of an untrained network does not vary from epoch to epoch, with dropout or without."""
_MANY = 1000
"""Images, without which it might."""
_NOISE = 1e-3


def contradictions(evidence: Evidence) -> Iterator[tuple[Event, str]]:
    """Ends of trainings that do not fit their beginnings, each with what does not fit."""
    plain = {(s.model, s.version) for s in evidence.of(ModelSnapshot) if s.cls in PLAIN_MODELS}
    fits = {fit.seq: fit for fit in evidence.of(Fit)}
    for end in evidence.of(FitEnd):
        fit = fits.get(end.fit)
        if fit is None or end.status != "completed" or (fit.model, fit.version) not in plain or not _is_stock(fit):
            continue
        if fit.epochs is not None and len(end.history.get("loss", ())) > fit.epochs - (fit.initial_epoch or 0):
            yield end, f"the history has {len(end.history['loss'])} epochs of {fit.epochs}"
        if fit.compiled is not None and fit.compiled.plain_accuracy:
            yield from ((end, words) for words in _impossible(end))
        if evidence.run.effort == "full" and fit.weights == end.weights and _must_learn(fit, end):
            yield end, "the history shows another loss in each epoch, and no weight is another one after it"


def _is_stock(fit: Fit) -> bool:
    return all(callback.name in _STOCK and not callback.own for callback in fit.callbacks)


def _impossible(end: FitEnd) -> Iterator[str]:
    for name, values in end.history.items():
        if name.removeprefix("val_") in ("accuracy", "acc"):
            beyond = [value for value in values if value is not None and not -_NOISE <= value <= 1 + _NOISE]
            if beyond:
                yield f"the history has {beyond[0]:g} as {name}, which is a share"


def _must_learn(fit: Fit, end: FitEnd) -> bool:
    """Whether a training must have changed weights: it had some to change, took steps, and saw its loss change."""
    rate = fit.compiled.optimizer.learning_rate if fit.compiled is not None and fit.compiled.optimizer else None
    losses = [value for value in end.history.get("loss", ()) if value is not None]
    if not fit.trainable or rate is None or rate < _LOWEST_RATE or len(losses) < 2 or (fit.x.count or 0) < _MANY:
        return False
    return max(losses) - min(losses) > _VARIES * max(map(abs, losses))
