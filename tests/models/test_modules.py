"""A student's inception module beside the reference: right in any form, wrong in one branch and no other."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras
import pytest
import tensorflow as tf
from keras import layers

from grader.evidence import parse_event
from grader.evidence.schema import Probe
from grader.kernel import taps
from grader.kernel.config import ProbeRequest
from grader.kernel.events import EventLog
from grader.kernel.probes import Probes
from grader.models.modules import ModuleAnswer, branch_fault
from reference import inception

WIDTHS = {"filters11": 3, "filters33_reduce": 4, "filters33": 5, "filters55_reduce": 2, "filters55": 6}
ASKED = {**WIDTHS, "filters_pool_proj": 7, "use_batch_norm": False}


def convolution(filters: int, side: int, **arguments: Any) -> keras.layers.Layer:
    return layers.Conv2D(filters, side, **{"padding": "same", "activation": "relu", **arguments})


class Module(layers.Layer):
    """Right, and made to be changed: each branch is a list of layers, called one after another."""

    order = ("1×1", "3×3", "5×5", "pool")

    def __init__(self, f11, f33r, f33, f55r, f55, fp, use_batch_norm=True):
        super().__init__()
        self.branches = {
            "1×1": [convolution(f11, 1)],
            "3×3": [convolution(f33r, 1), convolution(f33, 3)],
            "5×5": [convolution(f55r, 1), convolution(f55, 5)],
            "pool": [layers.MaxPooling2D(3, strides=1, padding="same"), convolution(fp, 1)],
        }
        self.norm = layers.BatchNormalization() if use_batch_norm else None
        self.change()

    def change(self) -> None:
        """What a wrong module does otherwise."""

    def run(self, name: str, x: Any) -> Any:
        for layer in self.branches[name]:
            x = layer(x)
        return x

    def call(self, x: Any) -> Any:
        joined = tf.concat([self.run(name, x) for name in self.order], axis=-1)
        return joined if self.norm is None else self.norm(joined)


class OtherOrder(Module):
    order = ("pool", "5×5", "1×1", "3×3")


class SkipsReductions(Module):
    def run(self, name: str, x: Any) -> Any:
        for layer in self.branches[name]:
            z = layer(x)
        return z


class WithoutRelu(Module):
    def change(self) -> None:
        self.branches["1×1"][0].activation = keras.activations.linear


class AveragePool(Module):
    def change(self) -> None:
        self.branches["pool"][0] = layers.AveragePooling2D(3, strides=1, padding="same")


class SmallPool(Module):
    def change(self) -> None:
        self.branches["pool"][0] = layers.MaxPooling2D(2, strides=1, padding="same")


class CannotBeJoined(Module):
    def change(self) -> None:
        self.branches["pool"][0] = layers.MaxPooling2D(3, strides=2, padding="same")


class LargeKernelOnReduction(Module):
    def change(self) -> None:
        self.branches["5×5"][1] = convolution(6, 3)


class TakesTheOtherReduction(Module):
    def run(self, name: str, x: Any) -> Any:
        if name == "5×5":
            x = self.branches["3×3"][0](x)
        return super().run(name, x)


class OperationBetween(Module):
    def run(self, name: str, x: Any) -> Any:
        return super().run(name, x * 2 if name == "3×3" else x)


@pytest.fixture
def probed(monkeypatch) -> Callable[..., ModuleAnswer]:
    """What a module class answers to the probe of the assignment."""
    monkeypatch.setattr(keras.layers.Layer, "__call__", keras.layers.Layer.__call__)
    taps.install(lambda model, call, args, kwargs: call(model, *args, **kwargs))
    lines: list[bytes] = []
    log = EventLog(lines.append, max_bytes=2**22)

    def probed(cls: type, **changes: Any) -> ModuleAnswer:
        request = ProbeRequest("module", "layer", cls.__name__, {**ASKED, **changes}, (6, 6, 8))
        monkeypatch.setattr(cls, "__module__", "__main__")
        silent = SimpleNamespace(flush=lambda: None)
        Probes(log, None, silent, [request], seed=5).run({"module": cls})
        (answer,) = [event for event in map(parse_event, lines) if isinstance(event, Probe)]
        return ModuleAnswer(answer)

    return probed


def faults(answer: ModuleAnswer) -> dict[str, str]:
    found = {branch: branch_fault(answer, branch) for branch in inception.BRANCHES}
    return {branch: fault for branch, fault in found.items() if fault is not None}


@pytest.mark.parametrize("cls", [Module, OtherOrder, inception.layer_class()])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_right_module_computes_every_branch(probed, cls, batch_norm):
    answer = probed(cls, use_batch_norm=batch_norm)
    assert all(answer.computes(branch) for branch in inception.BRANCHES)
    assert answer.is_normalised == batch_norm
    assert faults(answer) == {}


@pytest.mark.parametrize(
    ("cls", "wrong"),
    [
        (SkipsReductions, {"3×3": "takes 8 channels, the module's input", "5×5": "5·5·8", "pool": "3×3 max pool"}),
        (WithoutRelu, {"1×1": "no activation, expected relu"}),
        (AveragePool, {"pool": "average pool"}),
        (SmallPool, {"pool": "windows of 2×2"}),
        (CannotBeJoined, {"pool": "stride 2×2, expected 1"}),
        (LargeKernelOnReduction, {"5×5": "3×3 kernel, expected 5×5"}),
        (TakesTheOtherReduction, {"5×5": "1×1 convolution with 4 filters"}),
        (OperationBetween, {"3×3": "arithmetic"}),
    ],
)
def test_a_wrong_branch_is_said_to_be_wrong_and_no_other(probed, cls, wrong):
    found = faults(probed(cls))
    assert set(found) == set(wrong)
    for branch, words in wrong.items():
        assert words in found[branch]
