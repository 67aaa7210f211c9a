"""Probes: classes and functions of a notebook found, asked, and described, whatever they do."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from grader.evidence.schema import Figure, ModelSnapshot, Prediction, Probe
from grader.kernel import probes
from grader.kernel.config import ProbeRequest
from grader.kernel.drawing.figures import FigureRecorder
from grader.kernel.probes import Probes
from grader.kernel.subjects import arguments_for, find

WIDTHS = {"width": 2, "other_width": 3}
LAYER = ProbeRequest("pair", "layer", "pair", {**WIDTHS, "use_norm": True}, (4, 4, 5))
NETWORK = ProbeRequest("network", "function", "network", {"input_shape": [6, 6, 3], "classes": 4, "use_norm": False})


class Pair(layers.Layer):
    """Two convolutions, one after the other."""

    def __init__(self, width: int, other_width: int, use_norm: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = [layers.Conv2D(width, 1), layers.Conv2D(other_width, 3, padding="same")]
        if use_norm:
            self.parts.append(layers.BatchNormalization())

    def call(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x


class PairWithoutSwitch(Pair):
    def __init__(self, a: int, b: int) -> None:
        super().__init__(a, b)


class PairInOneList(Pair):
    def __init__(self, widths: list[int], batch_norm: bool) -> None:
        super().__init__(*widths, use_norm=batch_norm)


class PairMadeInCall(Pair):
    def call(self, x: Any) -> Any:
        return layers.Conv2D(3, 3, padding="same")(x)


class PairCannotBeCalled(Pair):
    def call(self, x: Any) -> Any:
        return layers.Concatenate()([self.parts[0](x), self.parts[1](x)[:, 1:]])


class PairCannotBeMade(Pair):
    def __init__(self, width: int, other_width: int, use_norm: bool) -> None:
        raise ValueError("not today")


class OwnDunderCall(Pair):
    def __call__(self, x: Any) -> Any:
        return self.call(x)


def network(input_shape: tuple[int, ...], classes: int, use_norm: bool = True) -> keras.Model:
    print("this is heard by nobody")
    model = keras.Sequential([layers.Flatten(), layers.Dense(classes)])
    model(np.zeros((2, *input_shape)))
    return model


@pytest.fixture
def ask(recorded, log, index, events):
    """Puts a question to a namespace; returns the answer."""
    kernel = recorded()

    def ask(request: ProbeRequest, **namespace: Any) -> Probe:
        for value in namespace.values():
            value.__module__ = "__main__"  # as what is written in a notebook
        Probes(log, kernel.registry, FigureRecorder(log, index), [request], seed=3).run(namespace)
        (answer,) = [event for event in events() if isinstance(event, Probe)]
        return answer

    return ask


@pytest.mark.parametrize("subject", [Pair, OwnDunderCall])
def test_a_layer_answers_with_graph_weights_and_output(ask, subject):
    answer = ask(LAYER, Pair=subject)
    assert (answer.subject, answer.error, answer.left_out) == (subject.__name__, None, ())
    assert [node.op for node in answer.nodes] == ["input", "conv2d", "conv2d", "batch_norm"]
    assert [weight.shape for weight in answer.weights][:3] == [(1, 1, 5, 2), (2,), (3, 3, 2, 3)]
    assert answer.parameters == (5 + 1) * 2 + (9 * 2 + 1) * 3 + 4 * 3
    assert (answer.shape, answer.drift) == ((4, 4, 3), 0)
    # The output is that of a layer with the weights that were told.
    layer = Pair(2, 3, use_norm=True)
    layer(np.zeros((1, 4, 4, 5)))
    layer.set_weights([np.reshape(weight.values, weight.shape) for weight in answer.weights])
    images = np.reshape(answer.inputs, (1, 4, 4, 5)).astype("float32")
    assert np.reshape(answer.outputs, (1, 4, 4, 3)) == pytest.approx(np.asarray(layer(images)), abs=1e-5)


def test_weights_are_drawn_from_the_seed_and_are_all_different(ask):
    values = [value for weight in ask(LAYER, Pair=Pair).weights for value in weight.values]
    assert len(set(values)) == len(values)


def test_a_switch_that_is_not_there_is_said(ask):
    answer = ask(LAYER, pair_of_mine=PairWithoutSwitch)
    assert answer.left_out == ("use_norm",)
    assert "batch_norm" not in [node.op for node in answer.nodes]


def test_layers_made_in_call_give_something_else_each_time(ask):
    answer = ask(LAYER, Pair=PairMadeInCall)
    assert answer.drift > 0
    assert answer.parameters == 0
    assert [node.op for node in answer.nodes] == ["input", "conv2d"]


def test_of_a_layer_that_cannot_be_called_is_told_how_far_it_came(ask):
    answer = ask(LAYER, Pair=PairCannotBeCalled)
    assert answer.error is not None
    # What was made and not come to is told, too, fed by nothing.
    assert [node.op for node in answer.nodes] == ["input", "conv2d", "conv2d", "batch_norm"]
    assert [node.inputs for node in answer.nodes] == [(), (0,), (0,), ()]
    assert answer.outputs == ()


def test_a_layer_that_cannot_be_made_answers_with_its_error(ask):
    answer = ask(LAYER, Pair=PairCannotBeMade)
    assert answer.error == "ValueError: not today"
    assert answer.nodes == ()


def test_nothing_to_ask_is_an_answer(ask):
    assert ask(LAYER).subject == ""


def test_a_function_answers_with_its_network_and_nothing_is_heard_of_it(ask, events, capsys):
    answer = ask(NETWORK, make_network=network)
    assert (answer.subject, answer.error) == ("network", None)
    assert [node.op for node in answer.nodes] == ["input", "flatten", "dense"]
    assert answer.shape == (4,)
    assert answer.parameters == (6 * 6 * 3 + 1) * 4
    assert not any(isinstance(event, (Prediction, ModelSnapshot, Figure)) for event in events())
    assert capsys.readouterr().out == ""


def test_an_empty_network_is_no_error(ask):
    def network(input_shape, classes, use_norm):
        return keras.Sequential()

    answer = ask(NETWORK, network=network)
    assert (answer.error, answer.nodes) == (None, ())


def test_a_function_that_makes_no_network_is_told_so(ask):
    def network(input_shape, classes, use_norm):
        return classes

    assert "int was returned" in ask(NETWORK, network=network).error


def test_an_endless_function_is_stopped(ask, monkeypatch):
    monkeypatch.setattr(probes, "_SECONDS", 0.2)

    def network(input_shape, classes, use_norm):
        while True:
            time.monotonic()

    assert ask(NETWORK, network=network).timed_out


def test_of_several_the_one_with_the_name_is_meant():
    namespace = {"one": OwnDunderCall, "two": PairWithoutSwitch, "three": Pair, "np": np, "n": SimpleNamespace()}
    for value in (OwnDunderCall, PairWithoutSwitch, Pair):
        value.__module__ = "__main__"
    assert find(namespace, "layer", "without", LAYER.arguments) is PairWithoutSwitch
    assert find(namespace, "layer", "^pair$", LAYER.arguments) is Pair
    # No name speaks: the last one that knows the arguments by name.
    assert find(namespace, "layer", "inception", LAYER.arguments) is Pair
    assert find(namespace, "function", "pair", NETWORK.arguments) is None


@pytest.mark.parametrize(
    ("subject", "args", "kwargs"),
    [
        (Pair, (), {**WIDTHS, "use_norm": True}),
        (PairInOneList, ([2, 3],), {"batch_norm": True}),
        (PairWithoutSwitch, (2, 3), {}),
        (lambda width, other_width, normalize=False: None, (), {**WIDTHS, "normalize": True}),
    ],
)
def test_arguments_are_handed_on_as_the_subject_takes_them(subject, args, kwargs):
    way = next(arguments_for(subject, LAYER.arguments))
    assert (way.args, way.kwargs) == (args, kwargs)
