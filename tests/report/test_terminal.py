"""The report in terminals: small ones, those without colour, those that know ASCII only."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from grader.report.model import ManualPoints, Report
from grader.report.terminal import print_report
from grader.report.wording import STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable

HOSTILE = (
    "[red]",
    "[/]",
    "[link=https://example.org]",
    "\x1b[2J",
    "\x1b]0;t\x07",
    "\x9b31m",
    "\r",
    "\x07",
    "\\[",
    ":bomb:",
    "\x1b]52;c;YQ==\x07",
    "\x1b]8;;https://example.org\x1b\\",
    "\x1b[",
    "\x1b",
    "\x9d0;t\x9c",
    "\u202e",
    "\u2066",
    "\u200b",
    "\ud800",
    "\n::error::",
    "##[error]",
)
PIECES = st.lists(st.text(max_size=20) | st.sampled_from(HOSTILE), max_size=6).map("".join)


def printed(report: Report, encoding: str = "utf-8", width: int = 80, *, colour: bool = False) -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
    terminal = Console(
        file=file,
        width=width,
        force_terminal=colour,
        color_system="truecolor" if colour else None,
        _environ={},
    )
    print_report(report, terminal)
    file.seek(0)
    return file.read()


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "cp1252"])
@given(pieces=PIECES)
def test_no_controls_reach_the_terminal(pieces: str, encoding: str, saying: Callable[[str], Report]) -> None:
    shown = printed(saying(pieces), encoding)
    assert {sign for sign in shown if unicodedata.category(sign) == "Cc"} <= {"\n"}


@given(pieces=PIECES)
def test_only_our_colours_reach_a_colour_terminal(pieces: str, saying: Callable[[str], Report]) -> None:
    coloured = printed(saying(pieces), colour=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == printed(saying(pieces))
    assert set(re.findall(r"\x1b\[[\d;]*m", coloured)) == set(
        re.findall(r"\x1b\[[\d;]*m", printed(saying("word"), colour=True))
    )


@pytest.mark.parametrize("markup", ["[red]x[/red]", "[/nothing]", ":bomb:", "\\[b]", "[link=x]y[/link]"])
def test_markup_is_shown_as_it_is(markup: str, saying: Callable[[str], Report]) -> None:
    assert printed(saying(markup)).count(markup) >= 10


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_it_fits_eighty_columns(report: Report, encoding: str) -> None:
    assert max(cell_len(line) for line in printed(report, encoding).split("\n")) <= 80


def test_ascii_terminals_get_ascii(report: Report) -> None:
    shown = printed(report, "ascii")
    assert shown.isascii()
    assert "x failed" in shown
    assert "+ passed" in shown
    assert "(5*5*32 + 1)*64 = 51 264" in words(shown)


def test_every_exercise_has_its_row(report: Report) -> None:
    rows = [words(row) for row in printed(report, width=120).split("\n")]
    for exercise in report.exercises:
        start = f"{exercise.id} {exercise.title} "
        end = f" {STATUSES[exercise.status].symbol} {STATUSES[exercise.status].words}"
        assert any(row.startswith(start) and row.endswith(end) for row in rows)
    assert "exe07 Evaluate NET I 3 / 5 2 undecided ◐ partial" in rows
    assert "exe19 Your own improvement 3 pending … pending" in rows


def test_what_cost_points_is_explained(report: Report) -> None:
    shown = words(printed(report))
    assert "◐ partial Kernels of 5 × 5 (2.67 / 4, cells 12, 31) Found a 3 × 3 kernel" in shown
    assert "✗ failed Pools after the second and third convolution (0 / 3, cell 31)" in shown
    assert "! grader error The last 20 % validate (0 / 3)" in shown
    assert "32, 64 and 64 filters" not in shown, "what passed is not listed"


def test_the_numbers_of_the_score(report: Report) -> None:
    lines = [words(line) for line in printed(report).strip().split("\n")[-3:]]
    assert lines[0] == "Automatic points 58.67 / 86 earned / possible"
    assert lines[1].startswith("Undecided 5 ")
    assert lines[2].startswith("Manual pending 14 ")


def test_undecided_is_shown_when_it_is_nothing(saying: Callable[[str], Report]) -> None:
    assert "Undecided 0 " in words(printed(saying("word")))


def test_manual_points_once_given(report: Report) -> None:
    graded = report.model_copy(update={"manual": ManualPoints(given=9, possible=14), "exercises": ()})
    assert "Manual points 9 / 14 given / possible Manual pending 0" in words(printed(graded))


def test_remarks_failed_cells_and_the_run(report: Report) -> None:
    shown = words(printed(report))
    assert "Remarks (no points lost) - Cell 3: `keras.utils.np_utils` is gone" in shown
    assert "cell 40 NameError: name 'history3' is not defined" in shown
    assert "run 37 code cells in 5.2 s sandbox subprocess" in shown
    assert "keras 3.15.0, python 3.11.2, tensorflow 2.21.0" in shown


def test_answers_with_their_question_and_claims(report: Report) -> None:
    shown = words(printed(report))
    assert "exe09 Accuracy over the epochs: what do you see? (cell 26) The curves part after epoch 6:" in shown
    assert "✓ 193,034 parameters: NET I (cell 12) has 193 034" in shown
    assert "≠ 193 043 parameters: no model has so many" in shown
    assert "? 68 % accuracy: not run at this effort" in shown
    assert "+ 193,034 parameters" in words(printed(report, "ascii"))


@pytest.mark.parametrize(("lines", "left"), [(8, ""), (9, "(lines left out: 1)"), (20, "(lines left out: 12)")])
def test_of_a_long_answer_the_terminal_shows_the_beginning(
    lines: int, left: str, saying: Callable[[str], Report]
) -> None:
    shown = printed(saying("\n".join(f"line-{number}" for number in range(1, lines + 1))))
    answers = shown.partition("Written answers")[2].partition("Remarks")[0]
    assert sum(row.strip() == "line-8" for row in answers.split("\n")) == 1, "once for two exercises"
    assert "exe01, exe02" in answers
    assert not any(row.strip() == "line-9" for row in answers.split("\n"))
    assert ("left out" in answers) == bool(left)
    assert left in answers


def test_the_header_says_what_was_graded(report: Report) -> None:
    shown = words(printed(report))
    assert shown.startswith(f"{report.assignment_title} submission {report.submission} assignment nets effort sketch")
