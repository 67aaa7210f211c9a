"""The canonical layer graph: wiring, arguments, and that looking changes nothing."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers, ops, regularizers

SHAPE = (8, 8, 3)
BATCH = (1, *SHAPE)


def call(*body: Any) -> keras.Model:
    """A subclassed model with the layers of `body[:-1]` whose call is ``body[-1](layers, x, training)``."""
    *parts, compute = body

    class Written(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.parts = parts

        def call(self, x: Any, training: bool | None = None) -> Any:
            return compute(self.parts, x, training)

    model = Written()
    model(tf.zeros(BATCH))
    return model


def functional(compute: Any) -> keras.Model:
    source = keras.Input(SHAPE)
    return keras.Model(source, compute(source))


def told(nodes: Any) -> list[tuple[str, tuple[int, ...]]]:
    return [(node.op, node.inputs) for node in nodes]


RESIDUAL = [("input", ()), ("conv2d", (0,)), ("add", (0, 1))]


@pytest.mark.parametrize(
    "model",
    [
        lambda: functional(lambda x: x + layers.Conv2D(3, 3, padding="same")(x)),
        lambda: functional(lambda x: layers.add([x, layers.Conv2D(3, 3, padding="same")(x)])),
        lambda: functional(lambda x: layers.Add()([x, layers.Conv2D(3, 3, padding="same")(x)])),
        lambda: functional(lambda x: ops.add(x, layers.Conv2D(3, 3, padding="same")(x))),
        lambda: call(layers.Conv2D(3, 3, padding="same"), lambda p, x, _: x + p[0](x)),
        lambda: call(layers.Conv2D(3, 3, padding="same"), layers.Add(), lambda p, x, _: p[1]([x, p[0](x)])),
        lambda: call(layers.Conv2D(3, 3, padding="same"), lambda p, x, _: tf.add(x, p[0](x))),
    ],
)
def test_a_residual_is_an_addition_of_two(nodes_of, model):
    assert told(nodes_of(model(), BATCH)) == RESIDUAL


@pytest.mark.parametrize(
    "model",
    [
        lambda: functional(lambda x: layers.Concatenate()([layers.Conv2D(2, 1)(x), x])),
        lambda: functional(lambda x: layers.concatenate([layers.Conv2D(2, 1)(x), x], axis=3)),
        lambda: functional(lambda x: ops.concatenate([layers.Conv2D(2, 1)(x), x], axis=-1)),
        lambda: call(layers.Conv2D(2, 1), lambda p, x, _: tf.concat([p[0](x), x], axis=-1)),
        lambda: call(layers.Conv2D(2, 1), lambda p, x, _: tf.concat([p[0](x), x], 3)),
        lambda: call(layers.Conv2D(2, 1), lambda p, x, _: ops.concatenate([p[0](x), x], axis=3)),
        lambda: call(layers.Conv2D(2, 1), layers.Concatenate(), lambda p, x, _: p[1]([p[0](x), x])),
    ],
)
def test_a_concatenation_keeps_its_order_and_axis(nodes_of, model):
    nodes = nodes_of(model(), BATCH)
    assert told(nodes) == [("input", ()), ("conv2d", (0,)), ("concatenate", (1, 0))]
    assert nodes[-1].config == {"axis": -1}
    assert nodes[-1].shape == (8, 8, 5)


@pytest.mark.parametrize(
    "model",
    [
        lambda: functional(lambda x: layers.Concatenate(axis=1)([x, x])),
        lambda: call(lambda p, x, _: tf.concat([x, x], axis=1)),
    ],
)
def test_a_concatenation_of_rows_is_not_one_of_channels(nodes_of, model):
    node = nodes_of(model(), BATCH)[-1]
    assert (node.config, node.inputs) == ({"axis": -3}, (0, 0))


@pytest.mark.parametrize(
    "model",
    [
        lambda: functional(layers.GlobalAveragePooling2D()),
        lambda: functional(lambda x: ops.mean(x, axis=(1, 2))),
        lambda: call(lambda p, x, _: tf.reduce_mean(x, axis=[1, 2])),
    ],
)
def test_a_mean_over_the_map_is_global_pooling(nodes_of, model):
    assert told(nodes_of(model(), BATCH))[1:] == [("global_average_pool", (0,))]


def test_another_mean_is_not(nodes_of):
    assert nodes_of(call(lambda p, x, _: tf.reduce_mean(x, axis=3)), BATCH)[-1].op == "other"
    assert nodes_of(functional(lambda x: ops.mean(x, axis=1)), BATCH)[-1].op == "other"


@pytest.mark.parametrize(
    "model",
    [
        lambda: functional(lambda x: layers.Flatten()(x / 255.0 - 0.5)),
        lambda: functional(lambda x: layers.Flatten()(ops.cast(x, "float32") / 255.0 + 0.5)),
        lambda: call(layers.Flatten(), lambda p, x, _: p[0](tf.cast(x, tf.float32) / 255.0 + 0.5)),
        lambda: call(layers.Flatten(), lambda p, x, _: p[0]((x - 127.5) / 127.5)),
    ],
)
def test_scaling_by_hand_is_arithmetic(nodes_of, model):
    ops_found = told(nodes_of(model(), BATCH))
    assert ops_found == [("input", ()), ("arithmetic", (0,)), ("arithmetic", (1,)), ("flatten", (2,))]


def test_augmentation_and_preparation_layers_have_names_of_their_own(nodes_of):
    preparation = [
        layers.RandomFlip("horizontal"),
        layers.RandomRotation(0.1),
        layers.Rescaling(1 / 255),
        layers.Normalization(mean=[0.1] * 3, variance=[1.0] * 3),
        layers.Resizing(16, 16),
    ]
    expected = ["input", "random", "random", "rescaling", "normalization", "resizing"]
    in_sequence = keras.Sequential([layers.Input(SHAPE), *preparation])
    assert [node.op for node in nodes_of(in_sequence, BATCH)] == expected

    def in_turn(parts: Any, x: Any, training: Any) -> Any:
        for part in parts:
            x = part(x)
        return x

    assert [node.op for node in nodes_of(call(*preparation, in_turn), BATCH)] == expected


@pytest.mark.parametrize("axis", [-1, 3])
def test_batch_normalization_over_channels(nodes_of, axis):
    model = keras.Sequential([layers.Input(SHAPE), layers.BatchNormalization(axis=axis, momentum=0.9)])
    node = nodes_of(model, BATCH)[-1]
    assert node.op == "batch_norm"
    assert (node.config["axis"], node.config["momentum"], node.parameters) == (-1, 0.9, 12)


def test_batch_normalization_over_rows_shows(nodes_of):
    model = keras.Sequential([layers.Input(SHAPE), layers.BatchNormalization(axis=1)])
    assert nodes_of(model, BATCH)[-1].config["axis"] == -3


def test_dropout_shows_although_it_only_works_in_training(nodes_of):
    def compute(parts: Any, x: Any, training: Any) -> Any:
        x = parts[0](x)
        if training:
            x = parts[1](x, training=training)
        return parts[2](x)

    model = call(layers.Flatten(), layers.Dropout(0.5), layers.Dense(2), compute)
    nodes = nodes_of(model, BATCH)
    assert [node.op for node in nodes] == ["input", "flatten", "dropout", "dense"]
    assert nodes[2].config == {"rate": 0.5}


def test_a_shared_layer_is_there_twice_and_its_parameters_once(nodes_of):
    shared = layers.Conv2D(3, 3, padding="same")
    expected = [("conv2d", (0,), 84), ("conv2d", (1,), 0)]
    for model in (functional(lambda x: shared(shared(x))), call(shared, lambda p, x, _: p[0](p[0](x)))):
        nodes = nodes_of(model, BATCH)
        assert [(node.op, node.inputs, node.parameters) for node in nodes[1:]] == expected


def test_a_shared_model_is_there_twice_and_its_parameters_once(nodes_of):
    inner = keras.Sequential([layers.Input(SHAPE), layers.Conv2D(3, 3, padding="same", activation="relu")])
    nodes = nodes_of(functional(lambda x: inner(inner(x))), BATCH)
    assert [node.op for node in nodes[1:]] == ["conv2d", "activation"] * 2
    assert [node.parameters for node in nodes[1:]] == [84, 0, 0, 0]


def test_what_the_output_does_not_depend_on_is_not_there(nodes_of):
    def compute(parts: Any, x: Any, training: Any) -> Any:
        parts[0](x)  # computed and thrown away: a block that the next line forgets
        return parts[1](x)

    nodes = nodes_of(call(layers.Conv2D(4, 3), layers.Conv2D(5, 3), compute), BATCH)
    assert [node.config.get("filters") for node in nodes] == [None, 5]


def test_a_loop_that_feeds_each_layer_the_input_shows_only_the_last(nodes_of):
    def compute(x: Any) -> Any:
        for layer in (layers.Conv2D(4, 1), layers.Conv2D(5, 3), layers.Conv2D(6, 3)):
            out = layer(x)
        return out

    nodes = nodes_of(functional(compute), BATCH)
    assert [node.config.get("filters") for node in nodes] == [None, 6]
    assert nodes[1].inputs == (0,)


def own_l2(weights: Any) -> Any:
    return 0.0005 * ops.sum(ops.square(weights))


class OwnL2(regularizers.Regularizer):
    def __call__(self, weights: Any) -> Any:
        return tf.constant(0.0005) * tf.reduce_sum(weights * weights)


@pytest.mark.parametrize(
    ("regularizer", "expected"),
    [
        (None, None),
        (regularizers.l2(0.0005), {"l1": 0, "l2": 0.0005}),
        (regularizers.L2(5e-4), {"l1": 0, "l2": 0.0005}),
        (regularizers.L2(0.3), {"l1": 0, "l2": 0.3}),
        ("l2", {"l1": 0, "l2": 0.01}),
        ("L2", {"l1": 0, "l2": 0.01}),
        (regularizers.l1(0.001), {"l1": 0.001, "l2": 0}),
        (regularizers.l1_l2(l1=0, l2=0.0005), {"l1": 0, "l2": 0.0005}),
        (regularizers.L1L2(0.001, 0.0005), {"l1": 0.001, "l2": 0.0005}),
        (own_l2, {"l1": 0, "l2": 0.0005}),
        (OwnL2(), {"l1": 0, "l2": 0.0005}),
        (regularizers.OrthogonalRegularizer(), {"other": 1}),
        (lambda weights: ops.sum(weights**4), {"other": 1}),
    ],
)
def test_a_regularizer_is_known_by_what_it_costs(nodes_of, regularizer, expected):
    stack = [layers.Input((4,)), layers.Dense(2, kernel_regularizer=regularizer)]
    assert nodes_of(keras.Sequential(stack), (1, 4))[1].config["kernel_regularizer"] == expected


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(l1=st.floats(1e-6, 10), l2=st.floats(1e-6, 10))
def test_every_factor_of_a_regularizer_is_found(l1, l2):
    from grader.kernel.graph.layers import steps_of

    (step,) = steps_of(layers.Dense(2, kernel_regularizer=regularizers.L1L2(l1, l2)))
    found = step.config["kernel_regularizer"]
    noise = 1e-5 * (l1 + l2)
    assert found["l1"] == pytest.approx(l1, rel=1e-3, abs=noise)
    assert found["l2"] == pytest.approx(l2, rel=1e-3, abs=noise)


@pytest.mark.parametrize(
    ("layer", "op", "config"),
    [
        (layers.AveragePooling2D(3, strides=1, padding="same"), "average_pool", {"pool": [3, 3], "strides": [1, 1]}),
        (layers.Conv2D(6, (5, 1), strides=2, dilation_rate=1, groups=3), "conv2d", {"kernel": [5, 1], "groups": 3}),
        (layers.DepthwiseConv2D(3), "depthwise_conv2d", {"kernel": [3, 3]}),
        (layers.SeparableConv2D(4, 3), "separable_conv2d", {"filters": 4}),
        (layers.Conv2DTranspose(4, 3), "conv2d_transpose", {"filters": 4}),
        (layers.SpatialDropout2D(0.3), "dropout", {"rate": 0.3}),
        (layers.LeakyReLU(), "activation", {"function": "leaky_relu"}),
        (layers.ReLU(max_value=6), "activation", {"function": "relu_variant"}),
        (layers.Activation("swish"), "activation", {"function": "silu"}),
        (layers.GlobalMaxPooling2D(), "global_max_pool", {}),
        (layers.ZeroPadding2D(1), "zero_padding", {"padding": [[1, 1], [1, 1]]}),
        (layers.UpSampling2D(2), "other", {"class": "UpSampling2D"}),
    ],
)
def test_layers_in_canonical_terms(nodes_of, layer, op, config):
    node = nodes_of(keras.Sequential([layers.Input(SHAPE), layer]), BATCH)[1]
    assert node.op == op
    assert config.items() <= node.config.items()


def test_layers_without_effect_leave_no_node(nodes_of):
    stack = [layers.Input(SHAPE), layers.Identity(), layers.Activation("linear"), layers.Activation(None)]
    assert [node.op for node in nodes_of(keras.Sequential(stack), BATCH)] == ["input"]


def test_a_model_cut_out_of_another(nodes_of):
    whole = keras.Sequential([layers.Input(SHAPE), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)])
    part = keras.Model(whole.inputs, whole.layers[1].output)
    assert [node.op for node in nodes_of(part, BATCH)] == ["input", "conv2d", "flatten"]


def test_a_model_without_bounds_is_refused(nodes_of, events):
    def compute(parts: Any, x: Any, training: Any) -> Any:
        for _ in range(2000):
            x = -x
        return x

    model = call(compute)
    with pytest.raises(AssertionError, match="too many layers"):
        nodes_of(model, BATCH)


def trained_losses(look: Any) -> tuple[list[float], list[np.ndarray]]:
    keras.utils.set_random_seed(3)
    model = call(
        layers.Conv2D(4, 3, kernel_regularizer="l2", activity_regularizer="l1"),
        layers.BatchNormalization(),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(2, activation="softmax"),
        lambda p, x, training: p[4](p[3](p[2](p[1](p[0](x), training=training)), training=training)),
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    x = np.random.default_rng(0).random((16, *SHAPE), dtype="float32")
    losses = []
    for _ in range(2):
        look(model)
        losses += model.fit(x, np.arange(16) % 2, batch_size=8, epochs=1, verbose=0).history["loss"]
    return losses, model.get_weights()


def test_looking_at_a_model_changes_neither_weights_nor_training(nodes_of):
    def look(model: keras.Model) -> None:
        before = model.get_weights()
        model(tf.ones(BATCH))
        added = model.losses
        nodes_of(model, BATCH)
        assert all(map(np.array_equal, before, model.get_weights()))
        assert [float(loss) for loss in model.losses] == [float(loss) for loss in added]

    losses, weights = trained_losses(look)
    expected_losses, expected_weights = trained_losses(lambda model: None)
    assert losses == expected_losses
    assert all(map(np.array_equal, weights, expected_weights))
