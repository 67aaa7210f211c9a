"""The questions that `googlenet` puts to a notebook are about the network of the reference."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from grader.assignments import load_assignment
from reference import googlenet, inception

PROBES = {probe.name: probe for probe in load_assignment("googlenet").probes}


@pytest.mark.parametrize(("name", "batch_norm"), [("3a", False), ("3a, normalised", True)])
def test_module_3a_is_asked_for_with_its_widths(name, batch_norm):
    channels = next(c for layer, c in googlenet.inputs() if layer == googlenet.Module("3a"))
    assert PROBES[name].arguments == {**asdict(inception.MODULES["3a"]), "use_batch_norm": batch_norm}
    assert PROBES[name].shape[-1] == channels


@pytest.mark.parametrize("name", ["module", "module, normalised"])
def test_the_sizes_of_the_small_module_tell_each_other_apart(name):
    arguments = dict(PROBES[name].arguments)
    arguments.pop("use_batch_norm")
    widths = inception.Widths(**arguments)
    sizes = [*arguments.values(), PROBES[name].shape[-1], widths.channels]
    assert len(set(sizes)) == len(sizes)


def test_networks_are_asked_for_in_the_size_of_the_exercise_and_in_another():
    sizes = [PROBES[name].arguments["input_shape"] for name in PROBES if name.startswith("network")]
    assert sizes[0] == (googlenet.SIDE, googlenet.SIDE, 3)
    assert len(set(sizes)) == 2
