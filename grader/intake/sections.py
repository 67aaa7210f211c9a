"""Which exercise a cell belongs to, as far as the notebook says so: by template tags, else by headings.

Most notebooks say little, and some say it wrongly. So a cell that nothing speaks for gets no hint; deciding
by structure and order is left to attribution, and a missing hint harms it less than a false one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from grader.intake.catalogue import Catalogue, ExerciseHeading, distinct
from grader.intake.headings import UNRANKED, Line, LineKind, comment_lines, markdown_lines
from grader.intake.numbering import Label, Series, read_label

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from grader.intake.notebook import Cell, Notebook

__all__ = ["SectionHint", "assign_cells"]

# No cell that a person wrote has more lines that may be headings; the rest of such a cell is not looked at.
_MOST_LINES = 1_000

# A markdown cell with more labels than this is a table of contents or the whole assignment sheet.
_MOST_IN_ONE_CELL = 3

# Students number an outline of their own as well ("Step 3", "3. Training"). Such numbers are taken for the
# assignment's only where they name at least half of its exercises.
_OUTLINES = (Series.STEP, Series.BARE)


@dataclass(frozen=True)
class SectionHint:
    """The exercises that a cell stands under: one, or several where its heading names several."""

    exercises: tuple[str, ...]


@dataclass(frozen=True)
class _Section:
    """What a heading opens: the exercises it names (none where it ends the section before) and its rank.

    `asked` are those that the text is about until the next code, as a question in between named them.
    """

    exercises: tuple[str, ...]
    rank: int = UNRANKED
    asked: tuple[str, ...] = ()


_CLOSED = _Section(())

# What stands under such a heading is beyond the exercises, or about several of them, whatever its rank.
_BEYOND = re.compile(
    r"\b(?:extra|bonus|optional|competition|challenge|going further|r[eé]gulari[sz]\w*)\b", re.IGNORECASE
)

_Labelled = tuple[Line, "Label | None"]


def assign_cells(notebook: Notebook, exercises: Sequence[ExerciseHeading]) -> dict[int, SectionHint]:
    """Hints by cell position, for the cells that a tag or a heading speaks for.

    A tag decides for its own cell. A tag or a heading opens a section, which holds until the next one that
    names an exercise, until a heading of higher rank (of the same, where exercises have no numbers), or until one
    that leads beyond ("Extra challenge"); a sub-heading ("Observations") leaves it open.
    """
    reader = _Reader(Catalogue(exercises), {cell.position: _labelled(cell) for cell in notebook.cells})
    reader.choose_series(notebook.cells)
    hints: dict[int, SectionHint] = {}
    section = _CLOSED
    for cell in notebook.cells:
        section, named = reader.read(cell, section)
        if named:
            hints[cell.position] = SectionHint(named)
    return hints


def _labelled(cell: Cell) -> tuple[_Labelled, ...]:
    lines = {"markdown": markdown_lines, "code": comment_lines}.get(cell.kind)
    return tuple((line, read_label(line)) for line in islice(lines(cell.source), _MOST_LINES)) if lines else ()


class _Reader:
    """Reads the cells of one notebook in order."""

    def __init__(self, catalogue: Catalogue, lines: Mapping[int, tuple[_Labelled, ...]]) -> None:
        self._catalogue = catalogue
        self._lines = lines
        self._series = Series.EXERCISE

    def choose_series(self, cells: Sequence[Cell]) -> None:
        """Settle what this notebook counts by: the series that names most exercises.

        Under "Exercise 3" a student's "Question 1" is a part of it; where nothing else is counted, it is an
        exercise of its own.
        """
        named: dict[Series, set[str]] = {series: set() for series in Series}
        for cell in cells:
            for line, label in self._lines[cell.position]:
                if label and line.kind is not LineKind.TEXT and not self._is_contents(cell, label.series):
                    named[label.series].update(self._catalogue.by_label(label))
        for series in _OUTLINES:
            if 2 * len(named[series]) < len(self._catalogue.numbered):
                named[series].clear()
        self._series = max(Series, key=lambda series: (len(named[series]), -series))

    def read(self, cell: Cell, section: _Section) -> tuple[_Section, tuple[str, ...]]:
        """The section that is open after the cell, and the exercises that the cell belongs to."""
        tagged = tuple(tag for tag in cell.tags if tag in self._catalogue.ids)
        if tagged:
            return _Section(tagged), tagged
        if self._is_contents(cell, self._series):
            return _CLOSED, ()
        if cell.kind == "code":
            section = replace(section, asked=())
        opened, asked = self._opened(cell, section), self._asked(cell)
        if not opened:
            section = replace(section, asked=asked or section.asked)
            return section, section.asked or section.exercises
        named = distinct(opening.exercises for _, opening in opened)
        last = opened[-1][1]
        if cell.kind == "markdown":
            return _Section(named, last.rank, asked), distinct((named, asked))
        # Code above the first comment that names an exercise still belongs to the section before.
        if opened[0][0].kind is not LineKind.OPENING_COMMENT:
            named = distinct((section.exercises, named))
        return last, named

    def _is_contents(self, cell: Cell, series: Series) -> bool:
        labels = [label for _, label in self._lines[cell.position] if label and label.series is series]
        return cell.kind == "markdown" and len(labels) > _MOST_IN_ONE_CELL

    def _asked(self, cell: Cell) -> tuple[str, ...]:
        """The exercises that the questions of a cell of text are about."""
        if cell.kind != "markdown":
            return ()
        labels = [label for line, label in self._lines[cell.position] if label and line.kind is not LineKind.TEXT]
        return distinct(self._catalogue.by_question(label) for label in labels)

    def _opened(self, cell: Cell, section: _Section) -> list[tuple[Line, _Section]]:
        """The lines of the cell that open or end a section, with what they open."""
        opened: list[tuple[Line, _Section]] = []
        rank = section.rank
        for line, label in self._lines[cell.position]:
            opening = self._opening(line, label, rank)
            if opening is not None:
                opened.append((line, opening))
                rank = opening.rank
        return opened

    def _opening(self, line: Line, label: Label | None, rank: int) -> _Section | None:
        # Where the exercises have no numbers, those of headings ("Exercise 1: a first network") are the student's own.
        counted = label and label.series is self._series and self._catalogue.numbered
        if label and counted and line.kind is not LineKind.TEXT:
            return _Section(self._catalogue.by_label(label), line.rank)
        if group := self._catalogue.by_words(line):
            return _Section(group, line.rank)
        if line.kind is not LineKind.HEADING:
            return None
        # Among headings that have to name an exercise by words, one beside them may do so in words unknown here.
        beside = line.rank == rank and not self._catalogue.numbered
        if line.rank < rank or beside or _BEYOND.search(line.title):
            return _Section((), line.rank)
        return None
