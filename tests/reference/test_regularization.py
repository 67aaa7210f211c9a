"""The model answers to `regularization`: parameter counts of the assignment, and what each step adds to a network."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from reference import regularization
from reference.architecture import (
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    Pool,
    batch_norm_parameters,
    build,
    parameters,
)


@pytest.mark.parametrize(
    ("layers", "count", "frozen"),
    [
        (regularization.DENSE, 1_707_274, 0),
        (regularization.CNN, 714_202, 0),
        (regularization.CNN_DROPOUT, 714_202, 0),
        # Mean and variance of 96, 80 and 256 channels are not learnt.
        (regularization.CNN_BATCH_NORM, 715_930, 2 * (96 + 80 + 256)),
    ],
)
def test_the_networks_have_the_parameters_of_the_assignment(layers, count, frozen):
    assert sum(parameters(layers)) == count
    model = build(layers)
    assert model.count_params() == count
    assert sum(weight.shape.num_elements() for weight in model.non_trainable_weights) == frozen
    assert model.output_shape == (None, 10)


def test_dropout_follows_pools_and_hidden_dense_layers():
    before = [
        type(regularization.CNN_DROPOUT[place - 1])
        for place, layer in enumerate(regularization.CNN_DROPOUT)
        if isinstance(layer, Dropout)
    ]
    assert before == [Pool, Pool, Dense]
    assert tuple(layer for layer in regularization.CNN_DROPOUT if not isinstance(layer, Dropout)) == regularization.CNN


def test_batch_norm_stands_between_linear_part_and_activation():
    for layers in (regularization.CNN_BATCH_NORM, regularization.OWN):
        for layer, following in itertools.pairwise(layers):
            if isinstance(layer, (Conv, Dense)):
                assert layer.activation == "linear"
                assert isinstance(following, BatchNorm)
        assert layers[-1] == Dense(regularization.CLASSES, "softmax")


def test_own_model_has_the_parameters_of_its_table():
    model = regularization.own()
    assert model.count_params() == sum(parameters(regularization.OWN))
    assert model.output_shape == (None, 10)


def test_batch_norm_has_four_numbers_a_channel():
    assert batch_norm_parameters(96) == parameters((Conv(96), BatchNorm()))[1] == 384


def made_up(count=40):
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)
    labels = random.integers(0, 10, (count, 1), dtype=np.uint8)
    return labels, regularization.prepare(images, labels, images[:10], labels[:10])


def test_images_are_scaled_and_labels_one_hot():
    labels, data = made_up()
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    assert (data.x_train.min(), data.x_train.max()) == (0, 1)
    assert data.y_train.shape == (40, 10)
    assert data.y_train.sum(axis=1).tolist() == [1] * 40
    assert data.y_train.argmax(axis=1).tolist() == labels.reshape(-1).tolist()


def test_training_keeps_both_curves_and_the_protocol():
    _, data = made_up()
    model, history = regularization.train((Flatten(), Dense(10, "softmax")), data, epochs=2)
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert [len(curve) for curve in history.history.values()] == [2] * 4
    assert history.params["steps"] == 1  # the 32 images that are not held out
    assert model.optimizer.nesterov
