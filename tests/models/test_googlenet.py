"""GoogLeNet of the student's own modules: the chain and the parameters that follow from what a probe tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from grader.evidence.schema import Probe
from grader.evidence.values import Node, ProbeWeight
from grader.models.blocks import BLOCK
from grader.models.googlenet import chain_of_network, expected_chain, expected_parameters, own_parameters
from grader.models.modules import ModuleAnswer
from reference import googlenet, inception
from tests.checks.factories import model, node

SMALL = {
    "filters11": 3,
    "filters33_reduce": 4,
    "filters33": 5,
    "filters55_reduce": 2,
    "filters55": 6,
    "filters_pool_proj": 7,
}
CHANNELS = 8


def weights(inputs: dict[str, int], *, batch_norm: bool) -> Iterator[ProbeWeight]:
    """Kernels and biases of a module whose convolutions have so many input channels."""
    sides = {name: side for branch in inception.BRANCHES.values() for name, side in branch}
    for name, filters in SMALL.items():
        yield ProbeWeight(name="kernel", shape=(sides[name], sides[name], inputs[name], filters), values=None)
        yield ProbeWeight(name="bias", shape=(filters,), values=None)
    if batch_norm:
        for name in ("gamma", "beta", "moving_mean", "moving_variance"):
            yield ProbeWeight(name=name, shape=(inception.Widths(**SMALL).channels,), values=None)


def module(*, skips: bool = False, batch_norm: bool = False) -> ModuleAnswer:
    """What a module answers: the reference, or one that calls each layer on the module's input."""
    nodes: list[dict[str, Any]] = [{"op": "input", "inputs": ()}]
    inputs, ends = {}, []
    for branch in inception.BRANCHES.values():
        source = 0
        for name, side in branch:
            inputs[name] = CHANNELS if skips or not source else SMALL[branch[0][0]]
            if not skips or (name, side) == branch[-1]:
                config = {"filters": SMALL[name], "kernel": [side, side]}
                nodes.append({"op": "conv2d", "inputs": (0 if skips else source,), "config": config})
            source = len(nodes) - 1
        ends.append(len(nodes) - 1)
    nodes.append({"op": "concatenate", "inputs": ends})
    plain = {"config": {}, "parameters": 0, "shape": (), "layer": "", "class": ""}
    return ModuleAnswer(
        Probe(
            seq=1,
            cell=0,
            kind="probe",
            name="module",
            arguments={**SMALL, "use_batch_norm": batch_norm},
            input_shape=(6, 6, CHANNELS),
            subject="InceptionModule",
            nodes=tuple(Node.model_validate({**plain, **one, "id": number}) for number, one in enumerate(nodes)),
            weights=tuple(weights(inputs, batch_norm=batch_norm)),
        )
    )


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_right_module_has_the_parameters_of_the_reference(batch_norm):
    own = module(batch_norm=batch_norm)
    for widths in inception.MODULES.values():
        assert own_parameters(own, widths, 192) == {inception.parameters(widths, 192, batch_norm=batch_norm)}
    assert expected_parameters(own, batch_norm=batch_norm) == {googlenet.parameters(batch_norm=batch_norm)}


def test_a_module_that_skips_its_reductions_has_two_counts():
    counts = own_parameters(module(skips=True), inception.MODULES["3a"], 192)
    assert min(counts) == 393_472
    assert max(counts) == 393_472 + (192 + 1) * (96 + 16)


def test_the_expected_network_is_made_of_the_student_s_own_module():
    right, skipping = (expected_chain(own) for own in (None, module(skips=True)))
    assert [stage.op for stage in right.stages] == [stage.op for stage in skipping.stages]
    assert [16, 1, 1] in next(stage for stage in right.stages if stage.op == BLOCK).config["convolutions"]
    assert next(stage for stage in skipping.stages if stage.op == BLOCK).config["convolutions"] == sorted(
        [[64, 1, 1], [128, 3, 3], [32, 5, 5], [32, 1, 1]]
    )
    assert expected_chain(module()).stages == right.stages


def test_an_average_over_the_whole_map_is_a_global_one():
    nodes = [
        node(0, "input", (4, 4, 8)),
        node(1, "average_pool", (1, 1, 8), pool=[4, 4], strides=[4, 4]),
        node(2, "flatten", (8,)),
        node(3, "dense", (10,), units=10),
    ]
    assert [stage.op for stage in chain_of_network(model(1, 0, nodes)).stages] == ["global_average_pool", "dense"]
