"""Trainings on the terminal: what the reference reaches, and what is kept."""

from __future__ import annotations

import io
import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from grader.report.trainings import print_calibrations, print_entries, print_entry
from grader.training.cache import Entry
from tests.training.factories import calibration, outcome

FOLDER = Path("/home/anna/.cache/grader/trainings")
ENTRY = Entry(
    key="0123456789abcdef" * 4,
    question={"seed": 3, "steps": 100, "recipe": {"parts": []}},
    outcome=outcome(0.612, 0.634, ended="reached"),
    label="NET I",
    used=1.7e9,
    size=2500,
)


def console(encoding: str = "utf-8") -> Console:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
    return Console(file=file, width=100, force_terminal=False, _environ={})


def shown(screen: Console) -> str:
    screen.file.seek(0)
    return screen.file.read()


def test_calibrations_have_a_line_each():
    screen = console()
    print_calibrations([calibration((0.6, 0.7)), calibration((0.5, 0.52, 0.54), steps=7)], screen)
    head, first, second = shown(screen).splitlines()
    assert head.split() == ["network", "steps", "seeds", "mean", "sd", "bar", "seconds"]
    assert first.split() == ["NET", "I", "100", "2", "65.00%", "7.07%", "43.79%", "10"]
    assert second.split() == ["NET", "I", "7", "3", "52.00%", "2.00%", "46.00%", "10"]


def test_entries_have_a_line_each_and_the_folder_is_named():
    screen = console()
    print_entries([ENTRY, replace(ENTRY, label="CNN")], FOLDER, screen)
    head, first, second, last = shown(screen).splitlines()
    assert head.split("  ")[0] == "key"
    assert first.split() == ["0123456789ab", "NET", "I", "3", "20", "63.4%", "reached", "2023-11-14", "22:13"]
    assert "CNN" in second
    assert last == f"2 trainings, 5 kB, in {FOLDER}"


def test_an_empty_cache_has_no_table():
    screen = console()
    print_entries([], FOLDER, screen)
    assert shown(screen) == f"0 trainings, 0 kB, in {FOLDER}\n"


def test_one_entry_is_shown_whole():
    screen = console()
    print_entry(ENTRY, screen)
    told = json.loads(shown(screen))
    assert (told["key"], told["question"]) == (ENTRY.key, ENTRY.question)
    assert told["outcome"]["accuracies"] == [[10, 0.612], [20, 0.634]]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@given(text=st.text())
def test_hostile_text_commands_no_terminal(encoding: str, text: str):
    screen = console(encoding)
    entry = replace(ENTRY, label=text, question={"seed": text, text: text})
    print_entries([entry], Path("/") / "folder", screen)
    print_entry(entry, screen)
    print_calibrations([calibration((0.6, 0.7), network=text)], screen)
    assert {sign for sign in shown(screen) if unicodedata.category(sign) == "Cc"} <= {"\n"}
