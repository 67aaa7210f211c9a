"""Where dropout and batch normalisation stand, told of networks that are given as tables."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks.outcomes import Failed, Partial
from grader.checks.structure.followers import (
    activations_before,
    expect_dropout_among_hidden,
    expect_no_dropout_outside,
    expect_normalised,
    expect_normalised_by_channel,
    hidden,
)
from grader.models import Chain, expected_chain
from reference.architecture import Activation, BatchNorm, Conv, Dense, Dropout, Flatten, Layer, Pool
from reference.regularization import CNN, CNN_BATCH_NORM, CNN_DROPOUT
from tests.checks.factories import model, node

PLACE = 3


def network(*layers: Layer) -> Chain:
    return expected_chain(layers)


def test_hidden_layers_are_all_but_the_last():
    chain = expected_chain(CNN)
    assert [stage.config["filters"] for stage in hidden(chain, "conv")] == [96, 80]
    assert [stage.config["units"] for stage in hidden(chain, "dense")] == [256]


def test_activations_before_a_follower():
    (stage, *_) = network(Conv(4, activation="linear"), BatchNorm(), Activation(), Dropout(0.5)).stages
    assert activations_before(stage, "batch_norm") == []
    assert activations_before(stage, "dropout") == ["relu"]
    assert activations_before(stage, "other") == ["relu"]


@pytest.mark.parametrize(("kind", "words"), [("conv", "convolution"), ("dense", "hidden dense layer")])
def test_the_reference_is_normalised_where_it_should_be(kind, words):
    expect_normalised(expected_chain(CNN_BATCH_NORM), kind, words, PLACE)


def test_layers_without_batch_norm_lose_their_share():
    chain = network(
        *(Conv(4, activation="linear"), BatchNorm(), Activation(), Pool()),
        *(Conv(4), Pool(), Flatten(), Dense(10, "softmax")),
    )
    with pytest.raises(Partial, match="Convolution 2 of 2 has no batch normalisation") as found:
        expect_normalised(chain, "conv", "convolution", PLACE)
    assert found.value.share == 0.5
    expect_normalised(chain, "dense", "hidden dense layer", PLACE)  # there is none


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ((Conv(4), BatchNorm(), Pool()), "relu first and batch normalisation after it"),
        ((Conv(4, activation="linear"), Activation("tanh"), BatchNorm(), Pool()), "tanh first"),
        ((Conv(4), Pool(), BatchNorm()), "stands after the max pool"),
        ((Conv(4), Pool()), "has no batch normalisation[.]"),
    ],
)
def test_batch_norm_elsewhere_says_where(layers, message):
    with pytest.raises(Failed, match=message) as found:
        expect_normalised(network(*layers, Flatten(), Dense(10, "softmax")), "conv", "convolution", PLACE)
    assert found.value.cells == (PLACE,)


def normalised_map(**config: Any):
    return model(1, 0, [node(0, "input", (8, 8, 3)), node(1, "batch_norm", (8, 8, 3), **config)])


@pytest.mark.parametrize("axis", [-1, 3])
def test_the_last_axis_is_that_of_the_features(axis):
    expect_normalised_by_channel(normalised_map(axis=axis), PLACE)


def test_another_axis_is_none_of_features():
    with pytest.raises(Failed, match="axis 1"):
        expect_normalised_by_channel(normalised_map(axis=1), PLACE)


def test_probabilities_are_not_normalised():
    nodes = [
        node(0, "dense", (10,), units=10),
        node(1, "activation", (10,), function="softmax"),
        node(2, "batch_norm", (10,), axis=-1),
    ]
    with pytest.raises(Failed, match="no probabilities any more"):
        expect_normalised_by_channel(model(1, 0, nodes), PLACE)


@pytest.mark.parametrize("layers", [CNN_DROPOUT, CNN_BATCH_NORM, (Conv(4), Dropout(0.1), Dense(10, "softmax"))])
def test_dropout_among_hidden_layers(layers):
    expect_dropout_among_hidden(expected_chain(layers), PLACE)
    expect_no_dropout_outside(expected_chain(layers), PLACE)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (CNN, "No dropout follows"),
        ((*CNN, Dropout(0.5)), "No dropout follows"),
        ((Dense(4), Dropout(0.0), Dense(10)), "drops nothing"),
        ((Dense(4), Dropout(1.0), Dense(10)), "drops everything"),
    ],
)
def test_dropout_that_drops_no_hidden_values(layers, message):
    with pytest.raises(Failed, match=message):
        expect_dropout_among_hidden(expected_chain(layers), PLACE)


def test_dropout_outside_of_the_network():
    with pytest.raises(Failed, match="follows the last layer"):
        expect_no_dropout_outside(network(*CNN_DROPOUT, Dropout(0.5)), PLACE)
    chain = expected_chain(CNN_DROPOUT)
    with pytest.raises(Failed, match="drops pixels"):
        expect_no_dropout_outside(Chain(chain.stages, chain.parameters, leading=(0.2,)), PLACE)
