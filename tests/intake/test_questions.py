"""Sections of assignments whose exercises have no numbers: words, questions in between, and what leads beyond."""

from __future__ import annotations

import pytest

from grader.intake import Cell, ExerciseHeading, Notebook, assign_cells

EXERCISES = (
    ExerciseHeading("cnn", words=("CNN", "convolutional network"), questions=(4,)),
    ExerciseHeading("q5", questions=(5,)),
    ExerciseHeading("dropout", words=("(?:[\\d.]+ )?dropout",), questions=(6,)),
    ExerciseHeading("batchnorm", words=("(?:[\\d.]+ )?batch ?norm\\w*",)),
    ExerciseHeading("own", words=("own model",)),
)
CODE = "x = 1"


def hints(*sources: str) -> list[tuple[str, ...]]:
    """The exercises of each cell; what begins with # or * is markdown, and so is what ends with a full stop."""
    kinds = ["markdown" if source[0] in "#*" or source.endswith(".") else "code" for source in sources]
    cells = tuple(Cell(place, kind, source) for place, (kind, source) in enumerate(zip(kinds, sources, strict=True), 1))
    found = assign_cells(Notebook("questions", cells), EXERCISES)
    return [found[place].exercises if place in found else () for place in range(1, len(cells) + 1)]


def test_a_question_is_about_its_own_text_and_not_about_the_code_below():
    assert hints("## CNN", CODE, "**Question 6:** What does dropout do?", "It drops.", CODE) == [
        ("cnn",),
        ("cnn",),
        ("dropout",),
        ("dropout",),
        ("cnn",),
    ]


def test_questions_of_several_exercises_in_one_cell():
    assert hints("## CNN", "**Question 4:** why?\n\nBecause.\n\n**Question 5:** and why?")[1] == ("cnn", "q5")


def test_a_heading_with_a_question_below_it():
    assert hints("## CNN\n**Question 5:** why?", CODE) == [("cnn", "q5"), ("cnn",)]


def test_the_part_in_bold_is_the_title():
    assert hints("**4.1 Dropout** You have seen that it overfits", CODE)[1] == ("dropout",)
    assert hints("Dropout drops **many** values.", CODE)[1] == ()
    assert hints("**Note** dropout comes later", CODE)[1] == ()


@pytest.mark.parametrize(
    "heading", ["## Extra challenge", "### A bonus", "## 4. Regularization", "## Tillbakablick", "# The end"]
)
def test_headings_that_lead_beyond(heading):
    assert hints("## CNN", CODE, heading, CODE)[2:] == [(), ()]


def test_a_lower_heading_leaves_the_section_open():
    assert hints("## CNN", "### Training", CODE) == [("cnn",)] * 3


def test_numbers_of_chapters_are_no_numbers_of_questions():
    assert hints("## 5. Own model", CODE, "## 6. Results", CODE) == [("own",), ("own",), (), ()]
