"""s3.preprocess: what reaches the first convolution for images as they are loaded."""

from __future__ import annotations

import pytest

from grader.checks import Submission, check, fail, not_attempted, undecided
from grader.checks.structure.googlenets import GoogLeNets
from grader.checks.structure.preparation import Reached, images_reached
from reference import googlenet

LOW, HIGH = -1.0, 1.0
CLOSE = 0.02
"""Interpolation and rounding move the ends of the range less than this."""


@pytest.fixture
def reached(submission: Submission, nets: GoogLeNets) -> Reached:
    """What reached the first convolution of a GoogLeNet: at its training, else at its evaluation."""
    nets.expect_possible()
    if not nets.all:
        not_attempted("No GoogLeNet was found whose images could be prepared.")
    models = frozenset(model for variant in nets.all for model in variant.role.models)
    found = images_reached(submission, models, [variant.role.snapshot for variant in nets.all])
    if not found:
        not_attempted("No images were given to a GoogLeNet.")
    # An experiment with another preparation takes nothing away.
    right = [one for one in found if one.side == (googlenet.SIDE,) * 2 and one.covers(LOW, HIGH, CLOSE)]
    return (right or found)[0]


@check("s3.preprocess", 2)
def test_resized(reached: Reached) -> None:
    """The images are enlarged to 128×128 pixels."""
    if reached.side is None:
        undecided("What reaches the first convolution could not be seen.", [reached.cell])
    if reached.side != (googlenet.SIDE,) * 2:
        fail(
            f"The first convolution takes images of {reached.side[0]}×{reached.side[1]} pixels, "
            f"expected {googlenet.SIDE}×{googlenet.SIDE}: GoogLeNet halves them five times.",
            [reached.cell],
        )


@check("s3.preprocess", 3)
def test_scaled(reached: Reached) -> None:
    """Pixel values from 0 to 255 become values from -1 to 1."""
    if reached.low is None or reached.high is None:
        undecided("The values that reach the first convolution could not be seen.", [reached.cell])
    if reached.distorted:
        fail(
            "What reaches the first convolution is no enlarged copy of the images: its values were cut off or rounded "
            "on the way, as happens when scaled values go through whole numbers.",
            [reached.cell],
        )
    if not reached.covers(LOW, HIGH, CLOSE):
        fail(
            f"Pixel values 0 and 255 reach the first convolution as {_short(reached.low)} and {_short(reached.high)}, "
            f"expected {LOW:g} and {HIGH:g}. What was scaled before must not be scaled again.",
            [reached.cell],
        )


@check("s3.preprocess", 1)
def test_inside(reached: Reached) -> None:
    """The images are prepared by layers of the model."""
    if not reached.inside:
        fail(
            "The images are prepared before they are given to the model. As a layer of it, preparation takes memory "
            "for one batch only, and goes wherever the model goes.",
            [reached.cell],
        )


def _short(value: float) -> str:
    return f"{round(value, 3) + 0.0:g}"
