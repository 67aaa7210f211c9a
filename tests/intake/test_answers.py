"""Written answers are the student's own prose, found under the exercise that they answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake import Cell, Notebook, SectionHint, WrittenAnswer, collect_answers

PROMPT = "**Exe. 9** Plot both curves.\nWhat do you observe?"


def answers(*sources: str, kind: str = "markdown") -> dict[str, tuple[WrittenAnswer, ...]]:
    """Answers of a notebook whose cells all stand under exercise 9, in the template with `PROMPT`."""
    cells = tuple(Cell(position, kind, source) for position, source in enumerate(sources, start=1))  # type: ignore[arg-type]
    hints = {cell.position: SectionHint(("exe09",)) for cell in cells}
    return collect_answers(Notebook("work", cells), hints, [PROMPT, "*Your answer:*", " "])


def test_prose_is_an_answer_with_its_cell() -> None:
    assert answers("## Exe 9", " Overfitting\n\nstarts at epoch 5. ", "More.") == {
        "exe09": (WrittenAnswer(2, "Overfitting\n\nstarts at epoch 5."), WrittenAnswer(3, "More."))
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
        "exe09": (WrittenAnswer(1, "The curves part."),)
    }


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
