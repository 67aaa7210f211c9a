"""The places where CIFAR-10 is looked for, as a table for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from grader.data import Candidate
from grader.report.text import one_line

__all__ = ["print_sources"]


def print_sources(candidates: Sequence[Candidate], console: Console) -> None:
    """Print each place in the order of the search, what is there, and which one is used."""
    table = Table("Place", "Path", "Found", "Used", title="Where CIFAR-10 is looked for")
    for candidate in candidates:
        table.add_row(
            str(candidate.place.value),
            one_line(str(candidate.path or "")),
            one_line(candidate.fault or (candidate.name or "found" if candidate.found else "nothing")),
            "yes" if candidate.chosen else "",
        )
    console.print(table)
