"""Attacks that hang, flood, exhaust or kill: the run ends within its limits, and what was recorded before counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.hostile.conftest import LIMITS, MIB, NOTEBOOKS, Attack, Outcome, assert_no_more_than, assert_same_points

SECONDS = replace(LIMITS, cell_seconds=60, run_seconds=12)
"""For what no interrupt ends: the limit of the run is the first to be reached."""

ENDED = {
    "aborted": (LIMITS, "the kernel died in cell 9"),
    "broken_memory": (LIMITS, "the kernel died in cell 9"),
    "deep_folders": (LIMITS, "the notebook nested folders"),
    "deep_in_c": (SECONDS, "the notebook ran for more than 12 seconds"),
    "fork_storm": (replace(SECONDS, processes=80), "the notebook ran for more than 12 seconds"),
    "killed_kernel": (LIMITS, "the kernel died in cell 9"),
    "many_empty_files": (LIMITS, "the notebook wrote more than 100,000 files"),
    "many_files": (LIMITS, "the notebook wrote more than 64 MiB of files"),
    "memory_of_many": (LIMITS, "the notebook used more than 3 GiB of memory"),
    "memory_that_is_shared": (LIMITS, "the notebook used more than 3 GiB of memory"),
    "one_large_file": (LIMITS, "the notebook wrote more than 64 MiB of files"),
    "removed_files": (LIMITS, "the notebook wrote more than 64 MiB of files"),
    "sleeping_threads": (SECONDS, "the notebook ran for more than 12 seconds"),
    "stopped": (SECONDS, "the notebook ran for more than 12 seconds"),
    "swallowed_interrupt": (SECONDS, "the notebook ran for more than 12 seconds"),
}
"""Attacks that end the run: under which limits, and what the report says."""
FAILED = {
    "endless_loop": (replace(LIMITS, cell_seconds=5), "interrupted at its time limit"),
    "files_in_memory": (LIMITS, "PermissionError"),
    "flood_of_text": (replace(LIMITS, cell_seconds=5), "interrupted at its time limit"),
    "long_error": (LIMITS, "E" * 400),
    "memory_of_one": (LIMITS, "MemoryError"),
    "unclosed_tags": (LIMITS, "ValueError: (<ipython-input-"),
}
"""Attacks by which one cell fails: under which limits, and how."""
PASSED = (
    "closed_connection",
    "closed_folders",
    "deep_recursion",
    "flood_of_comms",
    "flood_of_displays",
    "garbage_messages",
    "shared_display",
)
"""Attacks of which nothing more is asked than that they change nothing."""


def test_every_attack_is_tried() -> None:
    assert {path.stem for path in (NOTEBOOKS / "exhausting").glob("*.py")} == {*ENDED, *FAILED, *PASSED, "thread_storm"}


@pytest.mark.parametrize("name", ENDED)
def test_run_ends_within_its_limits_and_says_why(name: str, attack: Attack, base: Outcome) -> None:
    limits, said = ENDED[name]
    outcome = attack(f"exhausting/{name}", limits=limits)
    assert f"The run ended early: {said}" in outcome.remarks
    assert "never run" not in outcome.text
    assert_what_came_before_counts(outcome, base)


@pytest.mark.parametrize("name", FAILED)
def test_cell_ends_within_its_limits_and_others_are_run(name: str, attack: Attack, base: Outcome) -> None:
    limits, said = FAILED[name]
    outcome = attack(f"exhausting/{name}", limits=limits)
    assert outcome.evidence.run.ended == "complete"
    errors = [cell.error for cell in outcome.evidence.cells if cell.error]
    assert said in errors[0]
    assert all(len(error) <= 500 for error in errors)
    assert_what_came_before_counts(outcome, base)


@pytest.mark.parametrize("name", PASSED)
def test_attack_changes_no_points(name: str, attack: Attack, base: Outcome) -> None:
    assert_what_came_before_counts(attack(f"exhausting/{name}"), base)


def test_threads_without_end_gain_nothing(attack: Attack, base: Outcome) -> None:
    outcome = attack("exhausting/thread_storm")
    assert_no_more_than(outcome, base)


def assert_what_came_before_counts(outcome: Outcome, base: Outcome) -> None:
    assert_same_points(outcome, base)
    assert len(outcome.shown["json"]) < MIB
    assert all(len(cell.text) <= 200_000 for cell in outcome.evidence.cells)
