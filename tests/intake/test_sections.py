"""Cells find their exercise by tags and headings, in many styles; prose and contents lists mislead nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake import Cell, CellKind, ExerciseHeading, Notebook, SectionHint, assign_cells

NET_I, NET_II, NET_III = (
    (r"NET\s*(?:I|1)", "first network"),
    (r"NET\s*(?:II|2)", "second network"),
    (r"NET\s*(?:III|3)",),
)


def words_of(number: int) -> tuple[str, ...]:
    if number <= 2:
        return ()
    return NET_I if number <= 10 else NET_II if number <= 16 else NET_III if number <= 18 else ()


EXERCISES = [ExerciseHeading(f"exe{number:02}", (number,), words_of(number)) for number in range(1, 20)]


def ids(*numbers: int) -> tuple[str, ...]:
    return tuple(f"exe{number:02}" for number in numbers)


GROUP_I, GROUP_II, GROUP_III = ids(*range(3, 11)), ids(*range(11, 17)), ids(17, 18)


def md(source: str, *tags: str) -> tuple[CellKind, str, tuple[str, ...]]:
    return "markdown", source, tags


def py(source: str = "x = 1", *tags: str) -> tuple[CellKind, str, tuple[str, ...]]:
    return "code", source, tags


def assigned(*cells: tuple[CellKind, str, tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The exercises of each cell; empty where nothing speaks for it."""
    notebook = Notebook("work", tuple(Cell(position, *cell) for position, cell in enumerate(cells, start=1)))
    hints = assign_cells(notebook, EXERCISES)
    return [hints.get(cell.position, SectionHint(())).exercises for cell in notebook.cells]


@pytest.mark.parametrize(
    "heading",
    [
        "## Exe. 3",
        "#Exercise 3 - define the network",
        "# EXERCISE 03:",
        "### Ex 3",
        "# Ex.3",
        "## Exer 3",
        "## Exe_3",
        "## Exercise #3",
        "## Exercise (3)",
        "## Exercise n° 3",
        "## Exercice nº3 : réseau",
        "## Ejercicio 3",
        "## Esercizio 3",
        "## Übung 3",
        "## Aufgabe 3:",
        "## Övning 3",
        "## Uppgift 3",
        "## Egzersiz 3",
        "## Alıştırma 3",
        "## Soru 3",
        "## Task 3",
        "## Question 3",
        "## Q3",
        "## Pregunta 3.",
        "## 练习 3",
        "## 练习3：网络",
        "## 问题３",
        "## 第3题",
        "## **Exe. 3**",
        "## ✅ Exe 3 ✅",
        "## NET I - Exe. 3",
        "## Solution to exercise 3",
        "<h2 align='center'>Exe 3</h2>",
        "Exe 3\n=====",
        "Intro to the task\n\n## Exe 3",
        "**Exe. 3** Define a network model",
        "<font color='red'>**Exercise 3**</font>",
        "Exe. 3 Define a network model with this architecture.",
        "Exe 3",
        "(Exe 3) Define a network",
        "## Exe 3a",
        "## Exe 3 - 20 epochs",
        "## Exe 3, 20 epochs",
    ],
)
def test_markdown_heading_opens_its_exercise(heading: str) -> None:
    assert assigned(py(), md(heading), py(), md("some words")) == [(), ids(3), ids(3), ids(3)]


@pytest.mark.parametrize(
    "comment",
    [
        "# Exe. 3",
        "#Exercise 3 - define",
        "### EXE 3",
        "# Ex 3:",
        "# exe 3 define the network",
        "#@title Exe 3",
        "%%time\n\n# Exe 3",
        "# ---------\n# Exe 3\n# ---------",
    ],
)
def test_first_comment_opens_its_exercise(comment: str) -> None:
    assert assigned(py(), py(f"{comment}\nx = 1"), py()) == [(), ids(3), ids(3)]


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("## Exe 9 & 10", (9, 10)),
        ("## Exercises 9 and 10 in one figure", (9, 10)),
        ("## Exe 9, 10 and 11", (9, 10, 11)),
        ("## Exe 9/10", (9, 10)),
        ("## Exercices 9 et 10", (9, 10)),
        ("## Exe 9 + Exe 10", (9, 10)),
        ("## Exe. 12-16 for NET II", (12, 13, 14, 15, 16)),
        ("## Exercises 12 to 14", (12, 13, 14)),
        ("## Exe 12 – 14", (12, 13, 14)),
        ("## Exe 12 - 3 layers", (12,)),
        ("## Exe 19 and 20", (19,)),
    ],
)
def test_lists_and_ranges_name_every_exercise(heading: str, numbers: tuple[int, ...]) -> None:
    assert assigned(md(heading), py()) == [ids(*numbers)] * 2


@pytest.mark.parametrize(
    "prose",
    [
        "We use 3 layers.",
        "3 layers are used here.",
        "3x3 kernels",
        "## 3x3 kernels",
        "NET I has 20 epochs",
        "NET I's accuracy is better",
        "Exe 6's history is plotted",
        "Exercise 3 was the hardest",
        "Exercise 3, which we solved above",
        "As in Exe. 3 we compile.",
        "## Example 3",
        "## Results after 3 epochs",
        "## NET I and NET II",
        "## Faster than NET I",
        "## 100% of exercises",
        "```\n# Exe 3\n```",
        "Observations\n\nExe 3 was repeated.",
        "",
    ],
)
def test_prose_is_no_heading(prose: str) -> None:
    assert assigned(md("## Exe 8"), py(), md(prose), py()) == [ids(8)] * 4


@pytest.mark.parametrize(
    "source",
    [
        "# we use 3 layers\nx = 1",
        "# NET I has 20 epochs\nx = 1",
        "# same as exe 3\nx = 1",
        "# 3. define\nx = 1",
        "x = 1  # Exe 3",
        "x = 1\n# exe 3 history is used here",
        "def f():\n    # Exe 3\n    pass",
    ],
)
def test_comment_among_code_is_no_heading(source: str) -> None:
    assert assigned(md("## Exe 8"), py(source), py()) == [ids(8)] * 3


def test_tag_wins_over_heading_and_holds_for_what_is_inserted_below() -> None:
    assert assigned(md("## Exe 3"), py("x", "exe11"), py(), md("## Exe 4"), py()) == [
        ids(3),
        ids(11),
        ids(11),
        ids(4),
        ids(4),
    ]


def test_tag_of_another_assignment_is_ignored() -> None:
    assert assigned(md("## Exe 3"), py("x", "s3.module")) == [ids(3), ids(3)]


def test_order_and_repetition_are_free() -> None:
    cells = [md("## Exe 5"), py(), md("## Exe 2"), py(), md("## Exe 5 again"), py()]
    assert assigned(*cells) == [ids(5), ids(5), ids(2), ids(2), ids(5), ids(5)]


def test_sub_heading_leaves_the_section_open_and_a_chapter_ends_it() -> None:
    cells = [md("## Exe 9"), md("## Observations"), md("### Figure"), py(), md("# Appendix"), py()]
    assert assigned(*cells) == [ids(9)] * 4 + [()] * 2


def test_exercise_that_the_assignment_does_not_have_ends_the_section() -> None:
    assert assigned(md("## Exe 19"), py(), md("## Exe 25"), py()) == [ids(19), ids(19), (), ()]


@pytest.mark.parametrize(
    ("heading", "group"),
    [
        ("# NET I", GROUP_I),
        ("## NET II: larger kernels", GROUP_II),
        ("## Net 2", GROUP_II),
        ("## Second network", GROUP_II),
        ("## Define a new model (NET III)", GROUP_III),
        ("## NET III, an improvement of NET I and NET II", GROUP_III),
        ("**NET II**", GROUP_II),
        ("NET II", GROUP_II),
    ],
)
def test_words_name_the_group(heading: str, group: tuple[str, ...]) -> None:
    assert assigned(md(heading), py()) == [group, group]


def test_words_in_the_first_comment_name_the_group() -> None:
    assert assigned(py("# ---- NET II ----\nx = 1"), py("# NET I has 20 epochs")) == [GROUP_II, GROUP_II]


def test_number_is_more_exact_than_words() -> None:
    assert assigned(md("## Exe. 16 NET II against NET I"), py()) == [ids(16), ids(16)]


def test_one_cell_that_does_several_exercises() -> None:
    cells = [md("## Exe 2"), py("x = 1\n# Exe 3\ny = 2\n# Exe. 4: summary\n"), py()]
    assert assigned(*cells) == [ids(2), ids(2, 3, 4), ids(4)]
    assert assigned(md("## Exe 2"), py("# Exe 3\ny = 2\n# Exe 4\n")) == [ids(2), ids(3, 4)]


def test_two_headings_in_one_markdown_cell_hold_together() -> None:
    assert assigned(md("## Exe 9\nplot\n## Exe 10\nplot"), py()) == [ids(9, 10)] * 2


@pytest.mark.parametrize(
    "contents",
    [
        "\n".join(f"- [Exe {number}](#exe{number})" for number in range(1, 20)),
        "# Contents\n" + "\n".join(f"{number}. Exercise {number}: title" for number in range(1, 6)),
        "\n\n".join(f"**Exe. {number}** Do this." for number in range(1, 20)),
        "\n\n".join(f"## Exe {number}" for number in range(3, 9)),
        "| exercise | points |\n|---|---|\n" + "\n".join(f"| Exe {number} | 2 |" for number in range(1, 8)),
        "# CIFAR-10, exercises 1 to 19",
        "# Lab: Exercises 1-19",
    ],
)
def test_contents_list_assigns_nothing(contents: str) -> None:
    assert assigned(md(contents), py(), md("## Exe 3"), py()) == [(), (), ids(3), ids(3)]


def test_sub_questions_are_parts_of_their_exercise() -> None:
    cells = [md("## Exercise 4"), md("### Question 1"), py(), md("## Exercise 5"), md("### Step 1"), py()]
    assert assigned(*cells) == [ids(4)] * 3 + [ids(5)] * 3


def test_questions_count_where_one_exercise_is_the_whole_sheet() -> None:
    cells = [md("# Exercise 1"), md("## Question 4"), py(), md("## Question 5"), py()]
    assert assigned(*cells) == [(), ids(4), ids(4), ids(5), ids(5)]


@pytest.mark.parametrize("style", ["## {}. Title", "**{}.** Title", "{}) Title", "## Step {}"])
def test_outline_counts_only_if_it_covers_the_assignment(style: str) -> None:
    outline = [cell for number in range(1, 13) for cell in (md(style.format(number)), py())]
    assert assigned(*outline) == [ids(number) for number in range(1, 13) for _ in range(2)]
    assert assigned(*outline[:10]) == [()] * 10


def test_where_exercises_have_no_numbers_headings_name_them_by_words() -> None:
    exercises = [ExerciseHeading("first", (), ("first network",)), ExerciseHeading("own", (), ("own network",))]
    sources = ("## Exercise 2: the first network", "## Question 1: your own network")
    cells = tuple(Cell(position, "markdown", source) for position, source in enumerate(sources, 1))
    assert assign_cells(Notebook("work", cells), exercises) == {
        1: SectionHint(("first",)),
        2: SectionHint(("own",)),
    }


def test_notebook_without_any_sign_gets_no_hint() -> None:
    assert assigned(md("# CIFAR-10"), py(), py("# load the data")) == [(), (), ()]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("code", "markdown", "raw")),
            st.text() | st.text(alphabet="#*<>h2 Exe.-,&0123456789NETI\n[](|"),
            st.lists(st.sampled_from(("exe03", "other")), max_size=1).map(tuple),
        ),
        max_size=6,
    )
)
def test_hints_name_known_exercises_once_whatever_is_written(
    cells: list[tuple[CellKind, str, tuple[str, ...]]],
) -> None:
    known = {exercise.id for exercise in EXERCISES}
    for exercises in assigned(*cells):
        assert set(exercises) <= known
        assert len(set(exercises)) == len(exercises)


@given(number=st.integers(1, 19), word=st.sampled_from(("Exe", "Exercise", "Übung", "Question", "练习")))
def test_separator_and_leading_zeros_do_not_matter(number: int, word: str) -> None:
    for separator in (" ", ". ", ": ", " #", "-", ".", "", " 0"):
        assert assigned(md(f"## {word}{separator}{number}"), py()) == [ids(number)] * 2
