"""How a notebook trains, told so well that the same can be done elsewhere; and the same told once, however written."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from grader.evidence.schema import Fit
from grader.training import components
from grader.training.reading import NotReproducibleError, Reading, recipe_of
from tests.checks.factories import evidence

# Keras reads its own learning rates so, to tell them to schedules.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

SPARSE, ONE_HOT = "sparse_categorical_crossentropy", "categorical_crossentropy"
SHARE = 400
"""Images trained on where the rest is kept for validation."""

Read = Callable[[Callable[[], object]], Reading]


@pytest.fixture
def read(recorded: Callable[[], SimpleNamespace]) -> Read:
    """The reading of all trainings that a function does."""
    kernel = recorded()

    def read(train: Callable[[], object]) -> Reading:
        before = len(kernel.events())
        train()
        told = kernel.events()
        return recipe_of(evidence(events=told), [event.seq for event in told[before:] if isinstance(event, Fit)])

    return read


@pytest.fixture
def given(data: Any) -> SimpleNamespace:
    """Training and test images between 0 and 1, with labels."""
    x, y = (part.astype("float32") / 255 for part in (data.train.images, data.test.images)), data.train.labels
    train, test = x
    return SimpleNamespace(x=train, y=y, raw=data.train.images, test=test, test_labels=data.test.labels)


def stack(*, last: str | None = "softmax", rate: float = 0.5, **convolution: Any) -> list[Any]:
    settings = {"activation": "relu", "padding": "same", **convolution}
    convolutions = [layers.Conv2D(4, 3, **settings), layers.MaxPooling2D(4), layers.Flatten()]
    return [layers.Input((32, 32, 3)), *convolutions, layers.Dropout(rate), layers.Dense(10, last)]


def compiled(model: Any, loss: Any = SPARSE, optimizer: Any = "adam") -> Any:
    model.compile(optimizer, loss, metrics=["accuracy"])
    return model


def plain(**settings: Any) -> Any:
    return compiled(keras.Sequential(stack(**settings)))


def usual(given: SimpleNamespace, model: Any = None, **changes: Any) -> Any:
    """The training that all others here are compared with, or one that differs from it."""
    settings = {"epochs": 3, "batch_size": 100, "verbose": 0, **changes}
    return (plain() if model is None else model).fit(given.x, given.y, **settings)


# The same, in other words


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.stack = stack()[1:]

    def call(self, x: Any, training: Any = None) -> Any:
        for layer in self.stack:
            x = layer(x)
        return x


def functional() -> Any:
    source, *rest = (keras.Input((32, 32, 3)), *stack()[1:])
    found = source
    for layer in rest:
        layer._name = f"my_{layer.name}"
        found = layer(found)
    return keras.Model(source, found, name="mine")


def spelled_out() -> Any:
    model = keras.Sequential(
        [
            layers.Input((32, 32, 3)),
            layers.Conv2D(
                filters=4,
                kernel_size=(3, 3),
                strides=(1, 1),
                padding="SAME".lower(),
                kernel_initializer=keras.initializers.GlorotUniform(seed=4),
                bias_initializer="zeros",
            ),
            layers.ReLU(),
            layers.MaxPool2D((4, 4), strides=4),
            layers.Reshape((-1,)),
            layers.Dropout(0.5, seed=3),
            layers.Dense(10, kernel_initializer="glorot_uniform"),
            layers.Softmax(),
        ]
    )
    optimizer = keras.optimizers.Adam(0.001, beta_1=0.9)
    return compiled(model, keras.losses.SparseCategoricalCrossentropy(), optimizer)


def piped(given: SimpleNamespace) -> Any:
    return tf.data.Dataset.from_tensor_slices((given.x, given.y)).shuffle(500).batch(100)


def one_hot(given: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(x=given.x, y=keras.utils.to_categorical(given.y, 10))


def rescaling(scale: float, offset: float = 0.0) -> Any:
    source, *rest = stack()
    return compiled(keras.Sequential([source, layers.Rescaling(scale, offset), *rest]))


def logits(loss: Any) -> Any:
    return compiled(keras.Sequential(stack(last=None)), loss)


SAME: dict[str, Callable[[SimpleNamespace], object]] = {
    "functional, with names": lambda given: usual(given, compiled(functional())),
    "a class of its own": lambda given: usual(given, compiled(Subclassed())),
    "spelled out": lambda given: usual(given, spelled_out()),
    "scaled in the network": lambda given: usual(
        SimpleNamespace(x=given.raw.astype("float32"), y=given.y), rescaling(1 / 255)
    ),
    "scaled in two steps": lambda given: usual(SimpleNamespace(x=given.x * 2 - 1, y=given.y), rescaling(0.5, 0.5)),
    "one-hot labels": lambda given: usual(one_hot(given), compiled(keras.Sequential(stack()), ONE_HOT)),
    "logits": lambda given: usual(given, logits(keras.losses.SparseCategoricalCrossentropy(from_logits=True))),
    "one-hot logits": lambda given: usual(
        one_hot(given), logits(keras.losses.CategoricalCrossentropy(from_logits=True))
    ),
    "Adam()": lambda given: usual(given, compiled(keras.Sequential(stack()), optimizer=keras.optimizers.Adam())),
    "the loss as a function": lambda given: usual(
        given, compiled(keras.Sequential(stack()), keras.losses.sparse_categorical_crossentropy)
    ),
    "the loss in a list": lambda given: usual(given, compiled(keras.Sequential(stack()), [SPARSE])),
    "tf.data": lambda given: plain().fit(piped(given), epochs=3, verbose=0),
    "labels in a column": lambda given: usual(SimpleNamespace(x=given.x, y=given.y.reshape(-1, 1))),
    "doubles": lambda given: usual(SimpleNamespace(x=given.raw / 255.0, y=given.y)),
    "scaled inside": lambda given: usual(given, initial_epoch=0),
    "validated": lambda given: usual(given, validation_data=(given.test, given.test_labels)),
    "callbacks that only look": lambda given: usual(
        given, callbacks=[keras.callbacks.TerminateOnNaN(), keras.callbacks.History()]
    ),
    "later epochs": lambda given: usual(given, epochs=5, initial_epoch=2),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same_in_other_words_is_the_same(name: str, read: Read, given: SimpleNamespace) -> None:
    expected, found = read(lambda: usual(given)), read(lambda: SAME[name](given))
    assert found.recipe.model_dump() == expected.recipe.model_dump()
    assert found.recipe.digest == expected.recipe.digest
    assert found.left_out == expected.left_out == ()


def test_a_part_kept_by_keras_is_a_part_kept_by_hand(read: Read, given: SimpleNamespace) -> None:
    by_keras = read(lambda: usual(given, validation_split=0.2))
    head = SimpleNamespace(x=given.x[:SHARE], y=given.y[:SHARE])
    by_hand = read(lambda: usual(head, validation_data=(given.x[SHARE:], given.y[SHARE:])))
    others = SimpleNamespace(x=given.x[-SHARE:], y=given.y[-SHARE:])
    assert by_keras.recipe.parts[0].images == SHARE
    assert by_keras.recipe.digest == by_hand.recipe.digest == read(lambda: usual(others)).recipe.digest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"patience": 2}, {"patience": 2, "min_delta": 0.0, "verbose": 1, "mode": "auto"}),
        ({"patience": 2, "min_delta": 1}, {"patience": 2, "min_delta": 1.0}),
    ],
)
def test_the_same_stopping_is_the_same(
    one: dict[str, Any], other: dict[str, Any], read: Read, given: SimpleNamespace
) -> None:
    stopping = keras.callbacks.EarlyStopping
    first = read(lambda: usual(given, validation_split=0.2, callbacks=[stopping(**one)]))
    second = read(lambda: usual(given, validation_split=0.2, callbacks=[stopping(**other)]))
    assert first.recipe.digest == second.recipe.digest


def test_stopping_that_waits_longer_than_the_training_takes_is_none(read: Read, given: SimpleNamespace) -> None:
    plain_digest = read(lambda: usual(given, validation_split=0.2)).recipe.digest
    for patience in (3, 99, float("inf")):
        patient = keras.callbacks.EarlyStopping(patience=patience)
        found = read(lambda callback=patient: usual(given, validation_split=0.2, callbacks=callback))
        assert found.recipe.digest == plain_digest


def test_a_callback_that_was_used_before_is_the_same(read: Read, given: SimpleNamespace) -> None:
    once = keras.callbacks.EarlyStopping(patience=2, min_delta=0.01)
    digests = {
        read(lambda: usual(given, validation_split=0.2, callbacks=once)).recipe.digest for _ in ("first", "second")
    }
    assert len(digests) == 1


# Something else


def flipping(*augmentation: Any) -> Any:
    first, *rest = stack()
    return compiled(keras.Sequential([first, *augmentation, *rest]))


def with_optimizer(optimizer: Any) -> Any:
    return compiled(keras.Sequential(stack()), optimizer=optimizer)


def stopping(**settings: Any) -> dict[str, Any]:
    return {"validation_split": 0.2, "callbacks": [keras.callbacks.EarlyStopping(**settings)]}


ELSE: dict[str, Callable[[SimpleNamespace], object]] = {
    "the usual": usual,
    "another rate": lambda given: usual(given, with_optimizer(keras.optimizers.Adam(0.01))),
    "SGD": lambda given: usual(given, with_optimizer(keras.optimizers.SGD(0.001))),
    "momentum": lambda given: usual(given, with_optimizer(keras.optimizers.SGD(0.001, momentum=0.9))),
    "a schedule": lambda given: usual(
        given, with_optimizer(keras.optimizers.SGD(keras.optimizers.schedules.ExponentialDecay(0.001, 9, 0.5)))
    ),
    "larger batches": lambda given: usual(given, batch_size=250),
    "more epochs": lambda given: usual(given, epochs=4),
    "fewer steps": lambda given: usual(given, steps_per_epoch=2),
    "fewer images": lambda given: usual(given, validation_split=0.2),
    "no shuffling": lambda given: usual(given, shuffle=False),
    "less dropout": lambda given: usual(given, plain(rate=0.25)),
    "spatial dropout": lambda given: usual(
        given, compiled(keras.Sequential([*stack()[:2], layers.SpatialDropout2D(0.5), *stack()[2:]]))
    ),
    "dropout": lambda given: usual(
        given, compiled(keras.Sequential([*stack()[:2], layers.Dropout(0.5), *stack()[2:]]))
    ),
    "He's weights": lambda given: usual(given, plain(kernel_initializer="he_normal")),
    "other biases": lambda given: usual(given, plain(bias_initializer=keras.initializers.Constant(0.1))),
    "a penalty": lambda given: usual(given, plain(kernel_regularizer=keras.regularizers.L2(0.001))),
    "a larger penalty": lambda given: usual(given, plain(kernel_regularizer=keras.regularizers.L2(0.01))),
    "no padding": lambda given: usual(given, plain(padding="valid")),
    "no activation": lambda given: usual(given, plain(activation=None)),
    "not scaled": lambda given: usual(SimpleNamespace(x=given.raw.astype("float32"), y=given.y)),
    "scaled to ±1": lambda given: usual(SimpleNamespace(x=given.x * 2 - 1, y=given.y)),
    "scaled by channel": lambda given: usual(
        SimpleNamespace(x=(given.x - np.float32([0.49, 0.48, 0.44])) / np.float32([0.2, 0.25, 0.3]), y=given.y)
    ),
    "mirrored": lambda given: usual(given, flipping(layers.RandomFlip("horizontal"))),
    "mirrored and upside down": lambda given: usual(given, flipping(layers.RandomFlip())),
    "turned": lambda given: usual(given, flipping(layers.RandomRotation(0.1))),
    "turned more": lambda given: usual(given, flipping(layers.RandomRotation(0.2))),
    "weights of classes": lambda given: usual(given, class_weight={number: 1 + number for number in range(10)}),
    "another loss": lambda given: usual(one_hot(given), compiled(keras.Sequential(stack()), "mse")),
    "smoothed labels": lambda given: usual(
        one_hot(given), compiled(keras.Sequential(stack()), keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
    ),
    "stopping": lambda given: usual(given, **stopping(patience=1)),
    "stopping later": lambda given: usual(given, **stopping(patience=2)),
    "stopping by accuracy": lambda given: usual(given, **stopping(patience=1, monitor="val_accuracy")),
    "going back": lambda given: usual(given, **stopping(patience=5, restore_best_weights=True)),
    "looking at test images": lambda given: usual(
        given, validation_data=(given.test, given.test_labels), callbacks=keras.callbacks.EarlyStopping(patience=2)
    ),
    "a plateau": lambda given: usual(
        given, validation_split=0.2, callbacks=[keras.callbacks.ReduceLROnPlateau(patience=2)]
    ),
    "rates by epoch": lambda given: usual(
        given, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 0.001 / (epoch + 1))]
    ),
}


def test_something_else_is_something_else(read: Read, given: SimpleNamespace) -> None:
    names = {name: read(lambda train=train: train(given)).recipe.digest for name, train in ELSE.items()}
    by_digest: dict[str, list[str]] = {}
    for name, digest in names.items():
        by_digest.setdefault(digest, []).append(name)
    assert [same for same in by_digest.values() if len(same) > 1] == []


# What cannot be done again


def own_loss(labels: Any, predictions: Any) -> Any:
    return keras.losses.sparse_categorical_crossentropy(labels, predictions)


class OwnOptimizer(keras.optimizers.SGD):
    pass


class OwnSteps(keras.Sequential):
    def train_step(self, data: Any) -> Any:
        return super().train_step(data)


class OwnSchedule(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step: Any) -> Any:
        return 0.001


class OwnInitializer(keras.initializers.Initializer):
    def __call__(self, shape: Any, dtype: Any = None, **_: Any) -> Any:
        return keras.ops.ones(shape, dtype) / 100


def frozen() -> Any:
    model = keras.Sequential(stack())
    model.layers[0].trainable = False
    return compiled(model)


def of_half_precision() -> Any:
    keras.config.set_dtype_policy("mixed_float16")
    try:
        return compiled(keras.Sequential(stack()))
    finally:
        keras.config.set_dtype_policy("float32")


def changed_on_the_way(given: SimpleNamespace) -> Any:
    turned = tf.data.Dataset.from_tensor_slices((given.x, given.y)).map(lambda x, y: (tf.transpose(x, (1, 0, 2)), y))
    return plain().fit(turned.batch(100), epochs=3, verbose=0)


def each_image_standardised(given: SimpleNamespace) -> SimpleNamespace:
    mean, deviation = (part(given.x, axis=(1, 2, 3), keepdims=True) for part in (np.mean, np.std))
    return SimpleNamespace(x=(given.x - mean) / deviation, y=given.y)


def repeated(given: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(x=np.concatenate([given.x[:250]] * 2), y=np.concatenate([given.y[:250]] * 2))


def in_between(given: SimpleNamespace) -> SimpleNamespace:
    return SimpleNamespace(x=np.sqrt(given.x), y=given.y)


REFUSED: dict[str, tuple[Callable[[SimpleNamespace], object], str]] = {
    "own loss": (lambda given: usual(given, compiled(keras.Sequential(stack()), own_loss)), "loss is the notebook's"),
    "own optimizer": (lambda given: usual(given, with_optimizer(OwnOptimizer(0.01))), "optimizer is the notebook's"),
    "own schedule": (lambda given: usual(given, with_optimizer(keras.optimizers.SGD(OwnSchedule()))), "optimizer is"),
    "own steps": (lambda given: usual(given, compiled(OwnSteps(stack()))), "training steps are the notebook's own"),
    "constraint": (lambda given: usual(given, plain(kernel_constraint="max_norm")), "constrained"),
    "own weights": (lambda given: usual(given, plain(kernel_initializer=OwnInitializer())), "begins with weights"),
    "weights by value": (
        lambda given: usual(given, plain(bias_initializer=keras.initializers.Constant(np.arange(4.0)))),
        "begins with weights",
    ),
    "activity penalty": (lambda given: usual(given, plain(activity_regularizer="l2")), "penalised"),
    "frozen": (lambda given: usual(given, frozen()), "does not learn"),
    "half precision": (lambda given: usual(given, of_half_precision()), "mixed_float16"),
    "weights of samples": (lambda given: usual(given, sample_weight=np.linspace(0, 1, 500)), "have weights"),
    "pipeline": (changed_on_the_way, "changed on their way"),
    "standardised": (lambda given: usual(each_image_standardised(given)), "scaled could not be told"),
    "curved": (lambda given: usual(in_between(given)), "told|recognised"),
    "test images": (lambda given: usual(SimpleNamespace(x=given.test, y=given.test_labels)), "on test images"),
    "shuffled labels": (lambda given: usual(SimpleNamespace(x=given.x, y=given.y[::-1])), "labels are not those"),
    "other images": (
        lambda given: usual(SimpleNamespace(x=np.random.default_rng(1).random((500, 32, 32, 3)), y=given.y)),
        "could not be told|recognised",
    ),
    "twice": (lambda given: usual(repeated(given)), "more than once"),
    "unknown callback": (
        lambda given: usual(given, callbacks=[keras.callbacks.LambdaCallback()]),
        "LambdaCallback is none that grader knows",
    ),
    "beyond all bounds": (
        lambda given: usual(given, with_optimizer(keras.optimizers.SGD(1e20))),
        "how it was trained was not recorded",
    ),
    "no trainings": (lambda given: None, "not recorded"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_again_is_refused_with_the_reason(name: str, read: Read, given: SimpleNamespace) -> None:
    train, reason = REFUSED[name]
    with pytest.raises(NotReproducibleError, match=reason):
        read(lambda: train(given))


class OwnCallback(keras.callbacks.Callback):
    pass


def test_a_callback_of_the_notebooks_own_is_left_out_and_that_is_said(read: Read, given: SimpleNamespace) -> None:
    found = read(lambda: usual(given, callbacks=[OwnCallback()]))
    assert found.recipe.digest == read(lambda: usual(given)).recipe.digest
    assert found.left_out == ("the callback OwnCallback is the notebook's own",)


def test_rates_are_those_of_the_epochs(read: Read, given: SimpleNamespace) -> None:
    halved = keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)
    (part,) = read(lambda: usual(given, callbacks=[halved])).recipe.parts
    assert part.rates == pytest.approx((0.0005, 0.00025, 0.000125), rel=1e-5)
    assert part.callbacks == ()


# Several trainings of one network


def twice(given: SimpleNamespace, between: Callable[[Any], None] = lambda _: None) -> None:
    model = plain()
    usual(given, model)
    between(model)
    usual(given, model, epochs=1)


def test_a_second_training_goes_on_with_the_optimizer(read: Read, given: SimpleNamespace) -> None:
    first, second = read(lambda: twice(given)).recipe.parts
    assert first.optimizer is not None
    assert (second.optimizer, second.epochs, second.rates) == (None, 1, ())


def test_a_second_training_after_compiling_again_begins_with_a_fresh_one(read: Read, given: SimpleNamespace) -> None:
    _, second = read(lambda: twice(given, lambda model: compiled(model, optimizer="sgd"))).recipe.parts
    assert second.optimizer is not None
    assert second.optimizer.name == "SGD"


def test_a_rate_that_is_set_in_between_is_that_of_the_second_training(read: Read, given: SimpleNamespace) -> None:
    def slow(model: Any) -> None:
        model.optimizer.learning_rate = 0.0001

    _, second = read(lambda: twice(given, slow)).recipe.parts
    assert second.optimizer is None
    assert second.rates == pytest.approx((0.0001,), rel=1e-5)


def test_a_network_that_changes_in_between_cannot_be_done_again(read: Read, given: SimpleNamespace) -> None:
    def grown() -> None:
        model = keras.Sequential(stack()[:-1])
        usual(given, compiled(keras.Sequential([*model.layers, layers.Dense(10, "softmax")])))
        usual(given, compiled(keras.Sequential([*model.layers[:-1], layers.Dense(10, "softmax")])))

    with pytest.raises(NotReproducibleError, match="changed between"):
        read(grown)


def test_many_short_trainings_are_refused_and_no_crash(read: Read, given: SimpleNamespace) -> None:
    def loop() -> None:
        model = plain()
        for _ in range(101):
            model.fit(given.x, given.y, verbose=0)

    with pytest.raises(NotReproducibleError, match="more than 100 times"):
        read(loop)


# What is trained is what the notebook would train


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda: keras.optimizers.Adam(0.002, beta_1=0.8, epsilon=1e-5, clipnorm=2.0),
        lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
        lambda: keras.optimizers.RMSprop(0.003, rho=0.8),
        lambda: keras.optimizers.AdamW(0.001, weight_decay=0.01),
        lambda: keras.optimizers.SGD(keras.optimizers.schedules.PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001])),
        lambda: keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 100)),
    ],
)
def test_the_optimizer_is_that_of_the_notebook(
    optimizer: Callable[[], Any], read: Read, given: SimpleNamespace
) -> None:
    (part,) = read(lambda: usual(given, with_optimizer(optimizer()))).recipe.parts
    assert part.optimizer is not None
    built, expected = components.optimizer(part.optimizer), optimizer()
    assert type(built) is type(expected)
    found, wanted = ({k: v for k, v in one.get_config().items() if k != "name"} for one in (built, expected))
    found = json.loads(json.dumps(found))  # a range may be a list or a pair
    assert found == {k: pytest.approx(v, rel=1e-5) if isinstance(v, float) else v for k, v in wanted.items()}


@pytest.mark.parametrize("name", ["he_normal", "lecun_uniform", "random_normal", "zeros", "orthogonal"])
def test_weights_are_drawn_as_in_the_notebook(name: str, read: Read, given: SimpleNamespace) -> None:
    recipe = read(lambda: usual(given, plain(kernel_initializer=name))).recipe
    (settings,) = recipe.layers.values()
    drawn = np.asarray(components.initializer(settings["kernel"])((50, 40)))
    expected = np.asarray(keras.initializers.get(name)((50, 40)))
    assert drawn.std() == pytest.approx(expected.std(), rel=0.15, abs=1e-6)
    assert (drawn.min() < 0) == (expected.min() < 0)


@pytest.mark.parametrize(
    ("layer", "facts"),
    [
        (lambda: layers.RandomFlip("horizontal"), {"mode": "horizontal"}),
        (lambda: layers.RandomRotation(0.125, fill_mode="nearest"), {"factor": (-0.125, 0.125)}),
        (lambda: layers.RandomZoom((-0.25, 0.5)), {"height_factor": (-0.25, 0.5)}),
        (lambda: layers.RandomTranslation(0.125, 0.25), {"height_factor": 0.125, "width_factor": 0.25}),
        (lambda: layers.RandomContrast(0.5), {}),
    ],
)
def test_augmentation_has_its_factors(
    layer: Callable[[], Any], facts: dict[str, Any], read: Read, given: SimpleNamespace
) -> None:
    recipe = read(lambda: usual(given, flipping(layer()))).recipe
    (settings,) = recipe.layers.values()
    built = components.augmentation(settings["layer"])
    assert type(built) is type(layer())
    told, expected = built.get_config(), layer().get_config()
    assert {name: told[name] for name in told if name not in ("name", "seed")} == {
        name: expected[name] for name in expected if name not in ("name", "seed")
    }
    assert {name: tuple(v) if isinstance(v := told[name], list) else v for name in facts} == facts
