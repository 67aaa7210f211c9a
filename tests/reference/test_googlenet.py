"""GoogLeNet: parameters of the table and of the model, and what happens to images on their way in."""

from __future__ import annotations

import numpy as np
import pytest

from reference import googlenet


@pytest.mark.parametrize(("batch_norm", "count"), [(False, 5_983_802), (True, 6_006_778)])
def test_the_network_has_the_parameters_of_the_assignment(batch_norm, count):
    assert googlenet.parameters(batch_norm=batch_norm) == count
    model = googlenet.network(use_batch_norm=batch_norm)
    assert model.count_params() == count
    assert model.output_shape == (None, 10)


def test_another_size_and_another_number_of_classes():
    model = googlenet.network((64, 64, 3), 7, use_batch_norm=False)
    assert model.output_shape == (None, 7)
    assert model.count_params() == googlenet.parameters(batch_norm=False, classes=7)


def test_images_are_enlarged_and_scaled():
    images = np.full((1, 32, 32, 3), 255, dtype="uint8")
    images[0, :16] = 0
    prepared = np.asarray(googlenet.preprocessing()(images))
    assert prepared.shape == (1, 128, 128, 3)
    assert (prepared.min(), prepared.max()) == pytest.approx((-1, 1))


def test_images_are_varied_in_training_only():
    images = np.random.default_rng(1).uniform(0, 255, (4, 32, 32, 3)).astype("float32")
    augmentation = googlenet.augmentation()
    assert [type(layer).__name__ for layer in augmentation.layers] == list(googlenet.AUGMENTATION)
    assert np.array_equal(augmentation(images, training=False), images)
    assert not np.array_equal(augmentation(images, training=True), images)


def test_the_last_examples_are_for_validation():
    images, labels = np.zeros((50_000, 1), dtype="uint8"), np.arange(50_000)[:, None]
    (_, training), (_, validation) = googlenet.split(images, labels)
    assert (training[0, 0], training[-1, 0]) == (0, 39_999)
    assert (validation[0, 0], validation[-1, 0]) == (40_000, 49_999)


def test_one_model_is_trained_in_steps_with_a_tenth_of_the_rate_each():
    import keras

    rates = []

    class Noting(keras.Sequential):
        def fit(self, *args, **kwargs):
            rates.append(float(self.optimizer.learning_rate))
            return super().fit(*args, **kwargs)

    model = Noting([keras.Input((4,)), keras.layers.Dense(10, activation="softmax")])
    data = np.random.default_rng(1).random((20, 4)), np.arange(20) % 10
    histories = googlenet.train_in_steps(model, data, data, epochs=2)
    assert rates == pytest.approx([1e-3, 1e-4, 1e-5])
    assert [len(history.history["loss"]) for history in histories] == [2, 2, 2]
