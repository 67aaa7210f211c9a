"""Old ways of calling Keras: each snippet runs as a cell would, on one small model."""

from __future__ import annotations

import inspect
import textwrap
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.kernel.compat import install

PREPARED = """
    import numpy as np, keras, tensorflow as tf
    from keras import layers
    x = np.linspace(0, 1, 64 * 8).reshape(64, 8).astype("float32")
    y = np.arange(64) % 2

    def compiled(metric="accuracy", optimizer="sgd"):
        model = keras.Sequential([layers.Input((8,)), layers.Dense(2, activation="softmax")])
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=[metric])
        return model

    def batches(size=16):
        while True:
            for start in range(0, len(x), size):
                yield x[start : start + size], y[start : start + size]
"""


@pytest.fixture(scope="module")
def remarks():
    """What the shims said, by key; installed once for all snippets."""
    said: dict[str, str] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # TensorFlow's own
        import keras  # noqa: F401
        import tensorflow  # noqa: F401, ICN001

        install(said.setdefault)
    return said


@pytest.fixture
def run(remarks, tmp_path, monkeypatch):
    """Run a snippet as a notebook's code, in an empty folder; returns its names. `remarks` starts empty."""
    monkeypatch.chdir(tmp_path)
    remarks.clear()

    def run(source: str) -> dict[str, object]:
        names: dict[str, object] = {"__name__": "__main__"}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(textwrap.dedent(PREPARED) + textwrap.dedent(source), names)
        return names

    return run


def test_modern_code_hears_nothing(run, remarks):
    names = run(
        """
        model = compiled(optimizer=keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True))
        history = model.fit(x, y, 32, 2, verbose=0, validation_split=0.25, callbacks=[
            keras.callbacks.EarlyStopping(monitor="val_accuracy"),
            keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True),
        ])
        scores = model.evaluate(x, y, verbose=0), model.predict(x, verbose=0)
        model.save_weights("w.weights.h5"); model.load_weights("w.weights.h5")
        model.save("m.keras")
        loaded = keras.models.load_model("m.keras").evaluate(x, y, verbose=0)
        inputs = keras.Input((32, 32, 3))
        x1 = layers.Conv2D(32, 3, 2, padding="same", kernel_regularizer=keras.regularizers.l2(5e-4))(inputs)
        x2 = layers.MaxPooling2D((2, 2), strides=2)(layers.BatchNormalization(axis=-1)(x1))
        functional = keras.Model(inputs, layers.Dropout(0.5)(x2), name="net")
        clone = keras.models.clone_model(functional)
        model.optimizer.learning_rate = 0.01
        """
    )
    assert remarks == {}
    assert len(names["history"].history["loss"]) == 2
    assert names["loaded"] == pytest.approx(names["scores"][0])
    assert names["functional"].layers[1].strides == (2, 2)
    assert names["clone"].count_params() == names["functional"].count_params()
    assert float(names["model"].optimizer.learning_rate) == pytest.approx(0.01)


def test_names_that_keras_makes_up_are_not_disturbed(run):
    names = run(
        """
        keras.backend.clear_session()
        layer_names = [layers.Dense(1).name, layers.Convolution2D(1, 1).name, compiled().name]
        """
    )
    assert names["layer_names"] == ["dense", "conv2d", "sequential"]


def test_classes_keep_identity_signature_and_config(run, remarks):
    names = run(
        """
        class Mine(layers.Conv2D):
            def __init__(self, filters, extra, **kwargs):
                super().__init__(filters, 3, **kwargs)
                self.extra = extra
        mine = Mine(4, extra=1, padding="same")
        again = layers.Conv2D.from_config(layers.Conv2D(4, 3, strides=2).get_config())
        adam = keras.optimizers.Adam.from_config(keras.optimizers.Adam(0.01).get_config())
        """
    )
    keras = names["keras"]
    assert isinstance(names["mine"], keras.layers.Layer)
    assert names["again"].strides == (2, 2)
    assert "kernel_size" in inspect.signature(keras.layers.Conv2D).parameters
    assert next(iter(inspect.signature(keras.optimizers.Adam).parameters)) == "learning_rate"
    assert remarks == {}


@pytest.mark.parametrize("optimizer", ["Adam", "RMSprop", "SGD", "Adagrad", "Adadelta", "Adamax", "Nadam"])
def test_lr_is_the_learning_rate(run, remarks, optimizer):
    others = "momentum=0.9, decay=0" if optimizer == "SGD" else "epsilon=None"
    names = run(f"made = tf.keras.optimizers.{optimizer}(lr=0.25, {others})")
    assert float(names["made"].learning_rate) == 0.25
    assert remarks["keyword lr="] == (
        "`lr=` is the old name of `learning_rate=`; Keras 3 no longer accepts it. Treated as `learning_rate=0.25`."
    )


def test_lr_reaches_a_base_class(run, remarks):
    names = run(
        """
        class Mine(keras.optimizers.SGD):
            def __init__(self): super().__init__(lr=0.5)
        rate = float(Mine().learning_rate)
        """
    )
    assert names["rate"] == 0.5
    assert list(remarks) == ["keyword lr="]


def test_an_unknown_keyword_is_still_an_error(run):
    with pytest.raises((TypeError, ValueError), match="nonsense"):
        run("keras.optimizers.Adam(nonsense=1)")
    with pytest.raises((TypeError, ValueError), match="nonsense"):
        run("layers.Dense(3, nonsense=1)")
    with pytest.raises(TypeError, match="nonsense"):
        run("compiled().fit(x, y, nonsense=1)")


@settings(max_examples=25, deadline=None)
@given(rate=st.floats(1e-5, 1), decay=st.floats(1e-7, 0.5), step=st.integers(0, 10**6))
def test_decay_divides_the_rate(remarks, rate, decay, step):
    import keras

    optimizer = keras.optimizers.SGD(rate, decay=decay)
    optimizer.iterations.assign(step)
    assert float(optimizer.learning_rate) == pytest.approx(rate / (1 + decay * step), rel=1e-4)
    assert "keyword decay=" in remarks


def test_decay_keeps_the_other_arguments(run):
    names = run("made = keras.optimizers.SGD(0.1, 0.9, True, decay=1e-6)")
    assert (names["made"].momentum, names["made"].nesterov) == (0.9, True)


def test_decay_trains_beside_callbacks_that_set_the_rate(run):
    names = run(
        """
        model = compiled(optimizer=keras.optimizers.RMSprop(lr=0.5, decay=1.0))
        model.fit(x, y, batch_size=16, epochs=2, verbose=0, callbacks=[
            keras.callbacks.LearningRateScheduler(lambda epoch: 0.25),
            keras.callbacks.ReduceLROnPlateau(monitor="loss"),
        ])
        model.save("decayed.keras")
        loaded = keras.models.load_model("decayed.keras").optimizer
        config = loaded.get_config()["learning_rate"]["config"]
        rate = float(model.optimizer.learning_rate)
        """
    )
    assert names["rate"] == pytest.approx(0.25 / 9)  # 8 steps made
    assert names["config"]["initial_learning_rate"] == 0.25
    assert names["config"]["decay_rate"] == 1.0


def test_setting_optimizer_lr_changes_nothing_and_says_so(run, remarks):
    names = run(
        """
        optimizer = keras.optimizers.SGD(0.5)
        before = float(optimizer.lr)
        optimizer.lr = 0.05
        after = float(optimizer.learning_rate)
        read_back = optimizer.lr
        """
    )
    assert (names["before"], names["after"], names["read_back"]) == (0.5, 0.5, 0.05)
    assert list(remarks) == ["read optimizer.lr", "set optimizer.lr"]
    assert "has no effect" in remarks["set optimizer.lr"]


def test_backend_set_value_still_sets_the_rate(run):
    names = run(
        """
        model = compiled()
        tf.keras.backend.set_value(model.optimizer.lr, 0.25)
        rate = float(model.optimizer.learning_rate)
        """
    )
    assert names["rate"] == 0.25


@pytest.mark.parametrize(
    ("old", "new", "keys"),
    [
        ("Dense(output_dim=4, init='he_normal')", "Dense(4, kernel_initializer='he_normal')",
         "output_dim init"),
        ("Dense(4, W_regularizer=l2(0.1), bias=False)",
         "Dense(4, kernel_regularizer=l2(0.1), use_bias=False)", "W_regularizer bias"),
        ("Dense(4, kernel_regularizer=l2(l=0.1))", "Dense(4, kernel_regularizer=l2(0.1))", "l"),
        ("Dropout(p=0.3)", "Dropout(0.3)", "p"),
        ("Conv2D(32, (3, 3), border_mode='same', subsample=(2, 2))",
         "Conv2D(32, 3, padding='same', strides=2)", "border_mode subsample"),
        ("Conv2D(32, 3, 3, border_mode='same')", "Conv2D(32, 3, padding='same')", "border_mode"),
        ("Convolution2D(nb_filter=32, nb_row=3, nb_col=5)", "Conv2D(32, (3, 5))", "nb_filter"),
        ("Convolution2D(32, 3, 5, dim_ordering='tf')", "Conv2D(32, (3, 5))", "dim_ordering"),
        ("Convolution2D(32, 3, 3, activation='relu')", "Conv2D(32, 3, activation='relu')", ""),
        ("MaxPooling2D((2, 2), border_mode='same')", "MaxPooling2D(2, padding='same')", "border_mode"),
        ("BatchNormalization(mode=0, axis=-1)", "BatchNormalization()", "mode"),
    ],
)  # fmt: skip
def test_old_layer_keywords(run, remarks, old, new, keys):
    names = run(
        f"""
        from keras.regularizers import l2
        from keras.layers import *
        old, new = {old}, {new}
        """
    )
    old_layer, new_layer = names["old"], names["new"]
    assert type(old_layer) is type(new_layer)
    ignored = {"name"}
    configs = [{k: v for k, v in each.get_config().items() if k not in ignored} for each in (old_layer, new_layer)]
    assert configs[0] == configs[1]
    assert {f"keyword {key}=" for key in keys.split()} == set(remarks) - {"keras 1 kernel size"}


def test_average_pools_had_a_default_size(run, remarks):
    names = run("from keras.layers import AveragePooling2D\npool = AveragePooling2D()")
    assert names["pool"].pool_size == (2, 2)
    assert set(remarks) == {"default pool_size"}


def test_three_numbers_for_conv2d_of_today_end_in_a_stride(run, remarks):
    names = run("layer = layers.Conv2D(32, 3, 3)")
    assert (names["layer"].kernel_size, names["layer"].strides) == ((3, 3), (3, 3))
    assert remarks == {}


def test_convolution2d_is_a_class_like_conv2d(run, remarks):
    names = run(
        """
        from tensorflow.keras.layers import Convolution2D
        class Mine(Convolution2D):
            pass
        facts = [
            isinstance(layers.Conv2D(1, 1), Convolution2D), issubclass(Convolution2D, layers.Conv2D),
            Mine(2, 3).filters == 2, type(Mine(2, 3)) is Mine, not isinstance(layers.Conv2D(1, 1), Mine),
             Convolution2D is layers.Convolution2D,
        ]
        """
    )
    assert all(names["facts"])
    assert remarks == {}


def test_models_from_input_and_output(run, remarks):
    names = run(
        """
        inputs = keras.Input((8,))
        outputs = layers.Dense(2)(inputs)
        model = keras.models.Model(input=inputs, output=outputs)
        class Mine(keras.Model):
            pass
        mine = Mine(input=inputs, output=outputs)
        parallel = keras.utils.multi_gpu_model(model, gpus=2)
        counted = keras.utils.layer_utils.count_params(model.trainable_weights)
        """
    )
    assert names["model"].count_params() == names["mine"].count_params() == names["counted"] == 18
    assert names["parallel"] is names["model"]
    assert {"keyword input=", "keyword output=", "multi_gpu_model"} <= set(remarks)


def test_generator_methods(run, remarks):
    names = run(
        """
        seen = []
        class Recorded(keras.Sequential):
            def fit(self, *args, **kwargs):
                seen.append(kwargs["epochs"])
                return super().fit(*args, **kwargs)
        model = Recorded(compiled().layers)
        model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
        history = model.fit_generator(batches(), steps_per_epoch=4, epochs=3, verbose=0, workers=4,
            use_multiprocessing=True, max_queue_size=2, validation_data=batches(), validation_steps=1)
        loss, accuracy = model.evaluate_generator(batches(), steps=4, workers=2)
        labels = model.predict_generator(batches(), 4, verbose=0).shape
        """
    )
    assert names["seen"] == [3]  # by way of the public method
    assert len(names["history"].history["val_loss"]) == 3
    assert names["labels"] == (64, 2)
    assert set(remarks) == {"method fit_generator", "method evaluate_generator", "method predict_generator"}


def test_keras_1_counts_samples(run, remarks):
    names = run(
        """
        class Flow(keras.utils.Sequence):
            batch_size = 16
            def __init__(self): super().__init__(); self.taken = 0
            def __len__(self): return 4
            def __getitem__(self, index): self.taken += 1; return x[:16], y[:16]
        flow = Flow()
        history = compiled().fit_generator(flow, samples_per_epoch=32, nb_epoch=2, verbose=0)
        """
    )
    assert len(names["history"].history["loss"]) == 2
    assert names["history"].params["steps"] == 2
    assert "keyword nb_epoch=" in remarks


def test_keywords_that_fit_evaluate_and_predict_lost(run, remarks):
    names = run(
        """
        model = compiled()
        lost = dict(workers=2, use_multiprocessing=False, max_queue_size=10)
        history = model.fit(x, y, nb_epoch=2, verbose=0, **lost)
        model.evaluate(x, y, verbose=0, workers=2)
        model.predict(x, verbose=0, workers=2)
        rounded = model.fit(batches(), steps_per_epoch=64 / 48, verbose=0).params["steps"]
        """
    )
    assert len(names["history"].history["loss"]) == 2
    assert names["rounded"] == 2
    dropped = {"keyword workers=", "keyword use_multiprocessing=", "keyword max_queue_size="}
    assert set(remarks) == {"keyword nb_epoch=", "keyword steps_per_epoch=float", *dropped}


def test_metrics_by_position(run, remarks):
    names = run(
        """
        model = keras.Sequential([layers.Input((8,)), layers.Dense(2, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy", ["accuracy"])
        history = model.fit(x, y, verbose=0)
        """
    )
    assert set(names["history"].history) == {"loss", "accuracy"}
    assert set(remarks) == {"third argument of compile"}


def test_loss_weights_of_today_stay_what_they_are(run, remarks):
    names = run(
        """
        model = keras.Sequential([layers.Input((8,)), layers.Dense(2, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy", [0.5], ["accuracy"])
        """
    )
    assert names["model"]._compile_loss._user_loss_weights == [0.5]
    assert not remarks


def test_predicting_classes(run, remarks):
    names = run(
        """
        model = compiled()
        classes = model.predict_classes(x), model.predict(x, verbose=0).argmax(axis=-1)
        proba = model.predict_proba(x), model.predict(x, verbose=0)
        binary = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
        halves = binary.predict_classes(x)
        """
    )
    for old, new in (names["classes"], names["proba"]):
        assert (old == new).all()
    assert names["halves"].shape == (64, 1)
    assert set(names["halves"].ravel()) <= {0, 1}
    assert set(remarks) == {"method predict_classes", "method predict_proba"}


@pytest.mark.parametrize(("metric", "monitor"), [("accuracy", "val_acc"), ("acc", "val_accuracy")])
def test_monitors_follow_the_accuracy_under_either_name(run, remarks, metric, monitor):
    run(
        f"""
        model = compiled("{metric}")
        model.fit(x, y, validation_split=0.25, epochs=2, verbose=0, callbacks=[
            keras.callbacks.EarlyStopping(monitor="{monitor}"),
            keras.callbacks.ModelCheckpoint("best.h5", monitor="{monitor}", save_best_only=True),
        ])
        keras.models.load_model("best.h5")
        """
    )
    assert set(remarks) == {f"monitor {monitor}"}


def test_files_under_old_names_are_found_again(run, remarks):
    names = run(
        """
        model = compiled()
        model.fit(x, y, verbose=0, callbacks=[
            keras.callbacks.ModelCheckpoint("whole.hdf5", "loss", 0, True, period=1),
            keras.callbacks.ModelCheckpoint(filepath="part.h5", save_weights_only=True),
        ])
        expected = model.predict(x, verbose=0)
        model.save_weights("mine.h5"); model.save("folder")
        found = [keras.models.load_model(name).predict(x, verbose=0) for name in ("whole.hdf5", "folder")]
        for name in ("whole.hdf5", "part.h5", "mine.h5"):
            other = compiled(); other.load_weights(name); found.append(other.predict(x, verbose=0))
        """
    )
    assert all((found == names["expected"]).all() for found in names["found"])
    assert set(remarks) == {"keyword period=", "file name .keras", "file name .weights.h5"}


def test_too_many_arguments_are_still_an_error(run):
    with pytest.raises(TypeError, match="arguments"):
        run("keras.callbacks.ModelCheckpoint('a.keras', 'loss', 0, True, False, 'auto', 'epoch', None, 1)")


def test_a_missing_file_is_still_missing(run):
    with pytest.raises(FileNotFoundError):
        run("compiled().load_weights('nowhere.weights.h5')")
