"""The accuracy bars of an assignment from trainings of its reference: the solved notebook, run, read and trained."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grader.assignments import Assignment, load_assignment
from grader.assignments.template import example_notebook
from grader.data import PreparedDataset, find_dataset, prepare
from grader.errors import UsageError
from grader.execution.progress import NullProgress, ProgressListener
from grader.execution.runner import ProbeRequest, RunSettings, run_notebook
from grader.grading import wishes
from grader.intake import Notebook, assign_cells, read_notebook
from grader.training import Calibration, Wish
from grader.training.attempts import Bench
from grader.training.bars import CALIBRATION
from grader.training.cache import Cache, trainings_folder
from grader.training.calibration import calibrate, write_table
from grader.training.process import shared_trainer
from grader.training.reading import NotReproducibleError

__all__ = ["CalibrationOptions", "calibrate_assignment"]


@dataclass(frozen=True)
class CalibrationOptions:
    """What is calibrated; see the command line.

    Attributes:
        assignment: its id or folder.
        networks: names of bars; none for all.
        seeds: how many.
        steps: to look after; 0 for the whole training, none for the steps that each bar has.
        data: as for `find_dataset`.
    """

    assignment: str
    networks: Sequence[str] = ()
    seeds: int = 10
    steps: Sequence[int] = ()
    data: Path | None = None


def calibrate_assignment(options: CalibrationOptions, progress: ProgressListener | None = None) -> list[Calibration]:
    """Train the reference of each accuracy bar over seeds and write the table beside the bars; returns it.

    Each network is written as soon as it is done, and what was trained before is found in the cache, so that a
    calibration that was interrupted goes on.

    Raises:
        UsageError: if there is no such assignment, network or data set, or too few seeds.
        InfrastructureError: if the process that trains fails.
    """
    if options.seeds < 2:
        raise UsageError("--seeds: a standard deviation takes two seeds or more.")
    assignment, dataset = load_assignment(options.assignment), prepare(find_dataset(options.data))
    notebook = _solved(assignment)
    progress = progress or NullProgress()
    hints = assign_cells(notebook, assignment.headings)
    probes = tuple(ProbeRequest(**dict(entry)) for entry in assignment.probes)
    settings = RunSettings("short", dataset, probes=probes, replays=assignment.replays)
    evidence = run_notebook(notebook, settings, hints, progress)
    wanted = _chosen(wishes(evidence, assignment, dataset), options.networks, assignment, dataset)
    bench = Bench(dataset, shared_trainer(), Cache(trainings_folder()))
    table: list[Calibration] = []
    for name, wish in wanted.items():
        steps = options.steps or (wish.bar.steps,)
        try:
            made = calibrate(evidence, wish, bench, range(1, options.seeds + 1), steps, progress)
        except NotReproducibleError as error:
            raise UsageError(f"{name} of {assignment.id} cannot be trained outside of its notebook: {error}.") from None
        table = write_table(assignment.folder / CALIBRATION, made, f"grader calibrate {assignment.id}")
    return table


def _solved(assignment: Assignment) -> Notebook:
    """The solved notebook of the assignment."""
    source = assignment.source
    if source is None:
        raise UsageError(f"{assignment.id} has no solved notebook: {assignment.folder / 'notebook.py'} is not there.")
    with tempfile.TemporaryDirectory(prefix="grader-calibrate-") as folder:
        path = Path(folder) / f"{assignment.id}.ipynb"
        nbformat.write(example_notebook(source.read_text(encoding="utf-8")), path)
        return read_notebook(path)


def _chosen(
    found: Sequence[Wish], networks: Sequence[str], assignment: Assignment, dataset: PreparedDataset
) -> dict[str, Wish]:
    """The wishes by network, of those that were asked for."""
    known = {wish.bar.network: wish for wish in reversed(found)}
    missing = [name for name in networks if name not in known]
    if missing or not known:
        names = ", ".join(known) or "no network"
        raise UsageError(
            f"On the {dataset.name} data {assignment.id} has accuracy bars for {names}, not for "
            f"{', '.join(missing) or 'any'}. `grader data` shows where CIFAR-10 is looked for."
        )
    return {name: wish for name, wish in known.items() if not networks or name in networks}
