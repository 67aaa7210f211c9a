"""How images are prepared inside a network: known by what reaches its first layer with weights."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from grader.kernel import taps
from grader.kernel.images.inputs import InputReader
from grader.kernel.preparation import describe_preparation

SHAPE = (32, 32, 3)
REST = (lambda: layers.Conv2D(2, 3), lambda: layers.Flatten(), lambda: layers.Dense(10))


def sequence(*preparation: Any) -> keras.Model:
    return keras.Sequential([layers.Input(SHAPE), *preparation, *(make() for make in REST)])


def arithmetic_in_functional() -> keras.Model:
    source = keras.Input(SHAPE)
    x = source / 255.0
    for make in REST:
        x = make()(x)
    return keras.Model(source, x)


class Arithmetic(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.rest = [make() for make in REST]

    def call(self, x: Any) -> Any:
        x = tf.cast(x, tf.float32) / 255.0
        for layer in self.rest:
            x = layer(x)
        return x


@pytest.fixture
def describe(hooks, index, log):
    taps.install(lambda model, call, args, kwargs: call(model, *args, **kwargs))

    def describe(model: keras.Model, images: np.ndarray) -> dict[str, Any] | None:
        return describe_preparation(model, InputReader(index, log).read(images), index)

    return describe


@pytest.mark.parametrize(
    "make",
    [
        lambda: sequence(layers.Rescaling(1 / 255)),
        lambda: sequence(layers.Normalization(mean=[0.0] * 3, variance=[255.0**2] * 3)),
        lambda: sequence(layers.Lambda(lambda x: x / 255.0)),
        lambda: sequence(layers.Rescaling(1 / 127.5), layers.Rescaling(0.5)),
        lambda: sequence(layers.RandomFlip(), layers.Rescaling(1 / 255), layers.Dropout(0.2)),
        lambda: sequence(keras.Sequential([layers.Rescaling(1 / 255)])),
        arithmetic_in_functional,
        Arithmetic,
    ],
)
def test_scaling_inside_the_network_is_seen(describe, data, make):
    model = make()
    images = data.train.images.astype("float32")
    model(images[:1])
    before = model.get_weights()
    prepared = describe(model, images)
    assert prepared["scale"] == pytest.approx([1 / 255] * 3, rel=1e-3)
    assert prepared["offset"] == pytest.approx([0] * 3, abs=1e-4)
    assert prepared["residual"] < 1e-3
    assert all(map(np.array_equal, before, model.get_weights()))


def test_scaling_twice_is_seen_as_both(describe, data):
    prepared = describe(sequence(layers.Rescaling(1 / 255)), data.train.images / 255)
    assert prepared["scale"] == pytest.approx([1 / 255**2] * 3, rel=1e-3)


def test_a_network_without_preparation_has_none(describe, data):
    assert describe(sequence(), data.train.images / 255) is None
    assert (
        describe(keras.Sequential([layers.Input(SHAPE), layers.Flatten(), layers.Dense(2)]), data.test.images) is None
    )


def test_other_images_show_nothing(describe):
    noise = np.random.default_rng(1).random((20, *SHAPE), dtype="float32")
    assert describe(sequence(layers.Rescaling(1 / 255)), noise) is None


def test_enlarged_and_scaled_is_seen_as_a_map_of_the_served_images(describe, data):
    prepared = describe(sequence(layers.Resizing(64, 64), layers.Rescaling(1 / 127.5, offset=-1)), data.test.images)
    assert prepared["shape"] == (64, 64, 3)
    assert prepared["scale"] == pytest.approx([1 / 127.5] * 3, rel=1e-3)
    assert prepared["offset"] == pytest.approx([-1] * 3, abs=1e-3)
    assert prepared["residual"] < 0.02


@pytest.mark.parametrize("method", ["nearest", "bicubic"])
def test_whatever_the_interpolation(describe, data, method):
    prepared = describe(sequence(layers.Resizing(64, 64, interpolation=method)), data.test.images)
    assert prepared["scale"] == pytest.approx([1] * 3, rel=0.02)


def test_scaled_before_a_resize_in_whole_numbers_is_no_such_map(describe, data):
    def spoil(x: Any) -> Any:
        return tf.image.resize(tf.cast(tf.cast(x, tf.float32) / 255.0, tf.uint8), (64, 64)) * 2.0 - 1.0

    prepared = describe(sequence(layers.Lambda(spoil)), data.test.images)
    assert prepared["scale"] != pytest.approx([1 / 127.5] * 3, rel=0.1)


def test_random_layers_are_seen_in_training_only(describe, data):
    model = sequence(layers.RandomFlip(), layers.Resizing(64, 64))
    states = [variable.numpy() for variable in model.non_trainable_variables]
    prepared = describe(model, data.test.images)
    assert (prepared["random_training"], prepared["random_inference"]) == (True, False)
    after = [variable.numpy() for variable in model.non_trainable_variables]
    assert all(map(np.array_equal, states, after))


def test_random_layers_that_are_always_active_are_seen(describe, data):
    vary = layers.RandomContrast(0.9)
    # In a functional model Keras would overrule the argument.
    model = sequence(layers.Lambda(lambda x: vary(x, training=True)))
    assert describe(model, data.test.images.astype("float32"))["random_inference"]


@pytest.mark.parametrize("name", ["train", "test"])
def test_whose_statistics_a_layer_has_learned(describe, data, name):
    normalisation = layers.Normalization()
    normalisation.adapt(getattr(data, name).images.astype("float32"))
    found = describe(sequence(normalisation), data.test.images)
    assert found is not None
    assert found["standardised"] == name
