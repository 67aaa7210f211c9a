"""Measures what a sandbox adds to a sketch run: ``python benchmarks/sandbox.py``.

The same notebook is graded in turns in a sandbox and in none, each time by a fresh process, as a user would. Run it on
an idle machine: nothing here waits for other load to pass.
"""

from __future__ import annotations

import argparse
import statistics

from benchmark import ROOT, command, seconds
from rich.console import Console
from rich.table import Table

PROMISED = 0.5
"""Seconds that the strongest sandbox may add."""


def main() -> None:
    """Measure and print."""
    from grader.execution.sandbox import choose

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5, help="runs of each; the medians count")
    parser.add_argument("--sandbox", default=choose().name, help="which is measured [default: the strongest]")
    options = parser.parse_args()
    if options.sandbox == "none":
        parser.error("no sandbox of this machine protects; `grader doctor` shows why")

    graded("none")  # lays the data set out in the cache
    bare, enclosed = [], []
    for _ in range(options.pairs):
        bare.append(graded("none"))
        enclosed.append(graded(options.sandbox))

    table = Table("What", "Fastest", "Median", "Slowest", "Promised")
    added = [one - other for one, other in zip(enclosed, bare, strict=True)]
    for name, measured, promised in (
        ("sketch of nets, no sandbox", bare, ""),
        (f"sketch of nets, {options.sandbox}", enclosed, ""),
        ("added, pair by pair", added, seconds(PROMISED)),
    ):
        figures = (min(measured), statistics.median(measured), max(measured))
        table.add_row(name, *map(seconds, figures), promised)
    Console(width=100).print(table)


def graded(sandbox: str) -> float:
    """Wall seconds of a sketch run of the example, the self-check of the sandbox included."""
    notebook = str(ROOT / "examples" / "nets.ipynb")
    return command("-m", "grader", "run", notebook, "--assignment", "nets", "--sandbox", sandbox)


if __name__ == "__main__":
    main()
