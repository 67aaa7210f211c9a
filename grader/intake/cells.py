"""From the JSON of a notebook, format 3 or 4 and in whatever state of repair, to its cells."""

from __future__ import annotations

import re

from grader.intake.faults import encodable, fault
from grader.intake.notebook import Cell, CellKind

__all__ = ["MAX_CELLS", "read_cells"]

MAX_CELLS = 10_000
"""More cells than this are a fault of the file: a long course notebook has a few hundred."""

_KINDS: dict[object, CellKind] = {"code": "code", "markdown": "markdown", "heading": "markdown"}
_TAG = re.compile(r"[a-z0-9.]{1,64}")
_SAVE_AGAIN = "Open it in Jupyter, save it again and hand in that file."


def read_cells(document: dict[str, object], name: str) -> tuple[Cell, ...]:
    """The cells in file order, over all worksheets where format 3 has several.

    A cell of unknown type is kept as raw, and so is an entry that is no cell at all: positions must count
    like those that Jupyter shows.

    Raises `SubmissionError` for what is no notebook, for a format other than 3 or 4, and where there are no
    cells or more than `MAX_CELLS`.
    """
    _require_known_format(document, name)
    entries = _entries(document)
    if entries is None:
        raise fault(name, 'this is JSON but not a notebook: it has no list "cells".', "Hand in the .ipynb file.")
    if not entries:
        raise fault(name, "the notebook holds no cells.", "Save the notebook again and hand in that file.")
    if len(entries) > MAX_CELLS:
        raise fault(
            name,
            f"the notebook has {len(entries)} cells, more than the {MAX_CELLS} that are read.",
            "Hand in only the cells of the assignment.",
        )
    if not any(isinstance(entry, dict) for entry in entries):
        raise fault(name, 'this is JSON but not a notebook: "cells" holds no cell.', "Hand in the .ipynb file.")
    return tuple(_cell(position, entry) for position, entry in enumerate(entries, start=1))


def _require_known_format(document: dict[str, object], name: str) -> None:
    major = document.get("nbformat")
    # Without a readable version the cells themselves say which format it is.
    if not isinstance(major, int) or isinstance(major, bool):
        return
    if major < 3:
        raise fault(name, f"notebook format {major} is too old: formats 3 and 4 are read.", _SAVE_AGAIN)
    if major > 4:
        raise fault(
            name,
            f"notebook format {major} is newer than those that are read (3 and 4).",
            "Save the notebook in format 4 and hand in that file.",
        )


def _entries(document: dict[str, object]) -> list[object] | None:
    cells = document.get("cells")
    if isinstance(cells, list):
        return cells
    worksheets = document.get("worksheets")
    if not isinstance(worksheets, list):
        return None
    sheets = [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
    return [entry for sheet in sheets if isinstance(sheet, list) for entry in sheet]


def _cell(position: int, entry: object) -> Cell:
    if not isinstance(entry, dict):
        return Cell(position, "raw", "")
    source = _source(entry)
    if entry.get("cell_type") == "heading":
        source = "#" * _heading_level(entry.get("level")) + " " + " ".join(source.split())
    return Cell(position, _kind(entry), source, _tags(entry.get("metadata")))


def _kind(entry: dict[str, object]) -> CellKind:
    cell_type = entry.get("cell_type")
    if cell_type is None and ("outputs" in entry or "input" in entry):
        return "code"
    return _KINDS.get(cell_type, "raw") if isinstance(cell_type, str) else "raw"


def _heading_level(level: object) -> int:
    return min(max(level, 1), 6) if isinstance(level, int) else 1


def _source(entry: dict[str, object]) -> str:
    """The source, which format 3 calls "input" in code cells; a text or a list of pieces of it."""
    source = entry.get("source")
    if source is None:
        source = entry.get("input")
    if isinstance(source, list):
        source = "".join(piece for piece in source if isinstance(piece, str))
    return encodable(source) if isinstance(source, str) else ""


def _tags(metadata: object) -> tuple[str, ...]:
    """The exercise that our template named in ``{"grader": {"exercise": …}}``; everything else is dropped."""
    ours = metadata.get("grader") if isinstance(metadata, dict) else None
    exercise = ours.get("exercise") if isinstance(ours, dict) else None
    return (exercise,) if isinstance(exercise, str) and _TAG.fullmatch(exercise) else ()
