"""s7.mc: Monte Carlo dropout."""

from __future__ import annotations

import pytest

from grader.checks import Submission, check, fail, not_attempted
from grader.checks.dataset.images import TEST_IMAGES
from grader.checks.structure.googlenets import GoogLeNets
from grader.checks.text import shows_value
from grader.checks.training.accuracy import Bar, expect_bar
from grader.evidence.schema import Evaluation, Passes, Prediction
from reference import mc_dropout


@pytest.fixture
def passes(submission: Submission, nets: GoogLeNets) -> Passes:
    """The repeated passes over the test images that come nearest to what is asked for."""
    found = submission.evidence.of(Passes)
    if not found:
        nets.expect_possible()
        once = [event for event in submission.evidence.of(Prediction) if event.training and submission.is_test(event.x)]
        if once:
            fail(
                "Test images went through the network with dropout, but each of them only once; expected "
                f"{mc_dropout.SAMPLES} passes.",
                [submission.evidence.position(once[0].cell)],
            )
        not_attempted("The test images never went through a network more than once.")
    return max(found, key=lambda one: (one.varied, one.rows, min(one.fewest, mc_dropout.SAMPLES), -one.largest_call))


@check("s7.mc", 1)
def test_stochastic(submission: Submission, passes: Passes) -> None:
    """Dropout is active in the passes, so that they differ."""
    if not passes.varied:
        how = "`predict`" if passes.via == "predict" else "the model called without `training=True`"
        reason = "a network without dropout that acts" if passes.training else how
        fail(
            f"All passes over the same images give the same: they are made by {reason}, where dropout does nothing.",
            [submission.evidence.position(passes.made_in)],
        )


@check("s7.mc", 1)
def test_twenty_passes(submission: Submission, passes: Passes) -> None:
    """Each test image goes through the network 20 times."""
    cell = submission.evidence.position(passes.made_in)
    if passes.fewest != passes.most or passes.fewest != mc_dropout.SAMPLES:
        found = passes.fewest if passes.fewest == passes.most else f"{passes.fewest} to {passes.most}"
        fail(f"Each image went through the network {found} times, expected {mc_dropout.SAMPLES}.", [cell])


@check("s7.mc", 1)
def test_in_batches(submission: Submission, passes: Passes) -> None:
    """The whole test set goes through in batches of 500."""
    cell = submission.evidence.position(passes.made_in)
    if passes.rows < TEST_IMAGES:
        fail(f"{passes.rows} of the {TEST_IMAGES} test images went through the network.", [cell])
    if passes.via == "call" and passes.largest_call > mc_dropout.BATCH:  # `predict` makes batches itself
        fail(
            f"{passes.largest_call} images went through the network at once, expected batches of {mc_dropout.BATCH}: "
            "of an image of 128×128 pixels the first layers alone keep over a million numbers.",
            [cell],
        )


@check("s7.mc", 1)
def test_averaged(submission: Submission, passes: Passes) -> None:
    """The probabilities of the passes are averaged."""
    if passes.averaged or passes.classified:
        return
    first = submission.evidence.position(passes.made_in)
    texts = [submission.printed(cell) for cell in submission.cells(first, len(submission.evidence.cells))]
    shown = {
        name for name, value in passes.accuracy.items() if value and any(shows_value(text, value) for text in texts)
    }
    if "mean" in shown:
        return
    if "votes" in shown:
        fail(
            "What is averaged is the labels: the class that most passes choose. Expected the mean of the "
            "probabilities, which knows how sure each pass was.",
            [first],
        )
    fail("No mean of the probabilities over the passes was found.", [first])


@check("s7.mc", 2)
def test_accuracy(submission: Submission, nets: GoogLeNets, passes: Passes, bars: dict[str, Bar]) -> None:
    """With every technique about 90 % of the test images are recognised."""
    bar = bars["GoogLeNet with every technique"]
    run = submission.evidence.run
    mean = passes.accuracy.get("mean") or 0.0
    if run.trains and run.dataset == bar.dataset and passes.rows == TEST_IMAGES and mean >= bar.value:
        return
    models = {model for variant in nets.all for model in variant.role.models}
    expect_bar(submission, [event for event in submission.evidence.of(Evaluation) if event.model in models], bar)
