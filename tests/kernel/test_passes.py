"""Passes over the same images: counted by row, and their mean found again among the variables."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from grader.evidence.schema import Passes, Prediction


@pytest.fixture(params=["sketch", "full"])
def kernel(request, recorded):
    return recorded(request.param)


@pytest.fixture
def images(data):
    return data.test.images.astype("float32") / 255


def network(*middle):
    return keras.Sequential(
        [layers.Input((32, 32, 3)), layers.Flatten(), *middle, layers.Dense(10, activation="softmax")]
    )


class AlwaysDropout(layers.Dropout):
    """Dropout that drops at inference, too."""

    def call(self, inputs, training=None):
        return super().call(inputs, training=True)


def found(kernel, **namespace) -> list[Passes]:
    """The events at the end of a notebook whose last cell leaves these variables."""
    kernel.passes.scan(namespace)
    kernel.passes.finish()
    return [event for event in kernel.events() if isinstance(event, Passes)]


def batches(images, size=25):
    return [images[start : start + size] for start in range(0, len(images), size)]


def test_average_of_passes_by_batches(kernel, images):
    model = network(layers.Dropout(0.5))
    mean = np.concatenate(
        [np.mean([model(batch, training=True) for _ in range(5)], axis=0) for batch in batches(images)]
    )
    (event,) = found(kernel, y_probs=mean, other=mean + 0.01, y_pred=mean.argmax(axis=1))
    assert (event.rows, event.fewest, event.most, event.calls) == (100, 5, 5, 20)
    assert event.largest_call == 25
    assert event.via == "call"
    assert event.training
    assert event.varied
    assert event.averaged == ("y_probs",)
    assert event.classified == ("y_pred",)


def test_average_over_whole_passes_as_tensors(kernel, images):
    model = network(layers.Dropout(0.5))
    runs = [tf.concat([model(batch, training=True) for batch in batches(images)], axis=0) for _ in range(3)]
    (event,) = found(kernel, mean=tf.reduce_mean(runs, axis=0), votes=np.median(runs, axis=0))
    assert (event.rows, event.fewest, event.most) == (100, 3, 3)
    assert event.averaged == ("mean",)


def test_accuracy_of_the_mean_is_that_of_its_classes(kernel, images, data):
    model = network(layers.Dropout(0.5))
    runs = np.stack([model(images, training=True) for _ in range(4)])
    labels = data.test.labels[:, 0]
    (event,) = found(kernel)
    assert event.averaged == ()
    assert event.accuracy["mean"] == pytest.approx((runs.mean(axis=0).argmax(axis=1) == labels).mean())
    assert event.accuracy["first"] == pytest.approx((runs[0].argmax(axis=1) == labels).mean())


def test_mean_of_labels_is_no_mean_of_probabilities(kernel, images):
    model = network(layers.Dropout(0.5))
    runs = np.stack([model(images, training=True) for _ in range(4)])
    (event,) = found(kernel, labels=runs.argmax(axis=2).mean(axis=0), first=runs[0])
    assert event.averaged == event.classified == ()


@pytest.mark.parametrize("training", [True, False])
def test_passes_without_chance_are_told(kernel, images, training):
    model = network() if training else network(layers.Dropout(0.5))
    for _ in range(3):
        model(images, training=training)
    (event,) = found(kernel)
    assert event.training == training
    assert not event.varied


def test_dropout_of_ones_own_shows_through_predict(kernel, images):
    model = network(AlwaysDropout(0.5))
    mean = np.mean([model.predict(images, verbose=0) for _ in range(3)], axis=0)
    (event,) = found(kernel, mean=mean)
    assert (event.via, event.varied, event.averaged) == ("predict", True, ("mean",))


def test_a_single_pass_or_other_images_are_no_event(kernel, images, data):
    model = network(layers.Dropout(0.5))
    model(images, training=True)
    for _ in range(3):
        model(data.train.images[:100] / np.float32(255), training=True)
    assert found(kernel) == []


def test_a_loop_of_thousands_of_calls_leaves_few_events(kernel, images):
    model = network(layers.Dropout(0.5))
    for _ in range(300):
        model(images[:8], training=True)
    assert sum(isinstance(event, Prediction) for event in kernel.events()) == 64
    (event,) = found(kernel)
    assert event.most == 300


def test_training_loop_can_be_differentiated(recorded, data):
    recorded("sketch")
    model = network(layers.Dropout(0.5))
    with tf.GradientTape() as tape:
        outcome = model(data.train.images[:200] / np.float32(255), training=True)
        loss = tf.reduce_mean(outcome**2)
    gradients = tape.gradient(loss, model.trainable_variables)
    assert outcome.shape == (200, 10)
    assert all(gradient is not None for gradient in gradients)


@pytest.mark.parametrize(("middle", "varied"), [(layers.Dropout(0.5), False), (AlwaysDropout(0.5), True)])
def test_a_loop_of_predictions_computes_each_batch_three_times_at_most(recorded, images, monkeypatch, middle, varied):
    kernel = recorded("sketch")
    model = network(middle)
    steps = []
    compute = model.predict_on_batch
    monkeypatch.setattr(model, "predict_on_batch", lambda x: steps.append(len(x)) or compute(x))
    mean = np.mean([np.concatenate([model.predict(b, verbose=0) for b in batches(images)]) for _ in range(9)], axis=0)
    (event,) = found(kernel, mean=mean)
    assert len(steps) == 3 * len(batches(images))
    assert (event.fewest, event.most, event.varied) == (9, 9, varied)
    assert event.averaged == ("mean",)


def test_feature_maps_are_computed_each_time(recorded, images):
    recorded("sketch")
    model = keras.Sequential([layers.Input((32, 32, 3)), layers.Conv2D(2, 3)])
    before = model.predict(images[:1], verbose=0)
    for _ in range(5):
        model.predict(images[:1], verbose=0)
    model.set_weights([2 * weight for weight in model.get_weights()])
    np.testing.assert_allclose(model.predict(images[:1], verbose=0), 2 * before, rtol=1e-4)
