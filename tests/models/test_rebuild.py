"""A network built again from its graph and weights computes the same; what is not known is refused."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from keras import layers

from grader.models.rebuild import NotRebuildableError, cost, rebuild, rebuild_fresh
from tests.checks.factories import node
from tests.models.networks import RECIPES, Step, built, nodes_of, weights_of

IMAGES = np.random.default_rng(5).random((4, 8, 8, 3)).astype("float32") * 255


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(RECIPES)
def test_it_computes_the_same(recipe: tuple[list[Step], str]):
    network = built(recipe)
    again = rebuild(nodes_of(network), weights_of(network))
    assert again.count_params() == network.count_params()
    # Random layers work unless they are told not to.
    np.testing.assert_allclose(again(IMAGES, training=False), network(IMAGES, training=False), atol=1e-4)


def test_a_layer_that_is_called_twice_is_one_layer():
    source, shared = keras.Input((8, 8, 3)), layers.Conv2D(3, 3, padding="same", activation="tanh")
    network = keras.Model(source, layers.Flatten()(layers.add([shared(source), shared(shared(source))])))
    again = rebuild(nodes_of(network), weights_of(network))
    assert again.count_params() == network.count_params() == 84
    np.testing.assert_allclose(again(IMAGES), network(IMAGES), atol=1e-4)


def test_penalties_and_dropout_are_kept_for_training():
    stack = [layers.Input((4,)), layers.Dense(2, kernel_regularizer="l2"), layers.SpatialDropout1D(0.25)]
    network = keras.Sequential([stack[0], layers.Reshape((2, 2)), *stack[1:]])
    again, _ = rebuild_fresh(nodes_of(network))
    dense, dropout = again.layers[-2:]
    assert dense.kernel_regularizer.l2 == pytest.approx(0.01)
    assert (type(dropout).__name__, dropout.rate) == ("SpatialDropout1D", 0.25)


def test_fresh_weights_are_drawn_anew_and_layers_are_known_by_their_names():
    network = network_with(layers.Conv2D(4, 3, name="first"), layers.BatchNormalization(name="second"))
    again, found = rebuild_fresh(nodes_of(network))
    assert again.count_params() == network.count_params()
    assert set(found) == {"first", "second", network.layers[-1].name}
    kernel, bias = found["first"].get_weights()
    assert not np.allclose(kernel, network.layers[0].get_weights()[0])
    assert np.abs(kernel).max() <= np.sqrt(6 / (27 + 36)) + 1e-6, "drawn as Keras draws it unless told otherwise"
    assert not bias.any()


def test_a_layer_that_is_given_takes_the_place_of_that_in_the_graph():
    network = network_with(layers.RandomFlip(name="mirror"), layers.Conv2D(4, 3))
    mirror = layers.RandomFlip("vertical")
    again, found = rebuild_fresh(nodes_of(network), {"mirror": mirror})
    assert mirror in again.layers
    assert "mirror" not in found, "it has no weights"
    plain, _ = rebuild_fresh(nodes_of(network))
    assert not any(isinstance(layer, layers.RandomFlip) for layer in plain.layers)


def own(x: Any) -> Any:
    return keras.ops.square(x)


def network_with(*stack: Any) -> Any:
    return keras.Sequential([layers.Input((8, 8, 3)), *stack, layers.Flatten(), layers.Dense(2)])


def of_two_inputs() -> Any:
    sources = [keras.Input((8, 8, 3)) for _ in range(2)]
    return keras.Model(sources, layers.add(sources))


@pytest.mark.parametrize(
    ("network", "reason"),
    [
        (lambda: network_with(layers.Lambda(lambda x: x * 2)), "Lambda"),
        (lambda: network_with(layers.Activation(own)), "own"),
        (lambda: network_with(layers.UpSampling2D()), "UpSampling2D"),
        (lambda: network_with(layers.PReLU()), "PReLU"),
        (lambda: network_with(layers.MaxPooling2D(data_format="channels_first")), "MaxPooling2D"),
        (of_two_inputs, "input"),
    ],
)
def test_what_is_refused(network: Any, reason: str):
    with pytest.raises(NotRebuildableError, match=reason):
        rebuild_fresh(nodes_of(network()))


@pytest.mark.parametrize(
    "weights",
    [{}, {"last": []}, {"last": [np.zeros((3, 2), "float32"), np.zeros(2, "float32")]}],
    ids=["none", "too few", "other shapes"],
)
def test_weights_that_do_not_fit_are_refused(weights: dict[str, Any]):
    network = keras.Sequential([layers.Input((4,)), layers.Dense(2, name="last")])
    with pytest.raises(NotRebuildableError, match="last"):
        rebuild(nodes_of(network), weights)


def test_a_network_beyond_all_bounds_is_refused_before_it_is_built():
    wide = [node(0, "input", (1000,)), node(1, "dense", (10**6,), 1, units=10**6)]
    with pytest.raises(NotRebuildableError, match="parameters"):
        rebuild_fresh(wide)
    large = [node(0, "input", (8, 8, 3)), node(1, "resizing", (1, 1, 3), height=10**5, width=10**5)]
    large[1].config["interpolation"] = "nearest"
    with pytest.raises(NotRebuildableError, match="large"):
        rebuild_fresh(large)


def test_settings_that_keras_refuses_are_no_crash():
    nodes = [node(0, "input", (8, 8, 3)), node(1, "dropout", (8, 8, 3), rate=7.0), node(2, "flatten", (192,))]
    with pytest.raises(NotRebuildableError, match="settings"):
        rebuild_fresh(nodes)


def test_the_cost_is_that_of_the_products():
    network = network_with(layers.Conv2D(4, 3, padding="same"))
    assert cost(nodes_of(network)) >= 8 * 8 * 9 * 3 * 4 + 256 * 2
