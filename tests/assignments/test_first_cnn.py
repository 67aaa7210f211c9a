"""How model 2 of `first-cnn`, which is described by its pattern, is told from model 1 and from anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.assignments import load_assignment
from grader.models import Candidate, Chain, Stage, expected_chain
from reference import first_cnn
from tests.checks.factories import model

KINDS = {"C": "conv2d", "P": "max_pool", "A": "average_pool", "F": "flatten", "D": "dense", "G": "global_average_pool"}
MEANT = 0.55
"""From here on a model without a heading is taken for the network (see `grader.models.attribution`)."""

NETWORKS = {network.name: network for network in load_assignment("first-cnn").networks()}


def candidate(kinds: str, *, stride: int = 1, last: str = "softmax", branched: bool = False) -> Candidate:
    stages = [Stage(KINDS[kind], {"strides": [stride] * 2}) for kind in kinds]
    stages[-1] = replace(stages[-1], activations=(last,))
    return Candidate(model(1, 0, []), Chain(tuple(stages), 0, branched), frozenset(), 1)


def likeness(kinds: str, **changes: object) -> float:
    return NETWORKS["model 2"].compare(candidate(kinds, **changes))  # type: ignore[arg-type]


def test_the_model_answers_are_what_is_asked_for() -> None:
    for name, layers in (("model 1", first_cnn.MODEL_1), ("model 2", first_cnn.MODEL_2)):
        answer = Candidate(model(1, 0, []), expected_chain(layers), frozenset(), 1)
        assert NETWORKS[name].compare(answer) == 1


@pytest.mark.parametrize("kinds", ["CCPCCPFDD", "CCPCCPFDDD", "CCPCCPFDDDD"])
def test_the_pattern_with_any_number_of_hidden_layers(kinds: str) -> None:
    assert likeness(kinds) == 1


@pytest.mark.parametrize(
    "kinds",
    ["CCPCPFDD", "CPCCPFDD", "CPCPFDD", "CPCPCPFDD", "CPCCCPFDD", "CCCCPFDD", "CCPCCFDD", "CCPCCPFD", "CCPCCPDD",
     "CCPCCPGDD", "CCPCCPCCPFDD", "CCACCAFDD"],
)  # fmt: skip
def test_wrong_attempts_are_attempts(kinds: str) -> None:
    assert MEANT <= likeness(kinds) < 1


@pytest.mark.parametrize(
    "kinds", ["CCPFDD", "CCPFD", "CCPF", "CCP", "FDD", "FDDD", "FD", "CCPCCPCCCPCCCPCCCPFDDD", "CCCCCCCCCGD"]
)
def test_model_1_and_other_networks_are_none(kinds: str) -> None:
    assert likeness(kinds) < MEANT


@pytest.mark.parametrize("change", [{"stride": 2}, {"last": "sigmoid"}, {"branched": True}])
def test_of_two_that_follow_the_pattern_the_faultless_one_is_meant(change: dict[str, object]) -> None:
    assert MEANT < likeness("CCPCCPFDD", **change) < 1
