"""Trainings for the terminal: what the reference reaches, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from grader.report.screen import safe_line

if TYPE_CHECKING:
    from rich.console import Console

    from grader.training import Calibration
    from grader.training.cache import Entry

__all__ = ["print_calibrations", "print_entries", "print_entry"]

_KEY = 12
"""Characters of a key that tell it from all others."""


def print_calibrations(table: Sequence[Calibration], console: Console) -> None:
    """A line for each network and number of steps."""
    lines = Table(box=None, pad_edge=False)
    for title in ("network", "steps", "seeds", "mean", "sd", "bar", "seconds"):
        lines.add_column(title, justify="left" if title == "network" else "right")
    for one in table:
        figures = (f"{value:.2%}" for value in (one.mean, one.sd, one.least))
        lines.add_row(
            safe_line(console, one.network), str(one.steps), str(len(one.seeds)), *figures, f"{one.seconds:.0f}"
        )
    console.print(lines)


def print_entries(entries: Sequence[Entry], folder: Path, console: Console) -> None:
    """A line for each training that is kept, and where they are."""
    lines = Table(box=None, pad_edge=False)
    for title in ("key", "trained for", "seed", "steps", "best", "ended", "last used"):
        lines.add_column(title, justify="right" if title in ("seed", "steps", "best") else "left")
    for entry in entries:
        used = datetime.fromtimestamp(entry.used, tz=timezone.utc)
        lines.add_row(
            entry.key[:_KEY],
            safe_line(console, entry.label),
            safe_line(console, str(entry.question.get("seed"))),
            str(entry.outcome.steps),
            f"{entry.outcome.best:.1%}",
            entry.outcome.ended,
            f"{used:%Y-%m-%d %H:%M}",
        )
    if entries:
        console.print(lines)
    size = sum(entry.size for entry in entries) / 1000
    console.print(
        safe_line(console, f"{len(entries)} trainings, {size:.0f} kB, in {folder}"), soft_wrap=True, highlight=False
    )


def print_entry(entry: Entry, console: Console) -> None:
    """A training whole: what it follows from, and what came of it."""
    content = {"key": entry.key, "question": entry.question, "outcome": entry.outcome.model_dump(mode="json")}
    for line in json.dumps(content, indent=1, ensure_ascii=False).split("\n"):
        console.print(safe_line(console, line), soft_wrap=True, highlight=False)
