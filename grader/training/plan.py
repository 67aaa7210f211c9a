"""Which trainings a run asks for, and what came of them, as events of its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from grader.errors import InfrastructureError
from grader.evidence import Evidence
from grader.evidence.schema import Event, Fit, Trained
from grader.training.attempts import Bench
from grader.training.bars import ATTEMPTS, Bar
from grader.training.budget import Budget
from grader.training.protocol import Look, Outcome
from grader.training.reading import NotReproducibleError, Reading, recipe_of
from grader.training.recipe import Recipe
from grader.training.wishes import Wish

__all__ = ["TrainingListener", "with_trainings"]


class TrainingListener(Protocol):
    """Hears of trainings while they go on."""

    def on_training_start(self, network: str, steps: int) -> None:
        """Called before a training of so many steps at most."""

    def on_training_step(self, steps: int, accuracy: float) -> None:
        """Called now and then: how many steps are done, and the share of right answers on some test images."""

    def on_training_end(self) -> None:
        """Called after it."""


def with_trainings(
    evidence: Evidence, wishes: Sequence[Wish], bench: Bench, budget: Budget, seed: int, listener: TrainingListener
) -> Evidence:
    """The evidence with an event for each network that was wished to be trained.

    Trainings that compute the same are done once.

    Args:
        evidence: of a run at effort ``short``.
        wishes: of the checks.
        bench: on which they are done.
        budget: of each.
        seed: of the first attempt; the next ones follow.
        listener: hears how they go.
    """
    cells = {fit.seq: fit.cell for fit in evidence.of(Fit)}
    made: list[Event] = []
    for wish in {(wish.bar.network, wish.fits): wish for wish in wishes}.values():
        facts = _trained(evidence, wish, bench, budget, seed, listener)
        place = {"seq": wish.fits[-1], "cell": cells.get(wish.fits[-1], -1)}
        made.append(
            Trained.model_validate(
                {**place, "kind": "trained", "network": wish.bar.network, "fits": wish.fits, **facts}
            )
        )
    events = sorted([*evidence.events, *made], key=lambda event: event.seq)
    return evidence.model_copy(update={"events": tuple(events)})


def _trained(
    evidence: Evidence, wish: Wish, bench: Bench, budget: Budget, seed: int, listener: TrainingListener
) -> dict[str, object]:
    """What the event says beside whom it is about."""
    steps = budget.steps or wish.bar.steps
    if not wish.bar.is_known:
        return {"obstacles": ("its bar is not known yet, which `grader calibrate` finds",)}
    if not steps:
        return {"obstacles": ("training it takes more than a short budget",)}
    try:
        reading = recipe_of(evidence, wish.fits)
    except NotReproducibleError as error:
        return {"obstacles": (str(error)[:500],)}
    facts = _facts(reading, steps)
    outcomes: list[tuple[int, Outcome]] = []
    try:
        for attempt in range(seed, seed + ATTEMPTS):
            outcome = _attempt(reading.recipe, wish.bar, bench, steps, budget.seconds, attempt, listener)
            outcomes.append((attempt, outcome))
            if outcome.best >= wish.bar.after(steps) or not _is_held_against(wish.bar, reading.recipe, steps, outcome):
                break
    except InfrastructureError as error:
        return {**facts, "obstacles": (f"by a fault of grader's own ({error})"[:500], *reading.left_out)}
    reasons = tuple(outcome.reason for _, outcome in outcomes if outcome.reason is not None)
    if reasons:
        return {**facts, "obstacles": (*reasons[:1], *reading.left_out)}
    return {
        **facts,
        "seeds": tuple(number for number, _ in outcomes),
        "accuracies": tuple(outcome.best for _, outcome in outcomes),
        "steps": tuple(outcome.steps for _, outcome in outcomes),
        "ended": tuple(outcome.ended for _, outcome in outcomes),
    }


def _facts(reading: Reading, steps: int) -> dict[str, object]:
    last = reading.recipe.parts[-1]
    return {
        "recipe": reading.recipe.digest,
        "budget": steps,
        "batch_size": last.batch_size,
        "images": last.images,
        "obstacles": reading.left_out,
    }


def _attempt(
    recipe: Recipe, bar: Bar, bench: Bench, steps: int, seconds: float, seed: int, listener: TrainingListener
) -> Outcome:
    listener.on_training_start(bar.network, min(steps, recipe.steps))

    def tell(look: Look) -> None:
        listener.on_training_step(look.steps, look.accuracy)

    try:
        return bench.train(recipe, seed, steps, seconds, target=bar.after(steps), label=bar.network, tell=tell)
    finally:
        listener.on_training_end()


def _is_held_against(bar: Bar, recipe: Recipe, steps: int, outcome: Outcome) -> bool:
    """Whether a miss would cost points, unless another seed does better."""
    if outcome.ended in ("complete", "diverged"):
        return True
    last = recipe.parts[-1]
    damning = bar.damning(recipe.digest, steps, last.batch_size, last.images)
    return outcome.ended == "steps" and damning is not None and outcome.best < damning
