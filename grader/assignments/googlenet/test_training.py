"""s4.compile, s5.train and s6.evaluate: the first GoogLeNet."""

from __future__ import annotations

from grader.checks import FitRun, Submission, check, fail, not_attempted
from grader.checks.structure.googlenets import GoogLeNets
from grader.checks.training.protocol import (
    compile_settings,
    evaluations_of,
    expect_accuracy_metric,
    expect_loss,
    expect_optimizer,
)
from grader.checks.training.rounds import expect_accuracy_shown, expect_early_stopping, expect_watched, optimizer_fault
from grader.models import Role
from reference import googlenet


@check("s4.compile", 1)
def test_optimizer(submission: Submission, network: Role) -> None:
    """GoogLeNet is compiled with Adam and a learning rate of 0.001."""
    settings, cell = compile_settings(submission, network)
    expect_optimizer(settings, "adam", cell)
    fault = optimizer_fault(settings, googlenet.LEARNING_RATE)
    if fault is not None:
        fail(fault, [cell])


@check("s4.compile", 1)
def test_loss(submission: Submission, network: Role) -> None:
    """The loss is the cross-entropy that fits the labels."""
    settings, cell = compile_settings(submission, network)
    expect_loss(submission, network, settings, cell)


@check("s4.compile", 1)
def test_metric(submission: Submission, network: Role) -> None:
    """Accuracy is among the metrics."""
    settings, cell = compile_settings(submission, network)
    expect_accuracy_metric(settings, cell)


@check("s5.train", 2)
def test_early_stopping(submission: Submission, fits: list[FitRun]) -> None:
    """The training stops early, by what is measured on the validation data."""
    expect_early_stopping(submission, fits)


@check("s5.train", 1)
def test_batch_size(submission: Submission, fits: list[FitRun]) -> None:
    """The training goes in batches of 128."""
    sizes = [run.asked.batch_size for run in fits]
    if googlenet.BATCH_SIZE not in sizes:
        fail(
            f"Trained in batches of {sizes[-1]}, expected {googlenet.BATCH_SIZE}.",
            [submission.evidence.position(fits[-1].asked.cell)],
        )


@check("s5.train", 2)
def test_validation(submission: Submission, fits: list[FitRun]) -> None:
    """The training is watched on the validation data, and not on the test set."""
    expect_watched(submission, fits)


@check("s6.evaluate", 2)
def test_evaluated(submission: Submission, network: Role) -> None:
    """GoogLeNet is evaluated on the test set after its training."""
    evaluations_of(submission, network)


@check("s6.evaluate", 1, needs=("evaluated",))
def test_shown(submission: Submission, nets: GoogLeNets, network: Role) -> None:
    """Its accuracy on the test set is shown."""
    if not nets.all:
        not_attempted("No GoogLeNet was found.")
    expect_accuracy_shown(submission, evaluations_of(submission, network))
