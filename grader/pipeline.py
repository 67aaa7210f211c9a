"""One submission from file to report: intake, run, checks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grader.assignments import Assignment, available, load_assignment
from grader.assignments.recognition import recognise
from grader.data import PreparedDataset, find_dataset, prepare
from grader.evidence import CellRun, Evidence
from grader.execution.progress import NullProgress, ProgressListener
from grader.execution.runner import ProbeRequest, RunSettings, run_notebook
from grader.grading import grade
from grader.intake import Cell, Notebook, assign_cells, collect_answers, collect_loose_answers, read_notebook
from grader.report.model import Report

__all__ = ["GradingOptions", "grade_notebook", "regrade_evidence"]


@dataclass(frozen=True)
class GradingOptions:
    """How a submission is graded; see the command line for the meaning of each.

    `warm` is for whoever grades several in one process: kernels are forked from one that has imported TensorFlow.
    """

    assignment: str = "auto"
    effort: Literal["sketch", "full"] = "sketch"
    data: Path | None = None
    cell_timeout: float | None = None
    seed: int = 20_261
    evidence: Path | None = None
    warm: bool = False


def grade_notebook(
    path: Path, options: GradingOptions | None = None, progress: ProgressListener | None = None
) -> Report:
    """Run and grade one notebook.

    Raises:
        SubmissionError: if the file is no notebook that can be read.
        UsageError: if assignment or data set are not to be had.
        AssignmentError: if the assignment is faulty.
        InfrastructureError: if the notebook could not be run by no fault of its own.
    """
    options = options or GradingOptions()
    notebook = read_notebook(path)
    assignment = _assignment(options.assignment, notebook)
    dataset = prepare(find_dataset(options.data))
    probes = tuple(ProbeRequest(**dict(entry)) for entry in assignment.probes)
    settings = RunSettings(
        options.effort, dataset, options.cell_timeout, options.seed, probes, assignment.replays, options.warm
    )
    hints = assign_cells(notebook, assignment.headings)
    evidence = run_notebook(notebook, settings, hints, progress or NullProgress())
    if options.evidence is not None:
        evidence.save(options.evidence)
    return _grade(evidence, assignment, dataset, notebook)


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
    return grade(evidence, assignment, dataset, answers, collect_loose_answers(notebook, hints, prompts))


def _assignment(name: str, notebook: Notebook) -> Assignment:
    if name != "auto":
        return load_assignment(name)
    return recognise(notebook, [load_assignment(one) for one in available()])


def _notebook(evidence: Evidence) -> Notebook:
    """The notebook as evidence keeps it: sources, and the exercises that tags or headings named."""
    return Notebook(evidence.run.submission, tuple(_cell(cell) for cell in evidence.cells), evidence.remarks)


def _cell(cell: CellRun) -> Cell:
    return Cell(cell.position, cell.kind, cell.source, cell.exercises)
