"""Throws changed events at the reader of evidence and counts how each ended: ``python benchmarks/fuzz_evidence.py``.

An input is an event or an `EvidenceError`; any other exception ends the run with its input and exit code 1. The inputs
follow from the seed. Needs a checkout: the events that are changed are those of ``tests/evidence/data``.
"""

from __future__ import annotations

import argparse
import random
import re
import resource
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from grader.evidence import EvidenceError, parse_event
from tests.evidence.mutations import any_line, recorded_events

_SHOWN = 12


def main() -> int:
    """Draw the inputs, read them, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="how many lines are tried")
    parser.add_argument("--seed", type=int, default=1, help="seed of the changes")
    options = parser.parse_args()

    rng, events = random.Random(options.seed), recorded_events()
    outcomes: Counter[str] = Counter()
    slowest, reading, size = 0.0, 0.0, 0
    for number in range(options.inputs):
        line = any_line(rng, events)
        started = time.perf_counter()
        try:
            outcome = parse_event(line).kind
        except EvidenceError as error:
            outcome = f"refused: {_kind_of(str(error))}"
        except BaseException as error:
            print(f"input {number} of seed {options.seed}: {error!r}\n{line!r}", file=sys.stderr)
            return 1
        spent = time.perf_counter() - started
        slowest, reading, size = max(slowest, spent), reading + spent, size + len(line)
        outcomes[outcome] += 1
    _show(options.inputs, outcomes, reading, slowest, size)
    return 0


def _kind_of(message: str) -> str:
    """A message without what it quotes, so that like counts as like."""
    fault = message.split(": ", 1)[-1]
    return re.sub(r"'[^']*'|\d+", "…", fault)[:60]


def _show(inputs: int, outcomes: Counter[str], reading: float, slowest: float, size: int) -> None:
    read = sum(count for outcome, count in outcomes.items() if not outcome.startswith("refused"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    print(f"{inputs} inputs of {size / 2**20:.0f} MiB: {read} events, {inputs - read} refused, nothing else.")
    print(
        f"{inputs / reading:.0f} inputs a second; the slowest took {1000 * slowest:.1f} ms; {memory:.0f} MiB at most."
    )
    print(f"{len(outcomes)} distinct outcomes, the most frequent ones:")
    for outcome, count in outcomes.most_common(_SHOWN):
        print(f"{count:>8}  {outcome}")


if __name__ == "__main__":
    sys.exit(main())
