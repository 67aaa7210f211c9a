"""How well a recorded model answers each of the five networks, four of which are the student's own design.

Only what tells the five from one another is looked at; what is right or wrong about each is for the checks. A wrong
answer must still be recognised: a dense network with a convolution in it, a CNN without pooling, dropout that was lost
when batch normalisation came.
"""

from __future__ import annotations

from grader.models import Candidate, Stage
from reference.regularization import CLASSES

__all__ = ["batchnorm", "cnn", "dense", "dropout", "own"]

_UNHEADED = 0.56
"""Just enough to be taken where nothing fits better."""
_HEADED = 0.2
"""Enough only under a heading that speaks for it."""


def dense(candidate: Candidate) -> float:
    """Layers of weights that are all fully connected."""
    if not _learns(candidate):
        return 0.0
    if not _convolutions(candidate):
        return 1.0
    return _HEADED if _pools(candidate) else _UNHEADED


def cnn(candidate: Candidate) -> float:
    """Convolutions, and neither dropout nor batch normalisation."""
    if not _convolutions(candidate):
        return _HEADED if _learns(candidate) else 0.0
    if _drops(candidate) or _normalises(candidate):
        return _UNHEADED
    return 1.0 if _pools(candidate) else 0.8


def dropout(candidate: Candidate) -> float:
    """A CNN with dropout, not yet with batch normalisation."""
    if not _convolutions(candidate):
        return _HEADED if _learns(candidate) else 0.0
    if _normalises(candidate):
        return _UNHEADED
    return 1.0 if _drops(candidate) else _HEADED


def batchnorm(candidate: Candidate) -> float:
    """A CNN with batch normalisation."""
    if not _convolutions(candidate):
        return _HEADED if _learns(candidate) else 0.0
    if not _normalises(candidate):
        return _HEADED
    return 1.0 if _drops(candidate) else 0.9


def own(candidate: Candidate) -> float:
    """Any classifier, rather one that was used: whatever comes after the others."""
    last = candidate.chain.stages[-1] if candidate.chain.stages else None
    if not _learns(candidate) or (last is not None and last.shape[-1:] != (CLASSES,)):
        return 0.0
    return 0.8 if candidate.used else 0.6


def _learns(candidate: Candidate) -> bool:
    """Whether there is anything to learn in it: a slot left blank makes a model without layers of its own."""
    return candidate.chain.parameters > 0


def _convolutions(candidate: Candidate) -> list[Stage]:
    return [stage for stage in candidate.chain.stages if "conv" in stage.op]


def _pools(candidate: Candidate) -> bool:
    return any(stage.op in ("max_pool", "average_pool") for stage in candidate.chain.stages)


def _drops(candidate: Candidate) -> bool:
    return bool(candidate.chain.leading) or any(stage.dropouts for stage in candidate.chain.stages)


def _normalises(candidate: Candidate) -> bool:
    return any(stage.normalised for stage in candidate.chain.stages)
