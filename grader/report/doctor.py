"""What `grader doctor` shows: the sandboxes of this machine, and its GPUs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from grader.report.screen import safe_line

__all__ = ["SandboxRow", "print_doctor"]


class SandboxRow(NamedTuple):
    """A sandbox: what it promises, and why it cannot be used here; None if it can."""

    name: str
    promise: str
    problem: str | None


def print_doctor(rows: Sequence[SandboxRow], gpus: Iterable[str], console: Console) -> None:
    """Print the sandboxes, the strongest first, which of them a run takes, and the GPUs as CUDA counts them."""
    table = Table("Sandbox", "Usable", "What it keeps from a notebook, or what is in its way", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row.name, "no" if row.problem else "yes", safe_line(console, row.problem or row.promise))
    console.print(table)
    taken = next((row.name for row in rows if row.problem is None), None)
    if taken is not None:
        console.print(f"\n`grader run` takes the first that is usable: {taken}.", markup=False, highlight=False)
    found = ", ".join(gpus)
    console.print(safe_line(console, f"GPUs: {found or 'none that TensorFlow could use'}."))
