"""Written answers are the student's own prose, found under the exercise that they answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake import (
    Cell,
    Notebook,
    SectionHint,
    WrittenAnswer,
    collect_answers,
    collect_loose_answers,
)

PROMPT = "**Exe. 9** Plot both curves.\nWhat do you observe?"


def answers(*sources: str, kind: str = "markdown") -> dict[str, tuple[WrittenAnswer, ...]]:
    """Answers of a notebook whose cells all stand under exercise 9, in the template with `PROMPT`."""
    cells = tuple(Cell(position, kind, source) for position, source in enumerate(sources, start=1))  # type: ignore[arg-type]
    hints = {cell.position: SectionHint(("exe09",)) for cell in cells}
    return collect_answers(Notebook("work", cells), hints, [PROMPT, "*Your answer:*", " "])


def test_prose_is_an_answer_with_its_cell() -> None:
    assert answers("## Exe 9", " Overfitting\n\nstarts at epoch 5. ", "More.") == {
        "exe09": (WrittenAnswer(2, "Overfitting\n\nstarts at epoch 5.", "Exe 9"), WrittenAnswer(3, "More.", "Exe 9"))
    }


@pytest.mark.parametrize(
    "source",
    [
        "",
        "## Exe 9",
        "**Exe. 9**",
        "Exe 9",
        "Plot\n====",
        "## Exe 9\n### Plot",
        "---",
        "![curve](attachment:curve.png)",
        "<!-- answer\nhere -->",
        "<!-- never closed",
        "<img src='curve.png' alt='curve'>",
        PROMPT,
        "**Exe. 9**  Plot both\ncurves. What do you\tobserve?\n",
        f"## Exe 9\n{PROMPT}\n\n*Your answer:*\n",
    ],
)
def test_headings_pictures_and_the_template_are_no_answer(source: str) -> None:
    assert answers(source) == {}


@pytest.mark.parametrize("label", ["**Exe. 9**", "Exe. 9:"])
def test_answer_on_the_line_of_its_label_counts(label: str) -> None:
    text = f"{label} The curves part."
    assert answers(text) == {"exe09": (WrittenAnswer(1, text),)}


def test_answer_below_the_prompt_in_the_same_cell() -> None:
    assert answers(f"{PROMPT}\n\n*Your answer:*\nThe curves part.") == {
        "exe09": (WrittenAnswer(1, "The curves part.", "What do you observe?"),)
    }


@pytest.mark.parametrize(
    ("asked", "question"),
    [
        ("## Exe 9", "Exe 9"),
        ("# Part 2\n## Exe 9: **curves**", "Exe 9: curves"),
        ("## Exe 9\nPlot them. Where do they part?\nSome more.", "Exe 9: Where do they part?"),
        ("Plot them. Where do the\ncurves part? Say why.\nAnd when?", "Where do the curves part? And when?"),
        ("Where do they part?", "Where do they part?"),
        ("Nothing is asked here.", ""),
    ],
)
def test_question_is_the_heading_above_and_what_is_asked_below_it(asked: str, question: str) -> None:
    *_, answer = answers(asked, "At epoch 6.")["exe09"]
    assert answer == WrittenAnswer(2, "At epoch 6.", question)


def test_question_of_a_template_is_its_text_and_not_its_slot() -> None:
    prompt = "## Curves\nPlot both curves\nand say what you see."
    notebook = Notebook("work", (Cell(1, "markdown", prompt), Cell(2, "markdown", "*Your answer:*\nThey part.")))
    hints = {position: SectionHint(("exe09",)) for position in (1, 2)}
    found = collect_answers(notebook, hints, [prompt, "*Your answer:*"])
    assert found == {"exe09": (WrittenAnswer(2, "They part.", "Curves: Plot both curves and say what you see."),)}


def test_a_long_question_is_cut() -> None:
    (answer,) = answers("## " + 30 * "why " + "\n" + 20 * ("and " * 20 + "so?\n\n"), "Because.")["exe09"][1:]
    assert len(answer.question) == 600
    assert answer.question.endswith("…")


def test_loose_answers_stand_under_no_exercise() -> None:
    cells = ("# Title", "Under an exercise.", "## Thoughts", "They part.", PROMPT)
    notebook = Notebook("work", tuple(Cell(position, "markdown", text) for position, text in enumerate(cells, 1)))
    found = collect_loose_answers(notebook, {2: SectionHint(("exe09",))}, [PROMPT])
    assert found == (WrittenAnswer(4, "They part.", "Thoughts"),)


def test_prompt_is_matched_as_whole_words_only() -> None:
    notebook = Notebook("work", (Cell(1, "markdown", "Answered in full"),))
    found = collect_answers(notebook, {1: SectionHint(("q1",))}, ["Answer"])
    assert found["q1"][0].text == "Answered in full"


def test_code_and_raw_cells_are_no_answers() -> None:
    assert answers("words", kind="code") == {}
    assert answers("words", kind="raw") == {}


def test_cell_without_a_hint_answers_nothing_and_one_with_two_answers_both() -> None:
    notebook = Notebook("work", (Cell(1, "markdown", "a"), Cell(2, "markdown", "b")))
    found = collect_answers(notebook, {2: SectionHint(("exe09", "exe10"))})
    assert found == {"exe09": (WrittenAnswer(2, "b"),), "exe10": (WrittenAnswer(2, "b"),)}


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_any_text_and_prompts_are_handled(text: str, prompts: list[str]) -> None:
    notebook = Notebook("work", (Cell(1, "markdown", text),))
    for found in collect_answers(notebook, {1: SectionHint(("q1",))}, [*prompts, text]).values():
        assert all(answer.text.strip() for answer in found)
