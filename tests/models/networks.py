"""Random small networks of the layers that grader knows, as Keras models."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from hypothesis import strategies as st
from keras import layers

from grader.evidence.values import Node
from grader.kernel import graph
from grader.kernel.events import plain

RECORDED_CONSTANTS = 16
"""Numbers in a list of constants, at most, for it to be recorded."""


@dataclass(frozen=True)
class Step:
    """What is drawn for one layer; each kind of layer takes of it what it needs."""

    kind: str
    kernel: tuple[int, int]
    strides: int
    padding: str
    function: str
    bias: bool
    filters: int


KINDS: dict[str, Any] = {
    "convolution": lambda one, _: layers.Conv2D(
        one.filters, one.kernel, one.strides, one.padding, use_bias=one.bias, activation=one.function
    ),
    "convolution in groups": lambda one, channels: layers.Conv2D(2 * channels, one.kernel, groups=channels),
    "dilated convolution": lambda one, _: layers.Conv2D(
        one.filters, one.kernel, padding=one.padding, dilation_rate=one.strides, kernel_regularizer="l2"
    ),
    "depthwise convolution": lambda one, _: layers.DepthwiseConv2D(
        one.kernel, padding=one.padding, depth_multiplier=one.strides, use_bias=one.bias
    ),
    "separable convolution": lambda one, _: layers.SeparableConv2D(
        one.filters, one.kernel, padding=one.padding, activation=one.function, use_bias=one.bias
    ),
    "normalisation": lambda one, _: layers.BatchNormalization(center=one.bias, scale=one.strides == 1),
    "maximum": lambda one, _: layers.MaxPooling2D(one.kernel, one.strides, one.padding),
    "mean": lambda one, _: layers.AveragePooling2D(one.kernel, one.strides, one.padding),
    "zeros": lambda one, _: layers.ZeroPadding2D(((0, 1), (one.strides, 0))),
    "activation": lambda one, _: layers.Activation(one.function),
    "slope": lambda one, _: layers.LeakyReLU(negative_slope=0.1 * one.strides),
    "bounded": lambda one, _: layers.ReLU(max_value=0.5),
    "dropout": lambda one, _: layers.Dropout(0.3),
    "augmentation": lambda one, _: layers.RandomFlip("horizontal"),
    "rescaling": lambda one, _: layers.Rescaling(1 / 255, offset=0.5),
    "resizing": lambda one, _: layers.Resizing(5, 7),
    "dense": lambda one, _: layers.Dense(one.filters, use_bias=one.bias),
    "arithmetic": lambda one, _: lambda x: 1 - (x / 255.0 + 0.5) * 2,
    "arithmetic by channel": lambda one, channels: (
        lambda x: x - np.arange(channels if channels <= RECORDED_CONSTANTS else 1, dtype="float32")
    ),
    "shortcut": lambda one, channels: lambda x: layers.add([x, layers.Conv2D(channels, 3, padding="same")(x)]),
    "branches": lambda one, _: lambda x: layers.concatenate([layers.Conv2D(2, 1)(x), x, layers.ReLU()(x)]),
}

STEPS = st.builds(
    Step,
    st.sampled_from(sorted(KINDS)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.sampled_from([1, 2]),
    st.sampled_from(["valid", "same"]),
    st.sampled_from(["linear", "relu", "tanh", "elu", "gelu", "leaky_relu", "softmax"]),
    st.booleans(),
    st.sampled_from([2, 4]),
)
ENDS = st.sampled_from(["Flatten", "GlobalAveragePooling2D", "GlobalMaxPooling2D"])
RECIPES = st.tuples(st.lists(STEPS, max_size=6), ENDS)
"""Layers on maps, and what makes a vector of the last map."""


def built(recipe: tuple[list[Step], str]) -> Any:
    """The functional model of a recipe, with weights drawn at random."""
    keras.utils.set_random_seed(7)
    steps, end = recipe
    x = source = keras.Input((8, 8, 3))
    for step in steps:
        try:
            x = KINDS[step.kind](step, x.shape[-1])(x)
        except ValueError:  # the map has become smaller than the window
            break
    x = layers.Reshape((1, -1))(getattr(layers, end)()(x))
    model = keras.Model(source, layers.Dense(3, activation="softmax")(layers.Flatten()(layers.Dropout(0.5)(x))))
    random = np.random.default_rng(7)
    for weight in model.weights:
        weight.assign(random.uniform(0.1, 0.5, weight.shape))
    return model


def nodes_of(model: Any) -> tuple[Node, ...]:
    """The layer graph of a model as the trusted side reads it."""
    return tuple(Node.model_validate(node) for node in json.loads(json.dumps(plain(graph.walk(model)))))


def weights_of(model: Any) -> dict[str, list[Any]]:
    """Weights by layer."""
    return {layer.name: [weight.numpy() for weight in layer.weights] for layer in model.layers if layer.weights}
