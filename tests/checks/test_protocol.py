"""Of several trainings of one network the one that follows the text speaks; and what makes a loss the right one."""

from __future__ import annotations

import math
from typing import Any

import pytest

from grader.checks import Submission
from grader.checks.outcomes import CheckOutcome, Failed, NotAttempted
from grader.checks.training.protocol import (
    best_fits,
    compile_settings,
    expect_batch_size,
    expect_epochs,
    expect_loss,
    expect_validated,
    expect_validation,
)
from grader.evidence.schema import Event
from grader.evidence.values import CompileSettings, DataGiven, Loss, OptimizerGiven
from grader.models import Network, Role, expected_chain
from reference.architecture import Dense, Flatten
from tests.checks.factories import code, data, evidence, model, node, training

RIGHT = {"kind": "sparse_categorical_crossentropy", "sparse": -math.log(0.4), "one_hot": None}
HISTORY = {"loss": [1.0, 0.9], "accuracy": [0.5, 0.6]}


def settings(
    optimizer: str = "adam", *, from_logits: bool = False, loss: dict[str, Any] | None = None
) -> CompileSettings:
    given = dict(loss or RIGHT)
    return CompileSettings(
        optimizer=OptimizerGiven(name=optimizer, learning_rate=0.001),
        loss=Loss(name=given.pop("kind"), from_logits=from_logits, probe=given),
        metrics=("accuracy",),
    )


def trained(*changes: dict[str, Any], activation: str = "softmax") -> tuple[Submission, Role]:
    """A network trained once for each of `changes` to a training by the protocol, in cells 2, 3, ..."""
    nodes = [node(0, "input", (32, 32, 3)), node(1, "flatten", (3072,)), node(2, "dense", (10,), 30_730, units=10)]
    if activation:
        nodes.append(node(3, "activation", (10,), function=activation))
    events: list[Event] = [model(1, 0, nodes)]
    for number, change in enumerate(changes, 1):
        fit, end = training(10 * number, number, HISTORY)
        usual = {"compiled": settings(), "x": data("train", 0, 50_000)}
        events += [fit.model_copy(update=usual | change), end]
    network = Network("NET", expected_chain((Flatten(), Dense(10, "softmax"))), ("exe01",))
    submission = Submission(evidence([code()] * (len(changes) + 1), events), [network])
    return submission, submission.role("NET")


def test_an_experiment_afterwards_takes_nothing_away() -> None:
    submission, role = trained({}, {"compiled": settings("sgd")}, {"epochs": 50})
    (best,) = best_fits(submission, role, 20, 128)
    assert best.asked.seq == 10
    found, cell = compile_settings(submission, role)
    assert found.optimizer is not None
    assert (found.optimizer.name, cell) == ("adam", 2)


def test_a_trial_before_does_not_count() -> None:
    submission, role = trained({"epochs": 1}, {"batch_size": 32}, {})
    assert [run.asked.seq for run in best_fits(submission, role, 20, 128)] == [30]


def test_equals_all_speak() -> None:
    submission, role = trained({}, {})
    assert [run.asked.seq for run in best_fits(submission, role, 20, 128)] == [10, 20]


def test_the_only_training_is_judged_as_it_is() -> None:
    submission, role = trained({"epochs": 10, "batch_size": 64, "compiled": settings("sgd")})
    (run,) = best_fits(submission, role, 20, 128)
    with pytest.raises(Failed, match="10 epochs, expected 20"):
        expect_epochs(submission, run, 20)
    with pytest.raises(Failed, match="batches of 64, expected 128"):
        expect_batch_size(submission, run, 128)
    found, _ = compile_settings(submission, role)
    assert found.optimizer is not None
    assert found.optimizer.name == "sgd"


def test_no_training_is_no_attempt() -> None:
    submission, role = trained()
    with pytest.raises(NotAttempted):
        best_fits(submission, role, 20, 128)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"validation_split": 0.2}, None),
        ({"validation_split": 0.1}, "validation_split is 0.1"),
        ({"validation_split": 0.0}, "without validation data"),
        ({"x": data("train", 0, 40_000), "validation": data("train", 40_000, 50_000)}, None),
        ({"x": data("train", 10_000, 50_000), "validation": data("train", 0, 10_000)}, None),
        ({"x": data("train", 0, 45_000), "validation": data("train", 45_000, 50_000)}, "10.0% of the images"),
        ({"validation": data("train", 40_000, 50_000)}, "10000 images are both"),
        ({"validation": data("test", 0, 10_000)}, "test images serve as validation data"),
    ],
)
def test_validation(change: dict[str, Any], fault: str | None) -> None:
    submission, role = trained(change)
    (run,) = best_fits(submission, role, 20, 128)
    if fault is None:
        expect_validation(submission, run, 0.2)
        return
    with pytest.raises(Failed, match=fault):
        expect_validation(submission, run, 0.2)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"validation": None, "validation_split": 0.1}, None),
        ({"validation": data("test", 0, 10_000)}, None),
        ({"validation": data("train", 40_000, 50_000), "x": data("train", 0, 40_000)}, None),
        ({"validation": DataGiven()}, None),
        ({"validation": None, "validation_split": None}, "without validation data"),
        ({"validation": data("train", 0, 50_000), "x": data("train", 0, 50_000)}, "trained on, too"),
    ],
)
def test_any_validation(change: dict[str, Any], fault: str | None) -> None:
    submission, role = trained(change)
    if fault is None:
        expect_validated(submission, submission.fits_of(role))
    else:
        with pytest.raises(Failed, match=fault):
            expect_validated(submission, submission.fits_of(role))


CROSS_ENTROPY = -math.log(0.4)
ONE_HOT = {"kind": "categorical_crossentropy", "sparse": None, "one_hot": CROSS_ENTROPY}
BINARY = {"kind": "binary_crossentropy", "sparse": None, "one_hot": 0.17}
OWN = {"kind": "my_loss", "sparse": CROSS_ENTROPY, "one_hot": None}
SQUARES = {"kind": "mean_squared_error", "sparse": 8.1, "one_hot": 0.04}


@pytest.mark.parametrize(
    ("loss", "labels", "logits", "activation", "fault"),
    [
        (RIGHT, "sparse", False, "softmax", None),
        (ONE_HOT, "one_hot", False, "softmax", None),
        (OWN, "sparse", False, "softmax", None),
        (RIGHT, "sparse", True, "", None),
        (RIGHT, "sparse", True, "softmax", "applied twice"),
        (RIGHT, "one_hot", False, "softmax", "expected categorical_crossentropy"),
        (ONE_HOT, "sparse", False, "softmax", "expected sparse_categorical_crossentropy"),
        (BINARY, "one_hot", False, "softmax", "The loss is binary_crossentropy"),
        (SQUARES, "one_hot", False, "softmax", "The loss is mean_squared_error"),
    ],
)
def test_loss(loss: dict[str, Any], labels: str, logits: bool, activation: str, fault: str | None) -> None:
    change = {"compiled": settings(from_logits=logits, loss=loss), "x": data("train", 0, 50_000, labels)}
    submission, role = trained(change, activation=activation)
    found, cell = compile_settings(submission, role)
    outcome: CheckOutcome | None = None
    try:
        expect_loss(submission, role, found, cell)
    except CheckOutcome as ended:
        outcome = ended
    assert (outcome is None) == (fault is None), outcome
    if outcome is not None:
        assert fault is not None
        assert fault in outcome.message
