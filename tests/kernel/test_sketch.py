"""Effort ``sketch``: as fast as a few steps, and a notebook cannot tell by what it gets back."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from grader.evidence.schema import Evaluation, Fit, FitEnd, Prediction
from grader.kernel.images.inputs import InputReader
from grader.kernel.sketch import Sketch


def network(loss="sparse_categorical_crossentropy", metrics=("accuracy",)):
    model = keras.Sequential(
        [layers.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10, "softmax", kernel_regularizer="l2")]
    )
    model.compile("adam", loss, metrics=list(metrics))
    return model


@pytest.fixture
def train(data):
    return data.train.images.astype("float32") / 255, data.train.labels


@pytest.fixture
def test(data):
    return data.test.images.astype("float32") / 255, data.test.labels


@pytest.fixture
def kernel(recorded):
    return recorded("sketch")


def of(kernel, kind):
    return [event for event in kernel.events() if isinstance(event, kind)]


@pytest.mark.parametrize(
    "validation", [{}, {"validation_split": 0.2}, {"validation_data": "test"}, {"validation_data": "tf.data"}]
)
def test_histories_have_the_keys_and_the_length_of_real_ones(recorded, train, test, validation):
    as_dataset = tf.data.Dataset.from_tensor_slices(test).batch(32)
    given = {"test": test, "tf.data": as_dataset}
    arguments = {name: given.get(value, value) for name, value in validation.items()}
    real = network().fit(*train, epochs=2, verbose=0, batch_size=250, **arguments)
    kernel = recorded("sketch")
    model = network()
    before = model.get_weights()
    made_up = model.fit(*train, epochs=2, verbose=0, batch_size=250, **arguments)
    assert set(made_up.history) == set(real.history)
    assert {len(curve) for curve in made_up.history.values()} == {2}
    assert made_up.epoch == real.epoch
    assert made_up.params["epochs"] == real.params["epochs"]
    assert made_up.params["steps"] == real.params["steps"]
    assert model.history is made_up
    assert any(not np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))
    (fit,), (end,) = of(kernel, Fit), of(kernel, FitEnd)
    assert (fit.epochs, fit.batch_size, fit.validation is not None) == (2, 250, "validation_data" in validation)
    assert fit.validation_split == validation.get("validation_split", 0)
    assert (end.fit, end.status) == (fit.seq, "completed")
    assert {name: list(curve) for name, curve in end.history.items()} == made_up.history
    assert end.weights != fit.weights


def test_figures_improve_and_promise_little(kernel, train):
    history = network().fit(*train, epochs=300, validation_split=0.2, verbose=0).history
    for name, curve in history.items():
        steps = np.diff(curve)
        assert (steps < 0).all() if "loss" in name else (steps > 0).all()
        assert 0 < min(curve) <= max(curve) < (3 if "loss" in name else 0.7)


def test_every_run_has_figures_of_its_own(kernel, train, test):
    model = network()
    first = model.fit(*train, epochs=3, validation_split=0.2, verbose=0).history
    second = model.fit(*train, epochs=3, validation_split=0.2, verbose=0).history
    figures = [value for history in (first, second) for curve in history.values() for value in curve]
    figures += [*model.evaluate(*test, verbose=0), *model.evaluate(*test, verbose=0)]
    assert len(set(figures)) == len(figures) == 28


def test_the_same_seed_gives_the_same_figures(index, log, train):
    def figures(seed):
        sketch, given = Sketch(seed), InputReader(index, log).read(*train)
        arguments = {"epochs": 3, "initial_epoch": 0, "steps": 4, "callbacks": None, "class_weight": None}
        model = network()
        return sketch.fit(model, given, given, **arguments).history, sketch.evaluate(model, given)

    assert figures(1) == figures(1)
    assert figures(1) != figures(2)


def test_a_model_that_was_compiled_anew_is_asked_anew_for_its_metrics(index, log, test):
    model, given = network(metrics=("accuracy",)), InputReader(index, log).read(*test)
    first = Sketch(1)
    measured = first.evaluate(model, given)
    again = Sketch(1, known=first)
    model.test_step = None  # whoever takes a step fails
    assert again.evaluate(model, given) == measured
    del model.test_step
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["sparse_top_k_categorical_accuracy"])
    assert set(again.evaluate(model, given)) == {"loss", "sparse_top_k_categorical_accuracy"}


@pytest.mark.parametrize("as_dict", [False, True])
@pytest.mark.parametrize("metrics", [(), ("accuracy",)])
def test_evaluate_returns_what_keras_returns(recorded, test, metrics, as_dict):
    real = network(metrics=metrics).evaluate(*test, verbose=0, return_dict=as_dict)
    kernel = recorded("sketch")
    made_up = network(metrics=metrics).evaluate(*test, verbose=0, return_dict=as_dict)
    assert type(made_up) is type(real)
    if as_dict:
        assert list(made_up) == list(real)
    else:
        assert np.shape(made_up) == np.shape(real)
    (event,) = of(kernel, Evaluation)
    assert event.values["loss"] == (made_up["loss"] if as_dict else np.atleast_1d(made_up)[0])
    assert event.x.rows.runs == (("test", 0, 100),)


@pytest.mark.filterwarnings(r"ignore:[\s\S]*The structure of .inputs.")  # of the input in a list
@pytest.mark.parametrize(
    "form",
    [
        lambda x: x,
        lambda x: x[:1],
        lambda x: x[:0:-1],
        tf.constant,
        lambda x: [x],
        lambda x: tf.data.Dataset.from_tensor_slices(x).batch(32),
        lambda x: tf.data.Dataset.from_tensor_slices((x, np.zeros(len(x)))).batch(32).prefetch(1),
    ],
)
def test_predict_returns_a_row_an_image(recorded, test, form):
    given = form(test[0])
    real = network().predict(given, verbose=0)
    kernel = recorded("sketch")
    made_up = network().predict(given, verbose=0)
    assert (type(made_up), made_up.shape, made_up.dtype) == (type(real), real.shape, real.dtype)
    assert made_up.sum(axis=1) == pytest.approx(1, abs=1e-5)
    (event,) = of(kernel, Prediction)
    assert (event.via, event.shape) == ("predict", made_up.shape)


def test_a_large_call_returns_a_row_an_image(kernel, test):
    outcome = network()(test[0])
    assert isinstance(outcome, tf.Tensor)
    assert outcome.shape == (100, 10)
    (event,) = of(kernel, Prediction)
    assert (event.via, event.training) == ("call", False)


def test_callbacks_are_called_each_epoch(kernel, train):
    seen = []

    class Mine(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(("begin", self.params["epochs"], self.model is model))

        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, sorted(logs)))

    model = network()
    model.fit(*train, epochs=3, validation_split=0.2, verbose=0, callbacks=[Mine()])
    keys = ["accuracy", "loss", "val_accuracy", "val_loss"]
    assert seen == [("begin", 3, True), (0, keys), (1, keys), (2, keys)]


def test_a_callback_may_end_the_training(kernel, train):
    class Stop(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.model.stop_training = epoch == 1

    assert network().fit(*train, epochs=5, verbose=0, callbacks=[Stop()]).epoch == [0, 1]


# TensorFlow's variables and NumPy 2 disagree about a keyword.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_callbacks_of_keras(kernel, train, tmp_path):
    rates = []

    def schedule(epoch, rate):
        rates.append(rate)
        return rate / 2

    saved = tmp_path / "best.weights.h5"
    callbacks = [
        keras.callbacks.EarlyStopping("val_loss", patience=0, restore_best_weights=True),
        keras.callbacks.ReduceLROnPlateau("val_loss", patience=1),
        keras.callbacks.LearningRateScheduler(schedule),
        keras.callbacks.ModelCheckpoint(str(saved), save_best_only=True, save_weights_only=True),
        keras.callbacks.CSVLogger(str(tmp_path / "log.csv")),
        keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
    ]
    history = network().fit(*train, epochs=6, validation_split=0.2, verbose=0, callbacks=callbacks).history
    assert len(history["loss"]) == 6
    assert rates == pytest.approx([0.001 / 2**epoch for epoch in range(6)])
    assert len(history["learning_rate"]) == 6
    assert saved.stat().st_size > 0
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 2
    (fit,) = of(kernel, Fit)
    assert [callback.name for callback in fit.callbacks][:2] == ["EarlyStopping", "ReduceLROnPlateau"]
    assert (fit.callbacks[0].monitor, fit.callbacks[0].patience) == ("val_loss", 0)


def test_training_goes_on_from_an_epoch(kernel, train):
    history = network().fit(*train, epochs=5, initial_epoch=3, verbose=0)
    assert (history.epoch, len(history.history["loss"])) == ([3, 4], 2)


def one_hot(labels):
    return keras.utils.to_categorical(labels, 10)


@pytest.mark.parametrize(
    "mistake",
    [
        lambda x, y: network("categorical_crossentropy").fit(x, y, verbose=0),
        lambda x, y: network().fit(x, one_hot(y), verbose=0),
        lambda x, y: network().fit(x[:, :16], y, verbose=0),
        lambda x, y: network().fit(x[:-5], y, verbose=0),
        lambda x, y: network().fit(x, y, validation_data=(x, y[:-5]), verbose=0),
        lambda x, y: network().fit(x, y, validation_data=(x, one_hot(y)), verbose=0),
        lambda x, y: network().fit(x, y, validatoin_split=0.2, verbose=0),
        lambda x, y: network().evaluate(x, y[:-5], verbose=0),
        lambda x, y: network().evaluate(x[:, :16], y, verbose=0),
        lambda x, y: network().predict(x[:, :16], verbose=0),
        lambda x, y: network().predict(x[0], verbose=0),
        lambda x, y: network().fit(tf.data.Dataset.from_tensor_slices((x, y)), shuffle=False, verbose=0),
        lambda x, y: keras.Sequential([layers.Flatten(), layers.Dense(10)]).fit(x, y, verbose=0),
        lambda x, y: keras.Sequential([layers.Flatten(), layers.Dense(10)]).evaluate(x, y, verbose=0),
    ],
)
def test_what_keras_refuses_is_refused(recorded, train, mistake):
    x, y = train
    with pytest.raises((ValueError, TypeError)) as real:
        mistake(x, y)
    recorded("sketch")
    with pytest.raises(type(real.value)):
        mistake(x, y)


def test_a_fit_that_fails_says_so(kernel, train):
    x, y = train
    with pytest.raises(ValueError, match="cardinality"):
        network().fit(x, y[:-1], verbose=0)
    (end,) = of(kernel, FitEnd)
    assert (end.status, end.history) == ("failed", {})


def test_a_model_that_was_sketched_can_still_be_trained(recorded, train):
    model = network()
    kernel = recorded("sketch")
    model.fit(*train, epochs=1, verbose=0)
    kernel.watch.sketch = None
    history = model.fit(*train, epochs=2, batch_size=250, verbose=0).history
    assert len(history["loss"]) == 2
    assert not model.run_eagerly
