"""One submission from file to report: intake, run, checks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from grader.assignments import Assignment, available, load_assignment
from grader.assignments.recognition import recognise
from grader.data import PreparedDataset, find_dataset, prepare
from grader.errors import AssignmentError, GraderError, SubmissionError, UsageError, reason
from grader.evidence import CellRun, Evidence
from grader.execution.limits import Limits
from grader.execution.progress import NullProgress, ProgressListener
from grader.execution.runner import ProbeRequest, RunSettings, run_notebook
from grader.execution.sandbox import choose
from grader.faults import undecidable
from grader.grading import grade, wishes
from grader.intake import (
    Cell,
    Notebook,
    SectionHint,
    assign_cells,
    collect_answers,
    collect_loose_answers,
    read_notebook,
)
from grader.report.model import Report
from grader.training import Budget
from grader.training.attempts import Bench
from grader.training.cache import Cache, trainings_folder
from grader.training.plan import with_trainings
from grader.training.process import shared_trainer

__all__ = ["GradingOptions", "grade_notebook", "regrade_evidence"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GradingOptions:
    """How a submission is graded; see the command line for the meaning of each.

    `budget` is that of each training at effort ``short``, `trainings` the folder that keeps what came of
    them, None to keep nothing.
    `warm` is for whoever grades several in one process: kernels are forked from one that has imported TensorFlow.
    """

    assignment: str = "auto"
    effort: Literal["sketch", "short", "full"] = "sketch"
    data: Path | None = None
    limits: Limits | None = None
    sandbox: str = "auto"
    image: str | None = None
    gpu: bool = False
    gpu_share: int = 1
    seed: int = 20_261
    evidence: Path | None = None
    warm: bool = False
    budget: Budget = field(default_factory=Budget)
    trainings: Path | None = field(default_factory=trainings_folder)


def grade_notebook(
    path: Path, options: GradingOptions | None = None, progress: ProgressListener | None = None
) -> Report:
    """Run and grade one notebook.

    A fault of our own or of the machine is told by the report, in which nothing that it touches costs points.

    Raises:
        SubmissionError: if the file is no notebook that can be read.
        UsageError: if assignment or data set are not to be had.
        AssignmentError: if the assignment is faulty.
        InfrastructureError: if the evidence could not be kept by no fault of the user.
    """
    options, progress = options or GradingOptions(), progress or NullProgress()
    notebook = read_notebook(path)
    assignment = _assignment(options.assignment, notebook)
    dataset = prepare(find_dataset(options.data))
    probes = tuple(ProbeRequest(**dict(entry)) for entry in assignment.probes)
    settings = RunSettings(
        options.effort,
        dataset,
        options.limits or Limits.of_effort(options.effort),
        options.seed,
        probes,
        assignment.replays,
        options.warm,
        gpu=options.gpu,
        gpu_share=options.gpu_share,
    )
    hints = assign_cells(notebook, assignment.headings)
    try:
        sandbox = choose(options.sandbox, options.image, forking=options.warm)
        settings = replace(settings, sandbox=sandbox)
        evidence = run_notebook(notebook, settings, hints, progress)
    except (SubmissionError, UsageError, AssignmentError):
        raise
    except Exception as error:
        _log.debug("The notebook could not be run.", exc_info=error)
        evidence = _not_run(notebook, settings, hints, reason(error))
    if options.effort == "short" and evidence.run.fault is None:
        evidence = _with_trainings(evidence, assignment, dataset, options, progress)
    if options.evidence is not None:
        evidence.save(options.evidence)
    return _grade(evidence, assignment, dataset, notebook)


def _with_trainings(
    evidence: Evidence,
    assignment: Assignment,
    dataset: PreparedDataset,
    options: GradingOptions,
    progress: ProgressListener,
) -> Evidence:
    """The evidence with what came of the trainings that the checks wish for."""
    try:
        wanted = wishes(evidence, assignment, dataset)
    except GraderError:
        raise
    except Exception as error:
        _log.debug("What was recorded could not be judged.", exc_info=error)
        return evidence  # `_grade` meets the same, and says so
    kept = None if options.trainings is None else Cache(options.trainings)
    bench = Bench(dataset, shared_trainer(), kept, options.gpu_share)
    return with_trainings(evidence, wanted, bench, options.budget, options.seed, progress)


def regrade_evidence(path: Path, assignment: str = "auto", data: Path | None = None) -> Report:
    """Grade recorded evidence again.

    Raises:
        UsageError: if evidence, assignment or data set are not to be had.
        EvidenceError: if the file is no evidence.
    """
    evidence = Evidence.load(path)
    notebook = _notebook(evidence)
    return _grade(evidence, _assignment(assignment, notebook), prepare(find_dataset(data)), notebook)


def _grade(evidence: Evidence, assignment: Assignment, dataset: PreparedDataset, notebook: Notebook) -> Report:
    hints = assign_cells(notebook, assignment.headings)
    prompts = assignment.prompts()
    answers = collect_answers(notebook, hints, prompts)
    try:
        return grade(evidence, assignment, dataset, answers, collect_loose_answers(notebook, hints, prompts))
    except GraderError:
        raise
    except Exception as error:
        _log.debug("What was recorded could not be judged.", exc_info=error)
        return grade(undecidable(evidence, reason(error)), assignment)


def _not_run(notebook: Notebook, settings: RunSettings, hints: Mapping[int, SectionHint], fault: str) -> Evidence:
    """The evidence of a run that never began."""
    facts = settings.facts(
        notebook.name, seconds=0.0, sandbox="not started", versions={}, ended="not started", fault=fault
    )
    cells = tuple(
        CellRun(
            position=cell.position,
            kind=cell.kind,
            source=cell.source,
            exercises=hints[cell.position].exercises if cell.position in hints else (),
        )
        for cell in notebook.cells
    )
    return Evidence(run=facts, cells=cells, events=(), remarks=(*notebook.remarks, *settings.dataset.notes))


def _assignment(name: str, notebook: Notebook) -> Assignment:
    if name != "auto":
        return load_assignment(name)
    return recognise(notebook, [load_assignment(one) for one in available()])


def _notebook(evidence: Evidence) -> Notebook:
    """The notebook as evidence keeps it: sources, and the exercises that tags or headings named."""
    return Notebook(evidence.run.submission, tuple(_cell(cell) for cell in evidence.cells), evidence.remarks)


def _cell(cell: CellRun) -> Cell:
    return Cell(cell.position, cell.kind, cell.source, cell.exercises)
