"""Templates and examples of all assignments are those that their sources make, and give nothing away."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from grader.assignments import available, load_assignment
from grader.assignments.template import example_notebook, parse, student_notebook

ROOT = Path(__file__).parents[2]
SOURCES = {name: ROOT / "reference" / "notebooks" / f"{name.replace('-', '_')}.py" for name in available()}


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(("folder", "make"), [("student_template", student_notebook), ("examples", example_notebook)])
def test_the_notebook_is_the_one_that_its_source_makes(name, folder, make):
    source = SOURCES[name].read_text(encoding="utf-8")
    made = nbformat.writes(make(source, [exercise.id for exercise in load_assignment(name).exercises])) + "\n"
    command = f"python -m grader.assignments.template {SOURCES[name].relative_to(ROOT)}"
    assert (ROOT / folder / f"{name}.ipynb").read_text(encoding="utf-8") == made, f"make it anew: {command}"


@pytest.mark.parametrize("name", SOURCES)
def test_no_solution_is_in_the_template(name):
    cells = parse(SOURCES[name].read_text(encoding="utf-8"))
    shown = "\n".join(cell.template for cell in cells)
    solutions = [solution for cell in cells for solution in cell.solutions]
    assert solutions
    assert not [solution for solution in solutions if solution.strip() and solution.strip() in shown]


@pytest.mark.parametrize("name", SOURCES)
def test_every_exercise_has_a_place_in_the_template(name):
    named = {cell.exercise for cell in parse(SOURCES[name].read_text(encoding="utf-8"))}
    assert named - {None} == {exercise.id for exercise in load_assignment(name).exercises}
