"""What is trained for whom, how often, and what the evidence says of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.errors import InfrastructureError
from grader.evidence import Evidence
from grader.evidence.schema import Trained
from grader.execution.progress import NullProgress
from grader.training import Bar, Budget, Wish
from grader.training.attempts import Bench
from grader.training.plan import with_trainings
from grader.training.protocol import Outcome
from grader.training.reading import recipe_of
from tests.training.factories import FakeTrainer, calibration, notebook, outcome

FITS = (3,)
DIGEST = recipe_of(notebook(), FITS).recipe.digest
REACHED = calibration((0.63, 0.64, 0.65), steps=1565, recipe=DIGEST)
BAR = Bar(network="NET I", dataset="cifar10", steps=1565, calibrations=(REACHED,))
SEED = 7


class Listening(NullProgress):
    """Notes what it hears of trainings."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def on_training_start(self, network: str, steps: int) -> None:
        self.heard.append(("start", network, steps))

    def on_training_step(self, steps: int, accuracy: float) -> None:
        self.heard.append(("step", steps, accuracy))

    def on_training_end(self) -> None:
        self.heard.append(("end",))


Plan = Callable[..., Trained]


@pytest.fixture
def plan(bench: Callable[..., Bench]) -> Plan:
    """The event that the training of one wish leaves."""

    def plan(
        bar: Bar = BAR, told: Evidence | None = None, budget: Budget | None = None, listener: Any = None
    ) -> Trained:
        run = notebook() if told is None else told
        after = with_trainings(
            run, [Wish(bar, FITS)], bench(None), budget or Budget(), SEED, listener or NullProgress()
        )
        (event,) = after.of(Trained)
        assert after.model_copy(update={"events": run.events}) == run, "nothing else has changed"
        assert [one for one in after.events if one is not event] == list(run.events)
        return event

    return plan


def test_what_reaches_its_bar_is_trained_once(plan: Plan, fake: FakeTrainer):
    fake.outcomes = [outcome(0.70, ended="reached")]
    event = plan()
    assert (event.seq, event.cell, event.network, event.fits) == (3, 1, "NET I", FITS)
    assert (event.recipe, event.budget, event.batch_size, event.images) == (DIGEST, 1565, 128, 40_000)
    assert (event.seeds, event.accuracies, event.steps, event.ended) == ((SEED,), (0.70,), (10,), ("reached",))
    (order,) = fake.orders
    assert (order.target, order.steps, order.seed) == (pytest.approx(REACHED.least), 1565, SEED)


def test_a_miss_that_would_be_held_against_it_is_tried_from_another_seed(plan: Plan, fake: FakeTrainer):
    fake.outcomes = [outcome(0.40), outcome(0.50)]
    event = plan()
    assert (event.seeds, event.accuracies, event.ended) == ((SEED, SEED + 1), (0.40, 0.50), ("steps", "steps"))


@pytest.mark.parametrize("ended", ["complete", "diverged"])
def test_so_is_a_training_that_ended_by_itself(ended: str, plan: Plan, fake: FakeTrainer):
    fake.outcomes = [outcome(0.40, ended=ended), outcome(0.70, ended="reached")]
    assert plan().accuracies == (0.40, 0.70)


@pytest.mark.parametrize(
    "first",
    [outcome(0.40, ended="seconds"), outcome(0.10, ended="hopeless"), outcome(REACHED.least, ended="complete")],
    ids=["seconds", "hopeless", "reached with the last step"],
)
def test_another_try_is_no_use_where_a_miss_decides_nothing(first: Outcome, plan: Plan, fake: FakeTrainer):
    fake.outcomes = [first]
    assert plan().accuracies == (first.best,)
    assert len(fake.orders) == 1


def test_steps_that_are_not_calibrated_are_tried_once(plan: Plan, fake: FakeTrainer):
    fake.outcomes = [outcome(0.40)]
    event = plan(budget=Budget(700, 12.0))
    assert (event.budget, event.accuracies) == (700, (0.40,))
    assert (fake.orders[0].steps, fake.orders[0].seconds) == (700, 12.0)


@pytest.mark.parametrize(
    ("bar", "obstacle"),
    [
        (Bar(network="NET I", dataset="cifar10", steps=9), "`grader calibrate`"),
        (Bar(network="GoogLeNet", dataset="cifar10", named=0.88), "more than a short budget"),
    ],
    ids=["not known", "too long"],
)
def test_bars_that_decide_nothing_cost_no_training(bar: Bar, obstacle: str, plan: Plan, fake: FakeTrainer):
    event = plan(bar)
    assert fake.orders == []
    assert event.accuracies == ()
    assert obstacle in event.obstacles[0]


def test_steps_that_are_asked_for_are_trained_whatever_the_bar_says(plan: Plan, fake: FakeTrainer):
    plan(Bar(network="GoogLeNet", dataset="cifar10", named=0.88), budget=Budget(steps=3))
    assert fake.orders[0].steps == 3


def test_what_cannot_be_done_again_says_why(plan: Plan, fake: FakeTrainer):
    event = plan(told=notebook(recipe=None))
    assert event.obstacles == ("how it was trained was not recorded",)
    assert fake.orders == []


def test_what_was_left_out_is_said(plan: Plan, fake: FakeTrainer):
    clause = "the callback Own is the notebook's own"
    fit = notebook().events[1]
    given = fit.recipe.model_copy(update={"obstacles": (clause,)})  # type: ignore[union-attr]  # a Fit
    fake.outcomes = [outcome(0.70, ended="reached")]
    event = plan(told=notebook(recipe=given))
    assert (event.obstacles, event.accuracies) == ((clause,), (0.70,))


def test_any_number_of_things_left_out_is_an_event(plan: Plan):
    clauses = tuple(f"the callback Own{number} is the notebook's own" for number in range(2000))
    given = notebook().events[1].recipe.model_copy(update={"obstacles": clauses})  # type: ignore[union-attr]
    assert set(plan(told=notebook(recipe=given)).obstacles) < set(clauses)


def test_a_fault_of_ours_is_one_of_ours(plan: Plan, fake: FakeTrainer):
    fake.outcomes = [outcome(0.40), InfrastructureError("The process that trains ended with code -9.")]
    event = plan()
    assert event.accuracies == ()
    assert event.obstacles[0].startswith("by a fault of grader's own (The process")


def test_what_the_worker_refuses_says_why(plan: Plan, fake: FakeTrainer):
    fake.outcomes = [outcome(ended="refused", reason="the loss triplet is none that grader knows")]
    event = plan()
    assert (event.accuracies, event.obstacles) == ((), ("the loss triplet is none that grader knows",))


def test_the_same_wish_is_trained_once_and_each_has_its_event(bench: Callable[..., Bench], fake: FakeTrainer):
    other = Bar(network="CNN", dataset="cifar10", named=0.5, steps=5)
    wishes = [Wish(BAR, FITS), Wish(other, FITS), Wish(BAR, FITS)]
    after = with_trainings(notebook(), wishes, bench(None), Budget(), SEED, NullProgress())
    assert [event.network for event in after.of(Trained)] == ["NET I", "CNN"]


def test_a_listener_hears_it_even_where_it_breaks_off(plan: Plan, fake: FakeTrainer):
    fake.outcomes = [outcome(0.40), InfrastructureError("it died")]
    listener = Listening()
    plan(listener=listener)
    # Five epochs of 313 batches are the whole training.
    assert listener.heard == [("start", "NET I", 1565), ("step", 1, 0.5), ("end",)] * 2


def test_evidence_with_a_training_is_kept_and_read_again(plan: Plan, fake: FakeTrainer, tmp_path: Any):
    event = plan()
    kept = notebook().model_copy(update={"events": (*notebook().events, event)})
    kept.save(tmp_path / "evidence.json")
    assert Evidence.load(tmp_path / "evidence.json") == kept
