"""Attacks on what is recorded: never more points than without them, and what the threat model promises is noticed."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import NOTEBOOKS, Attack, Outcome, assert_no_more_than, assert_same_points

NOTICED = {
    "changed_code": "count_params",
    "filtered_connection": "not written by the recorder",
    "lines_on_the_connection": "not written by the recorder",
    "lying_layers": "was replaced",
    "lying_methods": "was replaced",
    "profiled_recorder": "was followed",
    "recorder_by_frames": "called by other code",
    "recorder_by_memory": "called by other code",
    "traced_recorder": "was followed",
    "tracer_that_hides": "was followed",
    "unhooked_keras": "was replaced",
    "unregistered_recorder": "is told of",
}
"""Attack, and what is said of it."""
GAIN_NOTHING = (
    "changed_history",
    "events_of_a_fork",
    "full_log",
    "future_cells",
    "lying_builtins",
    "lying_subclass",
    "muted_recorder",
    "other_data",
    "reloaded_keras",
    "seeds_of_the_hash",
)
WITHOUT_EFFECT = ("events_of_a_fork",)


def test_every_attack_is_tried() -> None:
    assert {path.stem for path in (NOTEBOOKS / "forging").glob("*.py")} == {*NOTICED, *GAIN_NOTHING}


@pytest.mark.parametrize("name", [*NOTICED, *GAIN_NOTHING])
def test_attack_gains_nothing(name: str, attack: Attack, base: Outcome) -> None:
    outcome = attack(f"forging/{name}")
    assert_no_more_than(outcome, base)
    if name in NOTICED:
        assert any(NOTICED[name] in what for what in outcome.noticed), outcome.noticed
        assert "a person should look at it" in outcome.remarks
    if name in WITHOUT_EFFECT:
        assert_same_points(outcome, base)
