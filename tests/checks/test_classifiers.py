"""What a classifier of free design must have."""

from __future__ import annotations

import pytest

from grader.checks import Submission
from grader.checks.outcomes import Failed, Partial
from grader.checks.structure.classifiers import (
    expect_activated,
    expect_class_probabilities,
    expect_convolutions,
    expect_pooled,
)
from grader.evidence.schema import Compile
from grader.evidence.values import Loss
from grader.models import Network, Role, expected_chain
from reference.architecture import Activation, Conv, Dense, Flatten, Layer, Pool
from reference.regularization import CLASSES, CNN, CNN_BATCH_NORM, DENSE
from tests.checks.factories import code, evidence, model, node

PLACE = 4


@pytest.mark.parametrize("layers", [CNN, CNN_BATCH_NORM])
def test_the_reference_has_blocks(layers):
    chain = expected_chain(layers)
    expect_convolutions(chain, PLACE)
    expect_activated(chain, PLACE)
    expect_pooled(chain, PLACE)


def test_an_activation_after_the_pooling_is_as_good():
    chain = expected_chain((Conv(4, activation="linear"), Pool(), Activation("relu"), Flatten(), Dense(10)))
    expect_activated(chain, PLACE)


def test_convolutions_without_activation_lose_their_share():
    with pytest.raises(Partial, match="Convolution 1 of 2") as found:
        expect_activated(expected_chain((Conv(4, activation="linear"), Conv(4), Pool(), Dense(10))), PLACE)
    assert found.value.share == 0.5


def test_a_dense_network_has_no_blocks():
    for question in (expect_convolutions, expect_activated, expect_pooled):
        with pytest.raises(Failed):
            question(expected_chain(DENSE), PLACE)


@pytest.mark.parametrize(
    "layers", [(Conv(8), Flatten(), Dense(10, "softmax")), (Pool(), Conv(8), Flatten(), Dense(10, "softmax"))]
)
def test_pooling_has_to_follow_a_convolution(layers: tuple[Layer, ...]):
    with pytest.raises(Failed, match="No pooling follows"):
        expect_pooled(expected_chain(layers), PLACE)


def answered(units: int, *functions: str, from_logits: bool = False) -> tuple[Submission, Role]:
    """A network of one layer with these functions after it, compiled with a loss for values or for probabilities."""
    nodes = [node(0, "input", (8,)), node(1, "dense", (units,), parameters=9 * units, units=units)]
    nodes += [node(2 + place, "activation", (units,), function=name) for place, name in enumerate(functions)]
    compiled = Compile(
        seq=2,
        cell=0,
        kind="compile",
        model=0,
        version=0,
        optimizer=None,
        loss=Loss(name="categorical_crossentropy", from_logits=from_logits),
        metrics=(),
    )
    network = Network("Dense network", expected_chain((Dense(units),)), ("dense",), likeness=lambda _: 1.0)
    submission = Submission(evidence([code()], [model(1, 0, nodes), compiled]), [network])
    return submission, submission.role("Dense network")


@pytest.mark.parametrize(("functions", "from_logits"), [(("softmax",), False), ((), True)])
def test_softmax_or_logits_that_the_loss_knows_of(functions, from_logits):
    expect_class_probabilities(*answered(CLASSES, *functions, from_logits=from_logits), CLASSES)


@pytest.mark.parametrize(
    ("units", "functions", "message"),
    [
        (CLASSES, (), "no activation, and the loss expects probabilities"),
        (CLASSES, ("sigmoid",), "sigmoid"),
        (CLASSES + 1, ("softmax",), "one value for each of the 10 classes"),
    ],
)
def test_no_probabilities_of_the_classes(units, functions, message):
    with pytest.raises(Failed, match=message):
        expect_class_probabilities(*answered(units, *functions), CLASSES)
