"""Weights of models that were tried on test images go to the trusted side, once a state, where they tell all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers

from grader.evidence.schema import Evaluation, ModelSnapshot, Prediction, Unverified
from grader.evidence.weights import places, read_weights
from grader.models.rebuild import rebuild
from tests.kernel.conftest import TEST

Spool = Callable[[], Path]


@pytest.fixture
def full(recorded):
    return recorded("full")


@pytest.fixture
def images(data) -> np.ndarray:
    return data.test.images.astype("float32") / 255


def network(*stack: Any) -> Any:
    body = stack or (layers.Conv2D(2, 5, strides=5, activation="relu"), layers.BatchNormalization())
    model = keras.Sequential([layers.Input((32, 32, 3)), *body, layers.Flatten(), layers.Dense(10, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_what_is_sent_makes_the_model_again(full, spool: Spool, images, data):
    model = network()
    model.predict(images, verbose=0)
    (place,) = places(spool())
    sent = read_weights(spool(), place)
    (snapshot,) = [event for event in full.events() if isinstance(event, ModelSnapshot)]
    arrays = {name: [array.decoded() for array in given] for name, given in sent.layers.items()}
    again = rebuild(snapshot.nodes, arrays)
    np.testing.assert_allclose(again(images), model(images), atol=1e-5)
    np.testing.assert_allclose(again(images[list(sent.rows)]), sent.outputs.decoded(), atol=1e-5)


def test_a_state_is_sent_once_and_named_by_what_tries_it(full, spool: Spool, images, data):
    model = network()
    model.evaluate(images, data.test.labels, verbose=0)
    model.predict(images, verbose=0)
    model.fit(images[:8], data.test.labels[:8], verbose=0)
    model(images[:4])
    found = list(places(spool()))
    assert len(found) == 2
    trials = [event.weights for event in full.events() if isinstance(event, (Evaluation, Prediction))]
    assert trials == [found[0].weights, found[0].weights, found[1].weights]


def test_training_images_are_no_reason_to_send_weights(full, spool: Spool, data):
    network().predict(data.train.images[:20].astype("float32"), verbose=0)
    assert not list(places(spool()))


def test_a_sketch_sends_nothing(recorded, spool: Spool, images, data):
    events = recorded("sketch").events
    network().evaluate(images, data.test.labels, verbose=0)
    assert not list(places(spool()))
    assert [event.weights for event in events() if isinstance(event, Evaluation)] == [None]


def own(x: Any) -> Any:
    return keras.ops.maximum(x, 0.1 * x)


own.__name__ = "relu"


class OwnDense(layers.Dense):
    pass


class Always(layers.Dropout):
    def call(self, inputs: Any, training: bool | None = None) -> Any:
        return super().call(inputs, training=True)


def named_twice() -> Any:
    inner = [keras.Sequential([layers.Input((32, 32, 3)), layers.Conv2D(3, 1, name="same")]) for _ in range(2)]
    return network(*inner)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (lambda: network(layers.Conv2D(2, 5, strides=5, activation=own)), "activation of"),
        (lambda: network(layers.Lambda(own)), "function of"),
        (lambda: network(OwnDense(4)), "the notebook's own"),
        (lambda: network(Always(0.5)), "each time|own"),
        (lambda: network(layers.Dense(3, dtype="mixed_float16")), "float16"),
        (named_twice, "are called «same»"),
    ],
    ids=["activation", "lambda", "layer", "random", "precision", "names"],
)
def test_what_graph_and_weights_do_not_tell_is_not_sent(full, spool: Spool, images, data, model, reason: str):
    model().evaluate(images, data.test.labels, verbose=0)
    (why,) = [event for event in full.events() if isinstance(event, Unverified)]
    (evaluation,) = [event for event in full.events() if isinstance(event, Evaluation)]
    assert not list(places(spool()))
    assert why.weights == evaluation.weights
    assert np.any([part in why.reason for part in reason.split("|")]), why.reason
    assert not why.fault
    # Images in the mirror are tried here instead.
    assert evaluation.predicted is not None
    assert len(evaluation.predicted.mirrored) == TEST


def test_images_that_follow_no_map_are_a_reason_of_their_own(full, spool: Spool, images, data):
    model = network()
    model.evaluate(images - images.mean(axis=0), data.test.labels, verbose=0)
    assert not list(places(spool()))
    (why,) = [event for event in full.events() if isinstance(event, Unverified)]
    assert "no linear map" in why.reason
    model.evaluate(images, data.test.labels, verbose=0)
    assert len(list(places(spool()))) == 1


def test_beyond_the_room_there_is_a_reason(full, spool: Spool, images, data):
    full.log._bulk_left = 1000
    network().evaluate(images, data.test.labels, verbose=0)
    assert not list(places(spool()))
    assert [event.reason for event in full.events() if isinstance(event, Unverified)] == [
        "the run has sent as many weights as it may"
    ]


def test_sending_leaves_no_trace(full, spool: Spool, images, data):
    model = network(layers.BatchNormalization(), layers.Dropout(0.5))
    before = [variable.numpy() for variable in (*model.weights, *model.non_trainable_variables)]
    model.evaluate(images, data.test.labels, verbose=0)
    after = [variable.numpy() for variable in (*model.weights, *model.non_trainable_variables)]
    assert len(list(places(spool()))) == 1
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_a_notebook_puts_in_place_of_predict_is_not_asked(full, monkeypatch, images, data):
    model = network()
    expected = model.predict(images, verbose=0).argmax(axis=1)
    monkeypatch.setattr(keras.Model, "predict", lambda *args, **kwargs: np.eye(10)[data.test.labels.reshape(-1)])
    model.evaluate(images, data.test.labels, verbose=0)
    (evaluation,) = [event for event in full.events() if isinstance(event, Evaluation)]
    assert evaluation.predicted is not None
    assert list(evaluation.predicted.classes) == expected[list(evaluation.predicted.rows)].tolist()
