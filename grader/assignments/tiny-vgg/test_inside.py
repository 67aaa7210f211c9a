"""q09 to q12: robustness over runs, feature maps, and kernels."""

from __future__ import annotations

from grader.checks import Submission, check
from grader.checks.drawing import visualisation
from grader.checks.training import robustness
from grader.models import Role
from reference import tiny_vgg

RESNET50_FILTERS = 64
RESNET50_KERNEL = 7


@check("q09", 4)
def test_runs(submission: Submission, vgg: Role) -> None:
    """The tiny VGG is trained five times or more, each time with fresh weights."""
    robustness.expect_fresh_runs(submission, vgg, tiny_vgg.RUNS)


@check("q09", 1.5)
def test_mean(submission: Submission, vgg: Role) -> None:
    """The mean of the test accuracies is reported."""
    robustness.expect_mean(submission, vgg)


@check("q09", 2.5)
def test_deviation(submission: Submission, vgg: Role) -> None:
    """The standard deviation of the test accuracies is reported."""
    robustness.expect_deviation(submission, vgg)


@check("q10", 4)
def test_maps_of_convolutions(submission: Submission, vgg: Role) -> None:
    """Feature maps of every convolution are shown."""
    visualisation.expect_feature_maps(submission, vgg, ("conv2d",))


@check("q10", 2)
def test_maps_of_pools(submission: Submission, vgg: Role) -> None:
    """Feature maps of every pool are shown."""
    visualisation.expect_feature_maps(submission, vgg, ("max_pool", "average_pool"))


@check("q11", 5)
def test_kernels(submission: Submission, vgg: Role) -> None:
    """Every kernel of the first convolution is shown for each of the three colour channels."""
    variants = ("tiny VGG with BN", "tiny VGG with a third block")
    others = [submission.roles[name] for name in variants if name in submission.roles]
    visualisation.expect_kernels_by_channel(submission, [vgg, *others])


@check("q12", 3)
def test_colour_kernels(submission: Submission) -> None:
    """The 64 kernels of the first layer of ResNet50 are shown as colour images."""
    visualisation.expect_colour_kernels(submission, RESNET50_FILTERS, RESNET50_KERNEL)


@check("q12", 1)
def test_whole_range(submission: Submission) -> None:
    """Each kernel was brought into the range from 0 to 1, so that no weight is cut off."""
    visualisation.expect_whole_range(submission, RESNET50_KERNEL)
