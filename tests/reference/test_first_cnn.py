"""The model answers to `first-cnn`: parameter counts of the course, prepared data, training."""

from __future__ import annotations

import numpy as np
import pytest

from reference import first_cnn
from reference.architecture import Conv, Dense, Dropout, Flatten, build, parameters


def test_the_given_network_has_the_parameters_of_the_course():
    model = first_cnn.model1()
    assert model.count_params() == sum(parameters(first_cnn.MODEL_1)) == 181_162
    assert model.output_shape == (None, 10)
    # The figures of the summary that the course shows.
    assert [layer.count_params() for layer in model.layers if layer.count_params()] == [2432, 25632, 147968, 5130]
    assert [layer.output.shape[1] for layer in model.layers[:3]] == [16, 6, 3]


def test_model_2_follows_the_pattern_with_strides_of_1():
    layers = [layer for layer in first_cnn.MODEL_2 if not isinstance(layer, Dropout)]
    assert tuple(map(type, layers)) == first_cnn.PATTERN
    assert {layer.stride for layer in layers if isinstance(layer, Conv)} == {1}
    model = first_cnn.model2()
    assert model.count_params() == sum(parameters(first_cnn.MODEL_2))
    assert model.output_shape == (None, 10)


def test_prepared_images_and_labels():
    images = np.arange(2 * 32 * 32 * 3, dtype=np.uint16).astype(np.uint8).reshape(2, 32, 32, 3)
    data = first_cnn.prepare(images, np.array([[3], [0]], np.uint8), images[:1], np.array([[9]], np.uint8))
    assert data.x_train.dtype == data.y_train.dtype == np.float32
    assert (data.x_train.min(), data.x_train.max()) == (0, 1)
    assert data.x_test.tolist() == data.x_train[:1].tolist()
    assert data.y_train.argmax(axis=1).tolist() == [3, 0]
    assert data.y_train.sum(axis=1).tolist() == [1, 1]
    assert data.y_test.shape == (1, 10)


@pytest.mark.parametrize("shape", [(4, 1), (4,)])
def test_one_hot_takes_labels_as_column_or_row(shape):
    labels = np.array([0, 9, 5, 5], dtype=np.uint8).reshape(shape)
    assert first_cnn.one_hot(labels).argmax(axis=1).tolist() == [0, 9, 5, 5]


def test_training_watches_the_test_images():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    labels = random.integers(0, 10, (40, 1), dtype=np.uint8)
    model = build((Flatten(), Dense(10, "softmax")))
    history = first_cnn.train(model, first_cnn.prepare(images, labels, images[:10], labels[:10]), epochs=2)
    assert {name: len(curve) for name, curve in history.history.items()} == dict.fromkeys(
        ("loss", "accuracy", "val_loss", "val_accuracy"), 2
    )
