"""From one source to two notebooks: the template that students get, and the same notebook solved.

The source is a Python script in percent format. ``# %%`` opens a code cell and ``# %% [markdown]`` a cell of
text, whose lines are comments; an exercise id behind it says which exercise the cell belongs to. What differs
between the two notebooks stands in slots::

    # %% exe05
    # --- template
    # Your code here
    # --- solution
    model.compile(optimizer="adam", loss="mse")
    # --- end

Lines outside of slots go into both notebooks, lines above the first cell into neither.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import nbformat

from grader.errors import AssignmentError, GraderError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

__all__ = ["SourceCell", "example_notebook", "main", "parse", "prompts", "student_notebook"]

_CELL = re.compile(r"# %%(.*)")
_CELL_HEAD = re.compile(r"(?P<markdown> \[markdown\])?(?: (?P<exercise>[a-z0-9.]+))?\s*")
# Wider than the marks, so that a misspelt one is refused and does not let a solution through.
_MARK = re.compile(r"\s*#+\s*-{2,}\s*(\w.*?)\s*")

# Which mark comes after which. Outside of slots the last one was "end".
_NEXT_MARK = {"end": "template", "template": "solution", "solution": "end"}

# A line with its number in the source, from 1.
_Line = tuple[int, str]

# Lines with the mark above them; "end" stands for lines outside of slots.
_Stretch = tuple[str, list[str]]


@dataclass(frozen=True)
class SourceCell:
    """One cell of the source: what the template and the example show of it, and the solutions in it.

    `exercise` is None for cells that belong to no exercise, such as the introduction.
    """

    kind: Literal["code", "markdown"]
    exercise: str | None
    template: str
    example: str
    solutions: tuple[str, ...]


def student_notebook(source: str, exercises: Collection[str] | None = None) -> nbformat.NotebookNode:
    """The notebook without its solutions; arguments and errors as for `parse`."""
    cells = parse(source, exercises)
    return _notebook([(cell, cell.template) for cell in cells])


def example_notebook(source: str, exercises: Collection[str] | None = None) -> nbformat.NotebookNode:
    """The solved notebook, as a student would hand it in; arguments and errors as for `parse`."""
    cells = parse(source, exercises)
    return _notebook([(cell, cell.example) for cell in cells])


def prompts(source: str) -> tuple[str, ...]:
    """The texts of the template's markdown cells, each once: what a student's own prose must be told from."""
    return tuple(dict.fromkeys(cell.template for cell in parse(source) if cell.kind == "markdown"))


def parse(source: str, exercises: Collection[str] | None = None) -> tuple[SourceCell, ...]:
    """The cells of a source in percent format.

    Raises `AssignmentError`, which names the line, for a cell that cannot be read, a slot that is incomplete
    or out of order, and an exercise that is not among `exercises` where these are given.
    """
    return tuple(_cell(head, body, exercises) for head, body in _split(source))


def _split(source: str) -> Iterator[tuple[_Line, list[_Line]]]:
    """The line that opens each cell with the lines below it."""
    head: _Line | None = None
    body: list[_Line] = []
    for line in enumerate(source.split("\n"), start=1):
        if not _CELL.fullmatch(line[1]):
            body.append(line)
            continue
        if head:
            yield head, body
        head, body = line, []
    if head is None:
        raise AssignmentError("The source holds no cell: open cells by '# %%' or '# %% [markdown]'.")
    yield head, body


def _cell(head: _Line, body: list[_Line], exercises: Collection[str] | None) -> SourceCell:
    number, text = head
    parts = _CELL_HEAD.fullmatch(text.removeprefix("# %%"))
    if parts is None:
        raise _fault(number, f"{text!r} opens no cell. Write '# %%' or '# %% [markdown]', then the exercise.")
    exercise = parts["exercise"]
    if exercises is not None and exercise is not None and exercise not in exercises:
        raise _fault(number, f"the assignment has no exercise {exercise!r}. It has: {', '.join(exercises)}.")
    kind: Literal["code", "markdown"] = "markdown" if parts["markdown"] else "code"
    if kind == "markdown":
        body = [_uncommented(line) for line in body]
    stretches = _stretches(body)
    return SourceCell(
        kind,
        exercise,
        template=_without("solution", stretches),
        example=_without("template", stretches),
        solutions=tuple(_text(lines) for mark, lines in stretches if mark == "solution"),
    )


def _uncommented(line: _Line) -> _Line:
    number, text = line
    # Marks are read in one form for both kinds of cells.
    if not text.strip() or _MARK.fullmatch(text):
        return line
    if text.rstrip() != "#" and not text.startswith("# "):
        raise _fault(number, "a line of a markdown cell must begin with '# '.")
    return number, text[2:]


def _stretches(body: Sequence[_Line]) -> list[_Stretch]:
    """The lines of a cell cut at its marks, each stretch with the mark above it."""
    stretches: list[_Stretch] = []
    mark, marked_at = "end", 0
    lines: list[str] = []
    for number, text in body:
        found = _MARK.fullmatch(text)
        if not found:
            lines.append(text)
            continue
        if found[1] != _NEXT_MARK[mark]:
            raise _fault(number, f"'# --- {found[1]}' stands where '# --- {_NEXT_MARK[mark]}' must come.")
        if mark != "end" and not "".join(lines).strip():
            raise _fault(marked_at, f"there is nothing under '# --- {mark}'.")
        stretches.append((mark, lines))
        mark, marked_at, lines = found[1], number, []
    if mark != "end":
        raise _fault(marked_at, f"this slot stays open: '# --- {_NEXT_MARK[mark]}' must follow in this cell.")
    return [*stretches, (mark, lines)]


def _without(mark: str, stretches: Sequence[_Stretch]) -> str:
    """The text of a cell without what stands under `mark`."""
    return _text(line for above, lines in stretches if above != mark for line in lines)


def _text(lines: Iterable[str]) -> str:
    """The lines as one text, without blank lines at its ends."""
    return "\n".join(lines).strip("\n")


def _fault(number: int, what: str) -> AssignmentError:
    return AssignmentError(f"Line {number}: {what}")


def _notebook(cells: Sequence[tuple[SourceCell, str]]) -> nbformat.NotebookNode:
    """A notebook in format 4.5 that is the same whenever it is made: ids count the cells, nothing was run."""
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    node = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        cells=[
            make[cell.kind](
                text,
                id=f"cell-{position}",
                metadata={"grader": {"exercise": cell.exercise}} if cell.exercise else {},
            )
            for position, (cell, text) in enumerate(cells, start=1)
        ],
    )
    # Stated here, because nbformat writes whichever minor version is its newest.
    node.nbformat_minor = 5
    return node


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both notebooks of a source; the exit code is 0, or that of the error that was printed."""
    parser = argparse.ArgumentParser(
        prog="python -m grader.assignments.template",
        description="Make the students' template and the solved example from one source.",
    )
    parser.add_argument("source", type=Path, help="script in percent format with prompts and solutions")
    parser.add_argument("--student", type=Path, required=True, help="template to write (.ipynb)")
    parser.add_argument("--example", type=Path, required=True, help="solved notebook to write (.ipynb)")
    options = parser.parse_args(arguments)
    try:
        source = options.source.read_text(encoding="utf-8")
        # Both are made before either is written, so that a faulty source leaves no half of a pair.
        student, example = student_notebook(source), example_notebook(source)
        _write(student, options.student)
        _write(example, options.example)
    except GraderError as error:
        print(f"{options.source}: {error}", file=sys.stderr)
        return error.exit_code
    except (OSError, UnicodeError) as error:
        parser.error(str(error))
    return 0


def _write(notebook: nbformat.NotebookNode, path: Path) -> None:
    path.write_text(nbformat.writes(notebook) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
