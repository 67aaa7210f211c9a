"""The Markdown report: whatever students write stays text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.report import RENDERERS
from grader.report.model import ManualPoints, Report
from grader.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from markdown_it.token import Token

render = RENDERERS["md"].render
parse = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse

HOSTILE = (
    "|",
    "\\|",
    "\\",
    "\n\n# heading\n\n",
    "\n```\n<b>\n",
    "\n  ````\n~~~",
    "`",
    "``` ` ``",
    "<script>",
    "<!-- ",
    "<img src=//example.org/x>",
    "[x](javascript:alert(1))",
    "[x][y]",
    "\n\n[y]: //example.org\n",
    "<a@example.org>",
    "| a | b |\n|---|---|\n",
    "\u202e",
    "\ud800",
    "</details>",
    "![x](https://example.org/x.png)",
    "[x]: /y",
    "<https://example.org>",
    "_https://example.org",
    "www.example.org",
    "@everyone",
    "me@example.org",
    "#12",
    "GH-12",
    "&amp;",
    "**b** _i_ ~~s~~ $x$",
    "1. ",
    "- ",
    "+ ",
    "---\n",
    "===\n",
    "> ",
    "    ",
    "\t",
    "\r",
)
PIECES = st.lists(st.text(max_size=10) | st.sampled_from(HOSTILE), max_size=8).map("".join)


def outline(tokens: Sequence[Token]) -> Iterator[str]:
    """The structure of a document, without its texts."""
    for token in tokens:
        if token.children is None:
            yield f"{token.type} {token.tag} {token.info}"
            continue
        previous = ""
        for child in token.children:
            # How many pieces one text is parsed in is no structure.
            if child.type != "text" or previous != "text":
                yield child.type
            previous = child.type


def texts(tokens: Sequence[Token]) -> Iterator[str]:
    """What is shown outside of code, where GitHub looks for mentions and addresses."""
    for token in tokens:
        if token.children is not None:
            yield "".join(child.content for child in token.children)


@given(pieces=PIECES)
def test_structure_does_not_depend_on_what_is_said(pieces: str, saying: Callable[[str], Report]) -> None:
    expected = list(outline(parse(render(saying("word")))))
    assert list(outline(parse(render(saying(f"word{pieces}"))))) == expected
    assert list(outline(parse(render(saying(f"{pieces}word"))))) == expected


@given(pieces=PIECES)
def test_nothing_is_linked_or_mentioned(pieces: str, saying: Callable[[str], Report]) -> None:
    for shown in texts(parse(render(saying(pieces)))):
        assert not re.search(r"(?i)[@#]\w|gh-\d|(?:https?|ftp|mailto|xmpp):|www\.", shown)


@given(pieces=PIECES)
def test_text_is_shown_as_it_is(pieces: str, saying: Callable[[str], Report]) -> None:
    said = f"word {pieces} word"
    seen = [shown.replace("\u200b", "") for shown in texts(parse(render(saying(said))))]
    assert one_line(said).replace("\u200b", "") in seen


def test_tables_have_a_row_an_exercise(report: Report) -> None:
    lines = render(report).split("\n")
    rows = [line for line in lines if line.startswith("| exe")]
    assert len(rows) == 19
    assert {line.count("|") for line in rows} == {6}
    assert "| exe07 | Evaluate NET I | 3 / 5 | 2 undecided | ◐ partial |" in rows


def test_the_numbers_of_the_score(report: Report) -> None:
    assert "**58.67 / 86 automatic points** · 5 undecided · 14 manual points pending\n" in render(report)


def test_manual_points_once_given(report: Report) -> None:
    graded = report.model_copy(update={"manual": ManualPoints(given=9, possible=14), "exercises": ()})
    assert " · 9 / 14 manual points given · 0 manual points pending\n" in render(graded)


def test_what_cost_points_is_explained(report: Report) -> None:
    rendered = render(report)
    for exercise in report.exercises:
        for check in exercise.checks:
            if check.status.value in {"failed", "partial", "error"} and check.visibility == "public":
                assert check.title in rendered
                for line in check.message.split("\n"):
                    assert f"\n  {line}\n" in rendered
    assert "32, 64 and 64 filters" not in rendered, "what passed is not listed"


def test_answers_with_their_question_and_claims(report: Report) -> None:
    shown = [text.replace("\u200b", "") for text in texts(parse(render(report)))]
    assert "exe09, cell 26: Accuracy over the epochs: what do you see?" in shown
    assert shown[shown.index("✓ 193,034 parameters: NET I (cell 12) has 193 034") + 1 :][:2] == [
        "≠ 193 043 parameters: no model has so many",
        "? 68 % accuracy: not run at this effort",
    ]
    assert "\n  The curves part after epoch 6:\n" in render(report)
    assert "Written answers" not in render(report.model_copy(update={"exercises": ()}))


@pytest.mark.parametrize("backticks", [1, 3, 7])
def test_a_fence_is_longer_than_any_within(backticks: int, saying: Callable[[str], Report]) -> None:
    said = "before\n" + "`" * backticks + "\nafter"
    fences = [token for token in parse(render(saying(said))) if token.type == "fence"]
    assert fences
    assert {token.content for token in fences} == {f"{said}\n"}
