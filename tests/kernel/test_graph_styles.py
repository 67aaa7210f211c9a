"""One network in many styles: the same canonical graph, whatever it was written as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import pytest
import tensorflow as tf
from keras import layers, ops

from grader.evidence.values import Node

SHAPE = (32, 32, 3)


def conv(filters: int, **arguments: Any) -> layers.Layer:
    return layers.Conv2D(filters, 3, **arguments)


def sequential_list() -> keras.Model:
    return keras.Sequential(
        [
            layers.Input(SHAPE),
            conv(4, activation="relu"),
            layers.MaxPooling2D(2),
            conv(6, activation="relu"),
            layers.MaxPooling2D((2, 2), strides=(2, 2), padding="valid"),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def sequential_add() -> keras.Model:
    model = keras.Sequential()
    model.add(conv(4, activation=tf.nn.relu, input_shape=SHAPE))
    model.add(layers.MaxPool2D())
    model.add(layers.Convolution2D(filters=6, kernel_size=(3, 3), strides=1))
    model.add(layers.Activation("relu"))
    model.add(layers.MaxPooling2D(pool_size=(2, 2)))
    model.add(layers.Flatten())
    model.add(layers.Dense(10))
    model.add(layers.Softmax())
    return model


def sequential_built_late() -> keras.Model:
    model = keras.Sequential(sequential_list().layers)
    model.build((None, *SHAPE))
    return model


def functional() -> keras.Model:
    source = keras.Input(SHAPE)
    x = layers.MaxPooling2D()(conv(4, activation=keras.activations.relu)(source))
    x = layers.ReLU()(conv(6)(x))
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    return keras.Model(source, layers.Dense(10, activation=keras.activations.softmax)(x))


def functional_with_operations() -> keras.Model:
    source = keras.Input(SHAPE)
    x = ops.max_pool(ops.relu(conv(4)(source)), 2, strides=2)
    x = ops.max_pool(keras.activations.relu(conv(6)(x)), (2, 2), strides=(2, 2))
    x = ops.reshape(x, (-1, 6 * 6 * 6))
    return keras.Model(source, ops.softmax(layers.Dense(10)(x)))


def functional_with_a_dead_branch() -> keras.Model:
    model = functional()
    conv(32, activation="relu")(model.input)
    layers.Dense(3)(model.layers[1].output)
    return model


def activations_as_layers_and_lambdas() -> keras.Model:
    return keras.Sequential(
        [
            layers.Input(SHAPE),
            conv(4, activation=layers.ReLU()),
            layers.MaxPooling2D(),
            conv(6),
            layers.Lambda(tf.nn.relu),
            layers.MaxPooling2D(),
            layers.Reshape((-1,)),
            layers.Dense(10),
            layers.Lambda(tf.nn.softmax),
        ]
    )


def nested_in_functional() -> keras.Model:
    features = keras.Sequential(sequential_list().layers[:4])
    source = keras.Input(SHAPE)
    x = layers.Flatten()(features(source))
    return keras.Model(source, layers.Dense(10, activation="softmax")(x))


def nested_in_sequential() -> keras.Model:
    source = keras.Input(SHAPE)
    features = keras.Model(source, layers.MaxPooling2D()(conv(4, activation="relu")(source)))
    rest = keras.Sequential(sequential_list().layers[2:])
    return keras.Sequential([layers.Input(SHAPE), features, rest])


class Subclassed(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = conv(4, activation="relu")
        self.pool = layers.MaxPooling2D()
        self.conv2 = conv(6, activation="relu")
        self.flat = layers.Flatten()
        self.out = layers.Dense(10, activation="softmax")

    def call(self, x: Any) -> Any:
        x = self.pool(self.conv1(x))
        # One pool for both places: a layer without weights may be shared.
        return self.out(self.flat(self.pool(self.conv2(x))))


class SubclassedWithTensorFlow(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.out = conv(4), conv(6), layers.Dense(10)

    def call(self, x: Any, training: bool = False) -> Any:
        x = tf.nn.max_pool2d(tf.nn.relu(self.conv1(x)), 2, 2, "VALID")
        x = tf.nn.max_pool2d(tf.nn.relu(self.conv2(x)), 2, 2, "VALID")
        return tf.nn.softmax(self.out(tf.reshape(x, [tf.shape(x)[0], -1])))


class SubclassedWithOperations(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2, self.out = conv(4), conv(6), layers.Dense(10)

    def call(self, x: Any, training: bool | None = None) -> Any:
        x = ops.max_pool(ops.relu(self.conv1(ops.cast(x, "float32"))), 2, strides=2)
        x = ops.max_pool(keras.activations.relu(self.conv2(x)), 2, strides=2)
        return keras.activations.softmax(self.out(ops.reshape(x, (ops.shape(x)[0], -1))))


class SubclassedAroundSequential(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.body = keras.Sequential([conv(4, activation="relu"), layers.MaxPooling2D(), conv(6, activation="relu")])
        self.head = keras.Sequential([layers.MaxPooling2D(), layers.Flatten(), layers.Dense(10, "softmax")])

    def call(self, inputs: Any) -> Any:
        return self.head(self.body(inputs))


class Block(layers.Layer):
    def __init__(self, filters: int) -> None:
        super().__init__()
        self.conv, self.pool = conv(filters), layers.MaxPooling2D()

    def call(self, x: Any) -> Any:
        return self.pool(tf.nn.relu(self.conv(x)))


def own_blocks_in_sequential() -> keras.Model:
    return keras.Sequential([layers.Input(SHAPE), Block(4), Block(6), layers.Flatten(), layers.Dense(10, "softmax")])


def own_blocks_in_functional() -> keras.Model:
    source = keras.Input(SHAPE)
    x = layers.Flatten()(Block(6)(Block(4)(source)))
    return keras.Model(source, layers.Dense(10, "softmax")(x))


class OwnSequential(keras.Sequential):
    """Adds its layers as it is made, and overrides nothing."""

    def __init__(self) -> None:
        super().__init__(sequential_list().layers)


STYLES = [
    sequential_add,
    sequential_built_late,
    functional,
    functional_with_operations,
    functional_with_a_dead_branch,
    activations_as_layers_and_lambdas,
    nested_in_functional,
    nested_in_sequential,
    Subclassed,
    SubclassedWithTensorFlow,
    SubclassedWithOperations,
    SubclassedAroundSequential,
    own_blocks_in_sequential,
    own_blocks_in_functional,
    OwnSequential,
]


def canonical(nodes: tuple[Node, ...]) -> list[Any]:
    """All that is the same however a network was written: not the names."""
    return [(n.id, n.op, n.inputs, n.config, n.parameters, n.shape) for n in nodes]


@pytest.fixture(scope="module")
def plain() -> list[tuple[str, tuple[int, ...], int, tuple[int, ...]]]:
    """The network by hand: op, inputs, parameters, shape."""
    return [
        ("input", (), 0, (32, 32, 3)),
        ("conv2d", (0,), (3 * 3 * 3 + 1) * 4, (30, 30, 4)),
        ("activation", (1,), 0, (30, 30, 4)),
        ("max_pool", (2,), 0, (15, 15, 4)),
        ("conv2d", (3,), (3 * 3 * 4 + 1) * 6, (13, 13, 6)),
        ("activation", (4,), 0, (13, 13, 6)),
        ("max_pool", (5,), 0, (6, 6, 6)),
        ("flatten", (6,), 0, (216,)),
        ("dense", (7,), (216 + 1) * 10, (10,)),
        ("activation", (8,), 0, (10,)),
    ]


def test_a_sequential_network_is_told_as_built(nodes_of, plain):
    nodes = nodes_of(sequential_list())
    assert [(n.op, n.inputs, n.parameters, n.shape) for n in nodes] == plain
    assert nodes[1].config["filters"] == 4
    assert nodes[1].config["kernel"] == [3, 3]
    assert nodes[3].config == {"pool": [2, 2], "strides": [2, 2], "padding": "valid"}
    assert [n.config for n in nodes if n.op == "activation"] == [
        {"function": name} for name in ("relu", "relu", "softmax")
    ]


@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`")
@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_every_style_tells_the_same_graph(nodes_of, style: Callable[[], keras.Model]):
    model = style()
    if not model.built:
        model(tf.zeros((1, *SHAPE)))
    assert canonical(nodes_of(model)) == canonical(nodes_of(sequential_list()))
