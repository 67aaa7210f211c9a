"""Losses, optimizers and metrics in one normal form, however they were given."""

from __future__ import annotations

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from grader.evidence.values import CompileSettings
from grader.kernel.compiled import describe_compile
from grader.kernel.events import plain

CROSS_ENTROPY = -np.log(0.4)
"""Of the probe, whose true class has the probability 0.4."""


def compiled(loss="mse", optimizer="adam", **arguments) -> CompileSettings:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(10)])
    model.compile(optimizer, loss, **arguments)
    return CompileSettings.model_validate(plain(describe_compile(model)))


@pytest.mark.parametrize(
    "loss",
    [
        "sparse_categorical_crossentropy",
        keras.losses.sparse_categorical_crossentropy,
        keras.losses.SparseCategoricalCrossentropy(),
        tf.keras.losses.SparseCategoricalCrossentropy(from_logits=False),
        ["sparse_categorical_crossentropy"],
    ],
)
def test_sparse_cross_entropy(loss):
    found = compiled(loss).loss
    assert (found.name, found.from_logits) == ("sparse_categorical_crossentropy", False)
    assert found.probe["sparse"] == pytest.approx(CROSS_ENTROPY, rel=1e-3)


@pytest.mark.parametrize(
    "loss",
    [
        "categorical_crossentropy",
        keras.losses.categorical_crossentropy,
        keras.losses.CategoricalCrossentropy(),
    ],
)
def test_cross_entropy_of_one_hot_labels(loss):
    found = compiled(loss).loss
    assert (found.name, found.from_logits) == ("categorical_crossentropy", False)
    assert found.probe["one_hot"] == pytest.approx(CROSS_ENTROPY, rel=1e-3)
    assert found.probe["sparse"] != pytest.approx(CROSS_ENTROPY, rel=1e-2)


@pytest.mark.parametrize("loss", ["binary_crossentropy", keras.losses.BinaryCrossentropy(), "mse", "hinge"])
def test_other_losses_are_told_from_cross_entropy(loss):
    found = compiled(loss).loss
    assert all(value != pytest.approx(CROSS_ENTROPY, rel=1e-2) for value in found.probe.values())


@pytest.mark.parametrize(
    "loss",
    [
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        keras.losses.CategoricalCrossentropy(from_logits=True),
    ],
)
def test_logits_show(loss):
    found = compiled(loss).loss
    assert found.from_logits
    assert all(value != pytest.approx(CROSS_ENTROPY, rel=1e-2) for value in found.probe.values())


def own_loss(labels, predictions):
    return keras.losses.sparse_categorical_crossentropy(labels, predictions)


class OwnLoss(keras.losses.Loss):
    def call(self, labels, predictions):
        return own_loss(labels, predictions)


@pytest.mark.parametrize(
    ("loss", "name"),
    [(own_loss, "own_loss"), (OwnLoss(), "own_loss"), (lambda y, p: own_loss(y, p), "<lambda>")],
)
def test_a_loss_of_ones_own_is_known_by_its_values(loss, name):
    found = compiled(loss).loss
    assert found.name == name
    assert found.probe["sparse"] == pytest.approx(CROSS_ENTROPY, rel=1e-3)


def test_a_loss_that_takes_no_probe():
    found = compiled(lambda y, p: 1 / 0)
    assert found.loss.probe == {"sparse": None, "one_hot": None}


def test_a_partial_function():
    loss = functools.partial(keras.losses.sparse_categorical_crossentropy, from_logits=False)
    assert compiled(loss).loss.probe["sparse"] == pytest.approx(CROSS_ENTROPY, rel=1e-3)


@pytest.mark.parametrize(
    ("optimizer", "name", "rate"),
    [
        ("adam", "adam", 0.001),
        ("Adam", "adam", 0.001),
        (keras.optimizers.Adam, "adam", 0.001),
        (lambda: keras.optimizers.Adam(learning_rate=0.01), "adam", 0.01),
        (lambda: tf.keras.optimizers.SGD(0.1, momentum=0.9), "sgd", 0.1),
        ("rmsprop", "rmsprop", 0.001),
        (lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.02, 10, 0.5)), "adam", 0.02),
    ],
)
def test_optimizers(optimizer, name, rate):
    found = compiled(optimizer=optimizer if isinstance(optimizer, str) else optimizer()).optimizer
    assert (found.name, found.learning_rate) == (name, pytest.approx(rate))


@pytest.mark.parametrize(
    ("metrics", "names"),
    [
        (None, ()),
        (["accuracy"], ("accuracy",)),
        (["acc"], ("acc",)),
        ([keras.metrics.SparseCategoricalAccuracy], ("sparse_categorical_accuracy",)),
        ([lambda: keras.metrics.SparseCategoricalAccuracy("acc")], ("sparse_categorical_accuracy",)),
        ([keras.metrics.categorical_accuracy], ("categorical_accuracy",)),
        ([["accuracy", keras.metrics.TopKCategoricalAccuracy]], ("accuracy", "top_kcategorical_accuracy")),
        (["AUC"], ("auc",)),
    ],
)
def test_metrics(metrics, names):
    def made(metric):
        if isinstance(metric, list):
            return [made(one) for one in metric]
        return metric() if isinstance(metric, type) or getattr(metric, "__name__", "") == "<lambda>" else metric

    assert compiled(metrics=metrics and made(metrics)).metrics == names


def test_weighted_metrics():
    assert compiled(weighted_metrics=["accuracy"]).weighted_metrics == ("accuracy",)
