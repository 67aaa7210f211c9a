"""What the reference of an assignment reaches, by steps and over seeds, and the table that keeps it.

The reference is trained as any notebook is at effort ``short``: its recipe is read from a run of the solved notebook,
so that a student's right solution computes the same.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.evidence import Evidence
from grader.files import write_whole
from grader.training.attempts import Bench, versions
from grader.training.bars import Calibration, read_calibrations
from grader.training.plan import TrainingListener
from grader.training.protocol import Look, Outcome
from grader.training.reading import NotReproducibleError, recipe_of
from grader.training.recipe import Recipe
from grader.training.wishes import Wish

__all__ = ["calibrate", "write_table"]

_NO_LIMIT = 24 * 3600.0
_HEAD = """\
# What the reference reaches on all 10 000 test images after so many steps, over seeds. The bar of a network that the
# course does not name is the mean less three standard deviations (of the sample). Written by `{command}`;
# change `bars.toml` instead.
"""


@dataclass(frozen=True)
class _Run:
    seed: int
    outcome: Outcome


def calibrate(
    evidence: Evidence,
    wish: Wish,
    bench: Bench,
    seeds: Sequence[int],
    steps: Sequence[int],
    listener: TrainingListener,
) -> list[Calibration]:
    """Train what a wish is about once for each seed, and look after each of these numbers of steps.

    Args:
        evidence: of a run of the solved notebook.
        wish: of one of its checks.
        bench: on which it is trained.
        seeds: two or more.
        steps: to look after; 0 stands for the whole training.
        listener: hears how they go.

    Raises:
        NotReproducibleError: if it cannot be trained here.
        InfrastructureError: if the process that trains fails.
    """
    recipe = recipe_of(evidence, wish.fits).recipe
    looks = sorted({min(wanted or recipe.steps, recipe.steps) for wanted in steps})
    runs = [_Run(seed, _train(recipe, wish, bench, seed, looks, listener)) for seed in seeds]
    return [_calibration(recipe, wish, bench, runs, look) for look in looks]


def _train(
    recipe: Recipe, wish: Wish, bench: Bench, seed: int, looks: Sequence[int], listener: TrainingListener
) -> Outcome:
    listener.on_training_start(f"{wish.bar.network}, seed {seed}", looks[-1])

    def tell(look: Look) -> None:
        listener.on_training_step(look.steps, look.accuracy)

    try:
        label = f"{wish.bar.network} (calibration)"
        outcome = bench.train(recipe, seed, looks[-1], _NO_LIMIT, looks=tuple(looks), label=label, tell=tell)
    finally:
        listener.on_training_end()
    if outcome.reason is not None:
        raise NotReproducibleError(outcome.reason)
    return outcome


def _calibration(recipe: Recipe, wish: Wish, bench: Bench, runs: Sequence[_Run], steps: int) -> Calibration:
    accuracies = [round(_last(run.outcome.accuracies, steps), 4) for run in runs]
    last = recipe.parts[-1]
    return Calibration(
        network=wish.bar.network,
        dataset=bench.dataset.name,
        dataset_digest=bench.dataset.digest,
        recipe=recipe.digest,
        steps=steps,
        batch_size=last.batch_size,
        images=last.images,
        mean=round(float(np.mean(accuracies)), 4),
        sd=round(float(np.std(accuracies, ddof=1)), 4),
        seeds=tuple(run.seed for run in runs),
        accuracies=tuple(accuracies),
        seconds=round(float(np.mean([_last(run.outcome.seconds, steps) for run in runs])), 1),
        machine=_machine(),
        versions={"python": platform.python_version(), **versions()},
    )


def _last(found: Sequence[tuple[int, float]], steps: int) -> float:
    """What was found after so many steps, or at the end of a training that ended by itself before."""
    return [value for after, value in found if after <= steps][-1]


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores {platform.machine()}"


def write_table(file: Path, made: Sequence[Calibration], command: str) -> list[Calibration]:
    """Put calibrations into a table, in place of those of the same networks and steps; returns the whole table."""
    new = {(one.network, one.steps): one for one in made}
    table = {(one.network, one.steps): one for one in read_calibrations(file)} | new
    rows = [table[key] for key in sorted(table)]
    write_whole({file: _HEAD.format(command=command) + "".join(map(_entry, rows))})
    return rows


def _entry(one: Calibration) -> str:
    """A table of TOML; JSON's texts, numbers and lists are TOML's as well."""
    fields = one.model_dump(mode="json")
    packages = _pairs(fields.pop("versions"))
    return "\n".join(["\n[[calibrations]]", *_pairs(fields), f"versions = {{ {', '.join(packages)} }}\n"])


def _pairs(fields: dict[str, Any]) -> list[str]:
    return [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in fields.items()]
