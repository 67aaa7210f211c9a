"""Accuracy at effort ``short``: what grader's own trainings decide, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from grader.checks import Submission
from grader.checks.outcomes import CheckOutcome
from grader.checks.training.accuracy import expect_bar
from grader.evidence.schema import Evaluation, Event, Trained
from grader.evidence.values import DataGiven
from grader.training import Bar, Wish
from tests.checks.factories import code, evidence, training
from tests.training.factories import calibration

REFERENCE = "r"
LATE = calibration((0.63, 0.64, 0.65), steps=1565)
EARLY = calibration((0.49, 0.50, 0.51), steps=313)
BAR = Bar(network="NET I", dataset="cifar10", steps=1565, calibrations=(EARLY, LATE))
NAMED = Bar(network="CNN", dataset="cifar10", named=0.62, steps=1000)
FIT = 2
FITTED = training(FIT, 1, {"loss": [1.0]})


def tried(seq: int = 10, model: int = 0) -> Evaluation:
    return Evaluation(
        seq=seq, cell=2, kind="evaluate", model=model, version=0, x=DataGiven(), values={}, predicted=None, weights=2
    )


def trained(*accuracies: float, ended: str | Sequence[str] = "steps", bar: Bar = BAR, **changes: Any) -> Trained:
    """A try for each accuracy, of a training like the reference's."""
    count = len(accuracies)
    endings = (ended,) * count if isinstance(ended, str) else tuple(ended)
    fields = {"network": bar.network, "fits": (FIT,), "recipe": REFERENCE, "budget": bar.steps, "batch_size": 128}
    fields |= {"images": 40_000, "seeds": tuple(range(count)), "accuracies": accuracies, "ended": endings}
    fields |= {"steps": (bar.steps,) * count, **changes}
    return Trained.model_validate({"seq": FIT, "cell": 1, "kind": "trained", **fields})


def submission(*events: Event, effort: str = "short", **facts: Any) -> Submission:
    told = sorted([*FITTED, tried(), *events], key=lambda event: event.seq)
    return Submission(evidence([code(), code(), code()], told, effort=effort, **facts))


def outcome(*events: Event, bar: Bar = BAR, **facts: Any) -> str:
    try:
        expect_bar(submission(*events, **facts), [tried()], bar)
    except CheckOutcome as found:
        place = "".join(f" in cell {cell}" for cell in found.cells)
        return f"{type(found).__name__}{place}: {found}"
    return "Passed"


# Passed


@pytest.mark.parametrize(
    "event",
    [
        trained(0.61, ended="reached"),
        trained(LATE.least),
        trained(0.2, 0.62),
        trained(0.62, ended="seconds"),
        trained(0.62, obstacles=("the callback X is the notebook's own",)),
        trained(0.62, batch_size=64, recipe="another"),
    ],
    ids=["reached", "exactly", "second try", "in time", "without a callback", "in its own way"],
)
def test_what_reaches_the_bar_passes(event: Trained):
    assert outcome(event) == "Passed"


def test_one_of_several_trainings_is_enough():
    assert outcome(trained(0.1, 0.1, fits=(1,)), trained(0.62)) == "Passed"


def test_a_bar_below_nothing_is_not_passed_by_nothing():
    wide = Bar(network="NET I", dataset="cifar10", steps=100, calibrations=(calibration((0.1, 0.9)),))
    assert wide.value == 0
    assert outcome(trained(bar=wide, obstacles=("its loss is its own",)), bar=wide).startswith("Undecided")


# Failed


def test_two_misses_of_the_same_training_fail_with_figures_and_cell():
    told = outcome(trained(0.40, 0.45))
    assert told.startswith(
        "Failed in cell 2: Trained by grader for 1565 steps, NET I recognises 45.0% of the test images"
    )
    assert "the better of 2 tries" in told
    assert f"{LATE.mean:.1%}" in told
    assert f"{LATE.least:.1%}" in told


def test_another_training_fails_where_it_stays_below_a_fifth_of_the_steps():
    told = outcome(trained(0.30, 0.35, recipe="another"))
    assert told.startswith("Failed")
    assert f"{EARLY.least:.1%}" in told


@pytest.mark.parametrize(
    "event",
    [
        trained(0.1, 0.1, ended="diverged"),
        trained(0.1, 0.3, ended="complete"),
        trained(0.1, 0.1, ended=("complete", "diverged")),
    ],
    ids=["diverged", "complete", "both"],
)
def test_trainings_that_ended_by_themselves_fail_whatever_the_steps(event: Trained):
    assert outcome(event).startswith("Failed")
    assert outcome(event.model_copy(update={"budget": 9, "batch_size": 1, "recipe": "another"})).startswith("Failed")


def test_a_named_figure_that_a_whole_training_misses_by_more_than_chance_fails():
    event = trained(0.50, 0.52, ended="complete", bar=NAMED)
    told = outcome(event, bar=NAMED)
    assert told.startswith("Failed")
    assert "the assignment asks for 62%" in told


# Undecided

UNDECIDED: dict[str, tuple[Trained, Bar, str]] = {
    "one try": (trained(0.40), BAR, "more steps may reach it"),
    "steps that are not calibrated": (trained(0.40, 0.41, budget=700), BAR, "more steps"),
    "seconds": (trained(0.40, 0.41, ended="seconds"), BAR, "the time was over"),
    "too slow": (trained(0.10, 0.10, ended="hopeless"), BAR, "this machine is too slow"),
    "one of two in time": (trained(0.40, 0.41, ended=("steps", "seconds")), BAR, "the time was over"),
    "larger batches": (trained(0.40, 0.41, batch_size=256), BAR, "more steps"),
    "fewer images": (trained(0.40, 0.41, images=20_000), BAR, "more steps"),
    "another training": (trained(0.50, 0.51, recipe="another"), BAR, "not trained as the reference is"),
    "one that diverged": (trained(0.10, ended="diverged"), BAR, "from another seed"),
    "a callback left out": (
        trained(0.40, 0.41, obstacles=("the callback Own is the notebook's own",)),
        BAR,
        "left out: the callback Own",
    ),
    "a named figure by chance": (trained(0.60, 0.61, ended="complete", bar=NAMED), NAMED, "within chance"),
    "a named figure in some steps": (trained(0.30, 0.31, bar=NAMED), NAMED, "more steps"),
    "nothing trained": (trained(obstacles=("its loss is the notebook's own",)), BAR, "its loss is the notebook's own"),
    "nothing known": (trained(), BAR, "nothing is known of it"),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_decides_nothing_says_why_and_what_does(name: str):
    event, bar, why = UNDECIDED[name]
    told = outcome(event, bar=bar)
    assert told.startswith("Undecided")
    assert why in told
    assert "--effort full decides it" in told
    if event.accuracies:
        assert f"{max(event.accuracies):.1%}" in told


def test_what_says_least_against_the_notebook_is_told():
    """Of two models that were tried, one was failed and of the other one nothing is known."""
    second = tuple(
        event.model_copy(update={"seq": event.seq + 3, "model": 1, "weights": event.weights + 7}) for event in FITTED
    )
    second = (second[0], second[1].model_copy(update={"fit": second[0].seq}))
    events = (*second, tried(11, 1), trained(0.4, 0.4), trained(0.4, fits=(second[0].seq,)))
    told = submission(*events)
    with pytest.raises(CheckOutcome) as found:
        expect_bar(told, [tried(), tried(11, 1)], BAR)
    assert type(found.value).__name__ == "Undecided"


def test_a_bar_whose_calibrations_are_gone_decides_nothing():
    unknown = Bar(network="NET I", dataset="cifar10", steps=1565)
    told = outcome(trained(0.40, 0.41), bar=unknown)
    assert told.startswith("Undecided")
    assert "not known" in told


@pytest.mark.parametrize(
    ("facts", "told"),
    [({"effort": "sketch"}, "--effort short or full decides it"), ({"dataset": "stand-in"}, "Decided on cifar10 only")],
)
def test_other_runs_decide_nothing_and_ask_for_nothing(facts: dict[str, str], told: str):
    run = submission(**facts)
    with pytest.raises(CheckOutcome, match=told):
        expect_bar(run, [tried()], BAR)
    assert run.wishes == []


# Wishes


def wished(bar: Bar, trials: Sequence[Evaluation], *events: Event) -> list[Wish]:
    run = submission(*events)
    with pytest.raises(CheckOutcome, match=r"was not trained|is not known"):
        expect_bar(run, trials, bar)
    return run.wishes


def test_what_was_not_trained_is_wished_for_once():
    again = tried(12)
    assert wished(BAR, [tried(), again], again) == [Wish(BAR, (FIT,))]


def test_trainings_that_go_on_are_wished_for_together():
    fit, end = training(5, 1, {"loss": [1.0]})
    second = fit.model_copy(update={"weights": 2}), end.model_copy(update={"weights": 3})
    assert wished(BAR, [tried()], *second) == [Wish(BAR, (FIT, 5))]


def test_a_model_that_was_never_trained_is_not_wished_for():
    assert wished(BAR, [tried(10, 7)]) == []


def test_a_hundred_trainings_are_the_most():
    events: list[Event] = []
    for number in range(101):
        fit, end = training(20 + 2 * number, 1, {"loss": [1.0]})
        events += [fit.model_copy(update={"weights": 2 + number}), end.model_copy(update={"weights": 3 + number})]
    assert wished(BAR, [tried(1000)], *events) == []


def test_trainings_of_another_bar_say_nothing():
    assert wished(BAR, [tried()], trained(0.9, bar=NAMED)) == [Wish(BAR, (FIT,))]
