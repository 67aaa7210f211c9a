"""model2, count and train: the network by its pattern, its parameters, and its training for five epochs."""

from __future__ import annotations

from grader.checks import FitRun, Submission, check, fail, partial
from grader.checks.structure import networks
from grader.checks.structure.counts import expect_count_right, expect_count_shown
from grader.checks.training.protocol import expect_validated
from grader.models import Role, expected_chain
from reference import first_cnn

_POOLS = ("max_pool", "average_pool")


@check("model2", 13)
def test_order(model2: Role) -> None:
    """Convolution, convolution, pool, and the same again, then Flatten."""
    if model2.error is not None:
        fail(f"Model 2 cannot be built: {model2.error}", [model2.position])
    networks.expect_feature_part(model2.chain, expected_chain(first_cnn.MODEL_2), model2.position)


@check("model2", 6)
def test_strides(model2: Role) -> None:
    """Every convolution has stride 1."""
    found = model2.chain.of("conv2d")
    strided = [stage for stage in found if stage.config.get("strides") != [1, 1]]
    if not found:
        fail("Model 2 has no convolution.", [model2.position])
    if strided:
        partial(
            1 - len(strided) / len(found),
            f"{len(strided)} of the {len(found)} convolutions move in larger steps ({strided[0].describe()}); "
            "stride 1 is asked for, so that only the pools shrink the map.",
            [model2.position],
        )


@check("model2", 2)
def test_pools(model2: Role) -> None:
    """The pools take the maximum."""
    found = model2.chain.of(*_POOLS)
    averages = [stage for stage in found if stage.op == "average_pool"]
    if not found:
        fail("Model 2 has no pool.", [model2.position])
    if averages:
        partial(
            1 - len(averages) / len(found),
            f"{len(averages)} of the {len(found)} pools take the average, expected the maximum.",
            [model2.position],
        )


@check("model2", 5)
def test_hidden_layer(model2: Role) -> None:
    """A dense layer stands between the maps and the classifier."""
    dense = model2.chain.of("dense")
    if len(dense) < 2:
        shown = ", ".join(stage.describe() for stage in dense) or "none"
        fail(
            f"Dense layers found: {shown}. Expected one before the final classification, so that the features of the "
            "maps are combined before they are taken for classes.",
            [model2.position],
        )


@check("model2", 4)
def test_ten_classes(model2: Role) -> None:
    """The last layer is dense with one unit for each of the ten classes."""
    last = model2.chain.stages[-1]
    if last.op != "dense" or last.config.get("units") != first_cnn.CLASSES:
        fail(f"The last layer is {last.describe()}, expected dense {first_cnn.CLASSES}.", [model2.position])


@check("model2", 5)
def test_softmax(model2: Role) -> None:
    """Softmax stands on the last layer, and only there."""
    networks.expect_output_activation(model2.chain, "softmax", model2.position)


@check("count", 5)
def test_count_shown(submission: Submission, model2: Role) -> None:
    """The number of parameters of model 2 is stated, or shown by its summary."""
    expect_count_shown(submission, model2)


@check("count", 5)
def test_count_right(submission: Submission, model2: Role) -> None:
    """What is said about the number of parameters of model 2 is so."""
    expect_count_right(submission, model2)


@check("train", 5)
def test_epochs(submission: Submission, fits2: list[FitRun]) -> None:
    """Model 2 is trained for five epochs."""
    asked = [run.epochs for run in fits2]
    if first_cnn.EPOCHS_2 not in (*asked, sum(asked)):
        fail(
            f"Model 2 is trained for {' and '.join(map(str, asked))} epochs, expected {first_cnn.EPOCHS_2}.",
            [submission.evidence.position(run.asked.cell) for run in fits2],
        )


@check("train", 5)
def test_validation(submission: Submission, fits2: list[FitRun]) -> None:
    """After each epoch model 2 is measured on validation data."""
    right = [run for run in fits2 if run.epochs == first_cnn.EPOCHS_2]
    expect_validated(submission, right or fits2)
