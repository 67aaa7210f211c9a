"""The way in: a path becomes a `Notebook`, or a `SubmissionError` that says what is wrong with the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.intake.cells import read_cells
from grader.intake.decoding import decode, read_bytes
from grader.intake.faults import encodable
from grader.intake.language import check_language
from grader.intake.notebook import Notebook
from grader.intake.parsing import parse

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAX_BYTES", "read_notebook"]

MAX_BYTES = 64 * 1024 * 1024
"""Largest file that is read, in bytes. Sources take kilobytes; outputs make a notebook large."""


def read_notebook(path: Path, *, max_bytes: int = MAX_BYTES) -> Notebook:
    """Read a notebook of format 3 or 4, trusting nothing but the sources of its cells.

    A notebook without a line of code is legal: a blank submission is graded as not attempted.

    Raises `SubmissionError`, whose message names fault, place and remedy, if this is no Python notebook.
    """
    document = parse(decode(read_bytes(path, max_bytes), path.name), path.name)
    cells = read_cells(document, path.name)
    return Notebook(name=encodable(path.stem), cells=cells, remarks=check_language(document, path.name))
