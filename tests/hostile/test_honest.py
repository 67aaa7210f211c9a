"""Neighbours of the attacks: they do something like it for a good reason, and keep every point."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import NOTEBOOKS, WARM, Attack, Outcome, assert_same_points

HONEST = sorted(f"honest/{path.stem}" for path in (NOTEBOOKS / "honest").glob("*.py"))


@pytest.mark.parametrize("name", HONEST)
def test_neighbour_keeps_its_points(name: str, attack: Attack, base: Outcome) -> None:
    outcome = attack(name, WARM)
    assert_same_points(outcome, base)
    assert outcome.evidence.run.ended == "complete"
