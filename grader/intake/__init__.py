"""Intake: any notebook file into plain frozen data, and what the notebook says about its own exercises."""

from grader.intake.answers import WrittenAnswer, collect_answers, collect_loose_answers
from grader.intake.catalogue import ExerciseHeading
from grader.intake.cells import MAX_CELLS
from grader.intake.notebook import Cell, CellKind, Notebook, to_nbformat
from grader.intake.reader import MAX_BYTES, read_notebook
from grader.intake.sections import SectionHint, assign_cells

__all__ = [
    "MAX_BYTES",
    "MAX_CELLS",
    "Cell",
    "CellKind",
    "ExerciseHeading",
    "Notebook",
    "SectionHint",
    "WrittenAnswer",
    "assign_cells",
    "collect_answers",
    "collect_loose_answers",
    "read_notebook",
    "to_nbformat",
]
