"""Trainings in rounds: what goes on from what, with which learning rate, and what stops it early."""

from __future__ import annotations

import pytest

from grader.checks import FitRun, Submission
from grader.checks.outcomes import Failed
from grader.checks.training.rounds import expect_early_stopping, lineages, rates_of
from grader.evidence.schema import WeightsLoaded
from grader.evidence.values import CallbackGiven, CompileSettings, Loss, OptimizerGiven
from tests.checks.factories import code, evidence, training


def run(seq: int, model: int, rate: float, before: int, after: int, *callbacks: CallbackGiven) -> FitRun:
    """A training of a model from the weights `before` to the weights `after`, both as checksums."""
    fit, end = training(seq, 0, {}, number=model)
    optimizer = OptimizerGiven(name="adam", learning_rate=rate)
    compiled = CompileSettings(optimizer=optimizer, loss=Loss(name="x"), metrics=())
    fit = fit.model_copy(update={"compiled": compiled, "weights": before, "callbacks": callbacks})
    return FitRun(fit, end.model_copy(update={"weights": after}))


def submission(*events) -> Submission:
    return Submission(evidence([code()], events))


def test_one_object_trained_on_is_one_lineage_with_its_rates():
    runs = [run(1, 0, 1e-3, 1, 2), run(3, 0, 1e-3, 2, 3), run(5, 0, 1e-4, 3, 4)]
    assert lineages(submission(), runs) == [runs]
    assert rates_of(runs) == pytest.approx([1e-3, 1e-4])


def test_another_model_around_the_same_weights_goes_on_with_them():
    runs = [run(1, 0, 1e-3, 1, 2), run(3, 7, 1e-4, 2, 3)]
    assert lineages(submission(), runs) == [runs]


def test_weights_of_a_checkpoint_of_this_run_are_gone_on_with():
    runs = [run(1, 0, 1e-3, 1, 2), run(3, 7, 1e-4, 5, 6)]
    load = WeightsLoaded(seq=2, cell=0, kind="weights_loaded", model=7, file="best", written=True, weights=5)
    assert lineages(submission(load), runs) == [runs]
    assert len(lineages(submission(load.model_copy(update={"written": False})), runs)) == 2


def test_fresh_weights_are_another_lineage():
    runs = [run(1, 0, 1e-3, 1, 2), run(3, 7, 1e-4, 5, 6)]
    assert lineages(submission(), runs) == [[runs[0]], [runs[1]]]


def stopping(monitor: str | None) -> CallbackGiven:
    return CallbackGiven(name="EarlyStopping", monitor=monitor)


@pytest.mark.parametrize("monitor", ["val_loss", "val_accuracy", None])
def test_early_stopping_watches_the_validation_data(monitor):
    expect_early_stopping(submission(), [run(1, 0, 1e-3, 1, 2, stopping(monitor))])


@pytest.mark.parametrize(
    ("callbacks", "words"),
    [
        ((), "none"),
        ((CallbackGiven(name="ModelCheckpoint"),), "ModelCheckpoint"),
        ((stopping("loss"),), "watches loss"),
    ],
)
def test_what_else_stands_there_is_told(callbacks, words):
    with pytest.raises(Failed, match=words):
        expect_early_stopping(submission(), [run(1, 0, 1e-3, 1, 2, *callbacks)])
