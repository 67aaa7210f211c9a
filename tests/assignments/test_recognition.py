"""Which assignment a notebook answers: by tags, else by what is found in it, else nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.assignments import Assignment, Exercise, available, load_assignment
from grader.assignments.recognition import recognise
from grader.errors import UsageError
from grader.intake import Cell, Notebook, read_notebook

ROOT = Path(__file__).parents[2]


def assignment(name: str, signs: tuple[str, ...], *exercises: str) -> Assignment:
    return Assignment(name, name, Path(), tuple(Exercise(id=one, title=one, auto=1) for one in exercises), (), signs)


NETS = assignment("nets", (r"\bNET II\b", r"Dense\(1024"), "exe01", "exe02", "exe03")
VGG = assignment("tiny-vgg", (r"tiny ?vgg", r"\bAdd\("), "q01", "q02")
LABS = assignment("labs", (), "exe01", "exe02", "exe09")
ALL = (NETS, VGG, LABS)


def notebook(*cells: Cell) -> Notebook:
    return Notebook("mine", cells)


def source(text: str, *tags: str) -> Cell:
    return Cell(1, "code", text, tags)


def test_tags_decide_whatever_the_code_says() -> None:
    found = recognise(notebook(source("TinyVGG", "exe01"), source("Add()", "exe03")), ALL)
    assert found is NETS


def test_tags_that_fit_several_leave_it_to_the_words() -> None:
    assert recognise(notebook(source("x", "exe01"), source("tiny vgg", "exe02")), ALL) is VGG


def test_foreign_tags_say_nothing() -> None:
    assert recognise(notebook(source("Add()([a, b])", "hide-input")), ALL) is VGG


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((source("# net ii\nlayers.Dense(1024)"),), NETS),
        ((source("class TinyVGG: ..."),), VGG),
        ((Cell(1, "markdown", "We compare Tiny VGG with NET II"), source("layers.Add()")), VGG),
    ],
)
def test_most_signs_win_in_code_and_text(cells: tuple[Cell, ...], expected: Assignment) -> None:
    assert recognise(notebook(*cells), ALL) is expected


def test_headings_alone_weigh_less_than_a_sign() -> None:
    cells = tuple(Cell(number, "markdown", f"## Exercise {number}") for number in (1, 2, 3))
    counted = assignment("counted", (), "exe01", "exe02", "exe03")
    assert recognise(notebook(*cells, Cell(4, "code", "Add()")), (counted, VGG)) is VGG


def test_headings_that_name_exercises_count() -> None:
    cells = tuple(Cell(number, "markdown", f"## Exercise {number}") for number in (1, 2, 3))
    longer = assignment("longer", (), *(f"exe{number:02}" for number in range(1, 20)))
    assert recognise(notebook(*cells), (longer, NETS)) is NETS


@pytest.mark.parametrize("text", ["", "print(1)", "NET II beside tiny vgg"])
def test_unclear(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"not clear which assignment mine answers.*--assignment: nets, tiny-vgg, labs"
    ):
        recognise(notebook(source(text)), ALL)


PACKAGE = [load_assignment(name) for name in available()]
WRITTEN = [
    *((path.parent.parent.name, path) for path in sorted(ROOT.glob("tests/submissions/*/right/*.ipynb"))),
    *((path.stem, path) for path in sorted([*ROOT.glob("examples/*.ipynb"), *ROOT.glob("student_template/*.ipynb")])),
]


@pytest.mark.parametrize(
    ("name", "path"), [pytest.param(*one, id=f"{one[0]}-{one[1].parent.name}-{one[1].stem}") for one in WRITTEN]
)
def test_notebooks_of_the_package_are_told_apart_with_and_without_tags(name: str, path: Path) -> None:
    written = read_notebook(path)
    without = replace(written, cells=tuple(replace(cell, tags=()) for cell in written.cells))
    assert recognise(written, PACKAGE).id == recognise(without, PACKAGE).id == name


def test_every_assignment_is_among_them() -> None:
    assert {name for name, _ in WRITTEN} == set(available())


def test_the_only_assignment_is_the_one() -> None:
    assert recognise(notebook(), (NETS,)) is NETS
