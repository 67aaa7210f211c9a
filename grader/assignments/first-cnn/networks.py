"""How well a recorded model answers model 2, which the exercise describes by its pattern alone."""

from __future__ import annotations

from collections.abc import Iterable

from grader.models import Candidate, Chain, Stage, expected_chain, similarity
from reference import first_cnn

PATTERN = Chain(tuple(Stage(stage.op) for stage in expected_chain(first_cnn.MODEL_2).stages), 0)
"""CONV-CONV-POOL-CONV-CONV-POOL-FLATTEN-FC-FC, with anything for filters, kernels and units."""

_MODEL_1 = expected_chain(first_cnn.MODEL_1)
_LESS = 0.3
"""What a network loses that is something else: of the kinds of model 1, which would pass for half a model 2, or with
more than twice the convolutions, such as a VGG16 tried after the exercise."""
_DETAIL = 0.02
"""What one mistake beside the order costs: of several models that follow the pattern the faultless one is meant."""


def model_2(candidate: Candidate) -> float:
    """From 1 for a network that is right in everything down to 0 for one that has nothing of the pattern."""
    kinds = _kinds(candidate.chain.stages)
    alike = similarity(kinds, PATTERN)
    if _is_of_model_1(kinds) or len(kinds.of("conv2d")) > 2 * len(PATTERN.of("conv2d")):
        alike -= _LESS
    return max(0.0, alike - _DETAIL * _faults(candidate.chain))


def _kinds(stages: Iterable[Stage]) -> Chain:
    """The chain with nothing but the kinds of its stages: further hidden dense layers and another pool are as good."""
    kinds: list[Stage] = []
    for stage in stages:
        op = "max_pool" if stage.op == "average_pool" else stage.op
        if op != "dense" or [one.op for one in kinds[-2:]] != ["dense", "dense"]:
            kinds.append(Stage(op))
    return Chain(tuple(kinds), 0)


def _is_of_model_1(kinds: Chain) -> bool:
    """Whether these are the kinds of model 1, or of a draft of it: `Sequential.add` leaves one at every layer."""
    found, given = ([stage.op for stage in chain.stages] for chain in (kinds, _MODEL_1))
    return found == given[: len(found)]


def _faults(chain: Chain) -> int:
    """How many of the details are wrong that the exercise does ask for."""
    strided = any(stage.config.get("strides") != [1, 1] for stage in chain.of("conv2d"))
    softmax = bool(chain.stages) and chain.stages[-1].activations[-1:] == ("softmax",)
    averaged = bool(chain.of("average_pool"))
    return strided + (not softmax) + averaged + chain.branched
