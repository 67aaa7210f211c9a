"""Recipes from evidence that anybody may have written: one that is trained, or a reason, and nothing else."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence import EvidenceError, parse_event
from grader.evidence.recipes import RecipeGiven
from grader.evidence.schema import Fit
from grader.training.protocol import Order
from grader.training.reading import NotReproducibleError, recipe_of
from tests.checks.factories import evidence
from tests.evidence.mutations import changed
from tests.training.factories import notebook

EVENTS = [event.model_dump(mode="json", by_alias=True) for event in notebook().events]


@settings(max_examples=150)
@given(seed=st.integers(0, 2**32))
def test_changed_evidence_is_a_recipe_or_a_reason(seed: int):
    rng = random.Random(seed)
    events = []
    for event in EVENTS:
        try:
            events.append(parse_event(_as_json(changed(rng, event, rng.choice((0, 1, 1, 3))))))
        except EvidenceError:
            continue
    fits = [event.seq for event in events if isinstance(event, Fit)]
    try:
        reading = recipe_of(evidence(events=events), fits or [3])
    except NotReproducibleError:
        return
    order = Order(dataset="d", recipe=reading.recipe, seed=1, steps=1, seconds=1.0)
    assert Order.model_validate_json(order.model_dump_json(by_alias=True)) == order, "what is ordered arrives"
    assert len(reading.recipe.digest) == 64
    assert reading.recipe.steps >= 0


def _as_json(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode("ascii")


@pytest.mark.parametrize(
    "given",
    [
        {"optimizer": {"name": "SGD", "config": {"learning_rate": 1e20}}},
        {"callbacks": [{"name": "EarlyStopping"}] * 101},
        {"class_weight": {"0": float("nan")}},
        {"more": 1},
        [],
        "text",
    ],
)
def test_a_recipe_beyond_all_bounds_costs_no_more_than_itself(given: Any):
    """That a network was trained is worth points, whatever its optimizer is set to."""
    event = dict(EVENTS[1])
    if isinstance(given, dict):
        given = {**event["recipe"], **given}
    fit = Fit.model_validate({**event, "recipe": given})
    assert fit.recipe is None
    assert fit.model_copy(update={"recipe": notebook().events[1].recipe}) == notebook().events[1]  # type: ignore[union-attr]


def test_a_recipe_within_bounds_is_kept():
    assert isinstance(notebook().events[1].recipe, RecipeGiven)  # type: ignore[union-attr]
    assert Fit.model_validate(EVENTS[1]) == notebook().events[1]
