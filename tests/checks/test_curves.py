"""Plotted curves are those of the training in question, or a message says whose they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import Submission
from grader.checks.drawing.curves import expect_curve
from grader.checks.outcomes import CheckOutcome, Failed, NotAttempted
from grader.evidence.schema import Event
from tests.checks.factories import code, evidence, figure, training

FIRST = {
    "accuracy": [0.31, 0.45, 0.52],
    "loss": [1.9, 1.5, 1.3],
    "val_accuracy": [0.40, 0.44, 0.47],
    "val_loss": [1.6, 1.5, 1.6],
}
SECOND = {name: [value + 0.07 for value in values] for name, values in FIRST.items()}
QUANTITIES = st.sampled_from(sorted(FIRST))


def ended(quantity: str, *events: Event, run: int = 0, runs: slice | None = None) -> CheckOutcome | None:
    """How the question ends: two trainings in cells 1 and 2, what `events` add in cells 3 and 4."""
    trained = (*training(1, 0, FIRST), *training(3, 1, SECOND, number=1))
    submission = Submission(evidence([code()] * 4, [*trained, *events]))
    asked = submission.fits[runs] if runs else [submission.fits[run]]
    try:
        expect_curve(submission, asked, quantity, "NET I")
    except CheckOutcome as outcome:
        return outcome
    return None


@given(QUANTITIES, st.sampled_from([1.0, 100.0]), st.booleans())
def test_curve_of_the_history_in_any_company(quantity: str, scale: float, scattered: bool) -> None:
    curve = [scale * value for value in FIRST[quantity]]
    others = [SECOND[quantity], [1.0, 2.0, 3.0]]
    shown = figure(5, 2, *others, points=[curve]) if scattered else figure(5, 2, *others, curve)
    assert ended(quantity, shown) is None


@given(QUANTITIES, st.integers(0, 2), st.floats(0.01, 1))
def test_curve_that_differs_in_one_epoch(quantity: str, epoch: int, change: float) -> None:
    curve = list(FIRST[quantity])
    curve[epoch] += change
    assert isinstance(ended(quantity, figure(5, 2, curve)), NotAttempted)


@pytest.mark.parametrize("curve", [[], FIRST["loss"][:2], [*FIRST["loss"], 1.2], [None, *FIRST["loss"][1:]]])
def test_curve_of_another_length(curve: Sequence[float | None]) -> None:
    assert isinstance(ended("loss", figure(5, 2, curve)), NotAttempted)


def test_no_plot_at_all() -> None:
    outcome = ended("loss")
    assert isinstance(outcome, NotAttempted)
    assert outcome.message == "No plot shows the training loss of NET I."


def test_other_curve_of_the_same_training() -> None:
    outcome = ended("accuracy", figure(5, 2, FIRST["loss"], FIRST["val_loss"]))
    assert isinstance(outcome, Failed)
    assert outcome.cells == (3,)
    assert "what is plotted of its history is training loss and validation loss" in outcome.message


def test_curve_of_another_training() -> None:
    outcome = ended("loss", figure(5, 2, SECOND["loss"]))
    assert isinstance(outcome, Failed)
    assert outcome.cells == (3,)
    assert outcome.message == "The plotted training loss is that of the training in cell 2, not that of NET I."


def test_plot_before_the_training_is_about_something_else() -> None:
    outcome = ended("loss", figure(2, 0, FIRST["loss"]), run=1)
    assert isinstance(outcome, NotAttempted)


def test_any_of_several_trainings_will_do() -> None:
    assert ended("loss", figure(5, 2, SECOND["loss"]), runs=slice(0, 2)) is None


def test_network_that_was_never_trained() -> None:
    outcome = ended("loss", runs=slice(0, 0))
    assert isinstance(outcome, NotAttempted)
    assert outcome.message == "NET I was never trained, so there are no curves of it."


@pytest.mark.parametrize("name", ["accuracy", "acc", "sparse_categorical_accuracy", "accuracy_1"])
def test_accuracy_by_any_name(name: str) -> None:
    history = {name: [0.1, 0.2], f"val_{name}": [0.3, 0.4], "top_k_categorical_accuracy": [0.8, 0.9]}
    events = [*training(1, 0, history), figure(3, 0, [0.1, 0.2], [0.3, 0.4])]
    submission = Submission(evidence([code()], events))
    expect_curve(submission, submission.fits, "accuracy", "NET I")
    expect_curve(submission, submission.fits, "val_accuracy", "NET I")


def test_history_without_validation() -> None:
    events = [*training(1, 0, {"loss": [1.0, 0.5]}), figure(3, 1, [1.0, 0.5])]
    submission = Submission(evidence([code(), code()], events))
    with pytest.raises(Failed, match="history of NET I holds no validation loss") as caught:
        expect_curve(submission, submission.fits, "val_loss", "NET I")
    assert caught.value.cells == (1,)


def test_loss_that_is_not_a_number_is_drawn_as_it_is() -> None:
    history = {"loss": [1.0, None, None]}
    events = [*training(1, 0, history), figure(3, 0, [1.0, None, None])]
    submission = Submission(evidence([code()], events))
    expect_curve(submission, submission.fits, "loss", "NET I")


def test_training_that_never_ended_has_no_curves() -> None:
    fit, _ = training(1, 0, FIRST)
    submission = Submission(evidence([code()], [fit, figure(3, 0, FIRST["loss"])]))
    with pytest.raises(Failed, match="holds no training loss"):
        expect_curve(submission, submission.fits, "loss", "NET I")
