"""What intake hands on: the sources of a notebook as plain frozen data, and nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import nbformat

__all__ = ["Cell", "CellKind", "Notebook", "to_nbformat"]

CellKind = Literal["code", "markdown", "raw"]


@dataclass(frozen=True)
class Cell:
    """One cell: its 1-based position among all cells of the file, its kind and its source.

    `tags` holds the exercise that our template wrote into the cell's metadata; no other metadata survives.
    """

    position: int
    kind: CellKind
    source: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notebook:
    """A submission as read: `name` is the file's name without its suffix, `remarks` are for the feedback."""

    name: str
    cells: tuple[Cell, ...]
    remarks: tuple[str, ...] = ()
    language: str = "python"


def to_nbformat(notebook: Notebook) -> nbformat.NotebookNode:
    """The notebook in format 4.5 for execution: sources only, with ids that depend on the position alone."""
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    cells = [make[cell.kind](cell.source, id=f"cell-{cell.position}") for cell in notebook.cells]
    node = nbformat.v4.new_notebook(cells=cells)
    # Stated here, because nbformat writes whichever minor version is its newest.
    node.nbformat_minor = 5
    return node
