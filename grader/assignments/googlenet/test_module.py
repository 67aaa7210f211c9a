"""s3.module and s3.instance: the InceptionModule as a layer, and what is said about an instance of it."""

from __future__ import annotations

from grader.checks import Submission, check
from grader.checks.structure import modules as questions
from grader.checks.structure.googlenets import GoogLeNets


@check("s3.module", 2)
def test_arguments(submission: Submission) -> None:
    """The module is a Keras layer that takes six numbers of filters and a switch for batch normalisation."""
    questions.expect_arguments(submission)


@check("s3.module", 2)
def test_branch_1x1(submission: Submission) -> None:
    """The first branch is a 1×1 convolution of the input."""
    questions.expect_branch(submission, "1×1")


@check("s3.module", 3)
def test_branch_3x3(submission: Submission) -> None:
    """The second branch is a 1×1 convolution and a 3×3 convolution of what it gives."""
    questions.expect_branch(submission, "3×3")


@check("s3.module", 3)
def test_branch_5x5(submission: Submission) -> None:
    """The third branch is a 1×1 convolution and a 5×5 convolution of what it gives."""
    questions.expect_branch(submission, "5×5")


@check("s3.module", 3)
def test_branch_pool(submission: Submission) -> None:
    """The fourth branch is a 3×3 max pool with stride 1 and a 1×1 convolution of what it gives."""
    questions.expect_branch(submission, "pool")


@check("s3.module", 2)
def test_joined(submission: Submission) -> None:
    """The four branches are joined along the channels."""
    questions.expect_joined(submission)


@check("s3.module", 2)
def test_batch_norm(submission: Submission) -> None:
    """Batch normalisation ends the module where it is asked for, and only there."""
    questions.expect_switch(submission)


@check("s3.module", 1)
def test_weights_stay(submission: Submission) -> None:
    """The module keeps its weights from one call to the next."""
    questions.expect_weights_kept(submission)


@check("s3.instance", 3)
def test_shape_stated(submission: Submission, nets: GoogLeNets) -> None:
    """The shape of the output of an instance is shown."""
    questions.expect_shape_stated(submission, nets)


@check("s3.instance", 3)
def test_count_stated(submission: Submission, nets: GoogLeNets) -> None:
    """The number of parameters of an instance is shown."""
    questions.expect_count_stated(submission, nets)
