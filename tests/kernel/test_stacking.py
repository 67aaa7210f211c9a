"""A `Sequential` that grows layer by layer is the same as one that Keras builds anew each time."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from grader.kernel import stacking
from grader.kernel.graph import walk


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keras.Sequential, "_maybe_rebuild", keras.Sequential._maybe_rebuild)
    stacking.install()


class Counted(layers.Layer):
    """Counts how often it is called."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def call(self, inputs):
        self.calls += 1
        return inputs * 2.0


def grow(first):
    model = keras.Sequential()
    for layer in (
        *first,
        layers.Conv2D(4, 3, activation="relu"),
        keras.Sequential([layers.MaxPooling2D(), layers.Dropout(0.5)]),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ):
        model.add(layer)
    return model


STARTS = {
    "input": lambda: [keras.Input((12, 12, 3))],
    "input layer": lambda: [layers.InputLayer(shape=(12, 12, 3))],
    "input shape": lambda: [layers.ZeroPadding2D(0, input_shape=(12, 12, 3))],
    "no input": list,
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
def test_same_network_as_keras_builds(monkeypatch, start):
    def made():
        keras.utils.set_random_seed(3)
        model = grow(STARTS[start]())
        model.build((None, 12, 12, 3))
        return model

    own = made()
    monkeypatch.setattr(keras.Sequential, "_maybe_rebuild", keras.Sequential._maybe_rebuild)
    stacking.install()
    grown = made()
    shapes = [(node["op"], node["inputs"], node["config"], node["shape"]) for node in walk(own)]
    assert [(node["op"], node["inputs"], node["config"], node["shape"]) for node in walk(grown)] == shapes
    images = np.random.default_rng(1).random((2, 12, 12, 3), dtype=np.float32)
    np.testing.assert_allclose(grown.predict(images, verbose=0), own.predict(images, verbose=0), rtol=1e-5)


def test_each_layer_is_called_once_more_only_when_it_is_added(installed):
    counted = Counted()
    model = keras.Sequential([keras.Input((8,)), counted])
    before = counted.calls
    for _ in range(5):
        model.add(layers.Dense(8))
    assert counted.calls == before
    assert model.output_shape == (None, 8)


def test_what_does_not_fit_is_said_by_keras(installed):
    model = keras.Sequential([keras.Input((4, 4, 3)), layers.Conv2D(4, 3)])
    with pytest.raises(ValueError, match="Computed output size would be"):
        model.add(layers.Conv2D(4, 3))


def test_layers_may_be_taken_off_and_put_on(installed):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4), layers.Dense(3)])
    model.pop()
    model.add(layers.Dense(2))
    model.add(layers.Dense(5))
    assert model.output_shape == (None, 5)
    assert model.count_params() == 8 * 4 + 4 + 4 * 2 + 2 + 2 * 5 + 5
    model.compile("sgd", "mse")
    assert model.evaluate(np.zeros((2, 8)), np.zeros((2, 5)), verbose=0) == pytest.approx(0)
