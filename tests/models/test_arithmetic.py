"""Parameters and shapes from the graph alone: they are those of Keras, and what contradicts them is noticed."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from grader.evidence.schema import ModelSnapshot
from grader.evidence.values import Node
from grader.models import total_parameters
from grader.models.arithmetic import contradictions, derive, worked_out
from tests.checks.factories import model, node
from tests.models.networks import RECIPES, Step, built, nodes_of


def snapshot(network: Any, **changes: Any) -> ModelSnapshot:
    """What a kernel reports of a model."""
    counts = {
        "parameters": network.count_params(),
        "trainable": sum(weight.shape.num_elements() for weight in network.trainable_weights),
    }
    fields = {"name": network.name, "cls": type(network).__name__, "nodes": nodes_of(network), **counts, **changes}
    return model(1, 0, ()).model_copy(update=fields)


def plain() -> Any:
    return keras.Sequential([layers.Input((8, 8, 3)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten()])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(RECIPES)
def test_what_follows_from_the_graph_is_what_keras_has(recipe: tuple[list[Step], str]):
    told = snapshot(built(recipe))
    for reported, one in zip(told.nodes, derive(told.nodes), strict=True):
        assert (one.shape, one.parameters) == (reported.shape, reported.parameters)
    assert total_parameters(told) == (told.parameters, told.trainable)
    assert not contradictions(told)


@pytest.mark.parametrize(
    ("layer", "shape", "count"),
    [
        (layers.Conv2D(6, (5, 1), strides=2, groups=3, padding="same"), (4, 4, 6), 5 * 1 * 2 * 6 + 6),
        (layers.Conv2D(4, 3, dilation_rate=2, use_bias=False), (4, 4, 4), 9 * 6 * 4),
        (layers.DepthwiseConv2D(3, depth_multiplier=2), (6, 6, 12), 9 * 12 + 12),
        (layers.SeparableConv2D(5, 3), (6, 6, 5), 9 * 6 + 6 * 5 + 5),
        (layers.BatchNormalization(), (8, 8, 6), 4 * 6),
        (layers.AveragePooling2D(3, strides=2, padding="same"), (4, 4, 6), 0),
        (layers.GlobalMaxPooling2D(keepdims=True), (1, 1, 6), 0),
        (layers.Dense(7), (8, 8, 7), 7 * 7),
    ],
)
def test_formulas(layer: Any, shape: tuple[int, ...], count: int):
    (one,) = derive(nodes_of(keras.Sequential([layers.Input((8, 8, 6)), layer])))[1:]
    assert (one.shape, one.parameters) == (shape, count)


@pytest.mark.parametrize(
    "changes",
    [
        {"parameters": 1},
        {"nodes": lambda nodes: [nodes[0], nodes[1].model_copy(update={"parameters": 5}), *nodes[2:]]},
        {"nodes": lambda nodes: [nodes[0], nodes[1].model_copy(update={"shape": (6, 6, 40)}), *nodes[2:]]},
    ],
    ids=["total", "layer", "shape"],
)
def test_what_cannot_be_is_noticed_and_does_not_count(changes: dict[str, Any]):
    network = plain()
    edited = {name: tuple(value(nodes_of(network))) if callable(value) else value for name, value in changes.items()}
    told = snapshot(network, **edited)
    assert len(contradictions(told)) == 1
    assert total_parameters(told)[0] == network.count_params()
    assert worked_out(told.nodes)[1].parameters == 112


class OwnConv(layers.Conv2D):
    """A layer of a student's own that has one weight more."""

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        self.gain = self.add_weight(shape=(1,), initializer="ones")


def test_a_layer_of_the_students_own_may_have_more():
    network = keras.Sequential([layers.Input((8, 8, 3)), OwnConv(4, 3), layers.Flatten()])
    assert nodes_of(network)[1].parameters == 113
    assert not contradictions(snapshot(network))


def test_a_layer_that_is_called_twice_counts_once():
    source, shared = keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same")
    told = snapshot(keras.Model(source, layers.add([shared(source), shared(shared(source))])))
    assert total_parameters(told)[0] == 84
    assert not contradictions(told)


def test_a_call_whose_outcome_is_never_used_is_no_contradiction():
    source, shared = keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same")
    shared(source)
    told = snapshot(keras.Model(source, shared(layers.ReLU()(source))))
    assert not contradictions(told)
    assert total_parameters(told)[0] == 84


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv2D(4, 3, activation=layers.PReLU(shared_axes=[1, 2])),
        layers.MaxPooling2D(2, data_format="channels_first"),
        layers.GlobalAveragePooling2D(data_format="channels_first"),
    ],
)
def test_unusual_layers_are_no_contradiction(layer: Any):
    assert not contradictions(snapshot(keras.Sequential([layers.Input((8, 8, 3)), layer])))


def test_what_is_not_known_stays_as_reported():
    nodes = [node(0, "input", (8, 8, 3)), node(1, "novel", (5,), 12), node(2, "dense", (2,), 12, units=2)]
    assert [(one.shape, one.parameters) for one in worked_out(nodes)] == [((8, 8, 3), 0), ((5,), 12), ((2,), 12)]


CONFIG = st.dictionaries(
    st.sampled_from(["filters", "kernel", "strides", "padding", "groups", "axis", "units", "pool", "constant"]),
    st.integers(-5, 10**12) | st.lists(st.integers(-3, 10**12), max_size=4) | st.sampled_from(["same", "valid", None]),
    max_size=6,
)
OPS = [
    "conv2d",
    "dense",
    "max_pool",
    "batch_norm",
    "concatenate",
    "flatten",
    "global_max_pool",
    "arithmetic",
    "reshape",
]


@given(st.lists(st.tuples(st.sampled_from(OPS), CONFIG, st.lists(st.none() | st.integers(-2, 10**12), max_size=5))))
def test_nothing_that_a_kernel_may_report_is_too_much(made_up: list[Any]):
    nodes = [node(0, "input", (8, 8, 3))]
    for op, config, shape in made_up:
        number = len(nodes)
        fields = {"id": number, "op": op, "inputs": (number - 1,), "config": config, "parameters": 1, "shape": shape}
        nodes.append(Node.model_validate({**fields, "layer": "a", "class": "Conv2D"}))
    told = model(1, 0, nodes)
    contradictions(told)
    assert total_parameters(told)[0] >= 0
