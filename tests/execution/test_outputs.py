"""Outputs of a cell as text."""

from __future__ import annotations

import nbformat.v4
import pytest

from grader.execution.outputs import error_line, shown_text


def stream(text: str, name: str = "stdout") -> nbformat.NotebookNode:
    return nbformat.v4.new_output("stream", name=name, text=text)


def display(kind: str = "display_data", **data: object) -> nbformat.NotebookNode:
    return nbformat.v4.new_output(kind, {name.replace("_", "/"): value for name, value in data.items()})


def test_text_is_what_a_reader_sees_in_order() -> None:
    outputs = [
        stream("loss 0.5\n"),
        stream("a warning\n", "stderr"),
        display("execute_result", text_plain="(10, 20)"),
        display(text_plain="<HTML object>", text_html="<td>896</td><td>30</td>"),
        display(text_plain="<Markdown object>", text_markdown="**bold**"),
        display(text_latex="$P_1$"),
        display(image_png="iVBORw0KGgo="),
        nbformat.v4.new_output("error", ename="ValueError", evalue="x", traceback=[]),
    ]
    words = shown_text(outputs).split()
    assert words[:8] == ["loss", "0.5", "(10,", "20)", "<HTML", "object>", "896", "30"]
    assert words[8:] == ["<Markdown", "object>", "**bold**", "$P_1$"]


def test_lists_of_lines_are_joined() -> None:
    assert shown_text([display(text_plain=["a\n", "b"], text_html=["<b>", "c</b>"])]).split() == ["a", "b", "c"]


def test_colours_are_left_out() -> None:
    assert shown_text([stream("\x1b[1;31mred\x1b[0m")]) == "red"


def test_flood_is_cut() -> None:
    assert len(shown_text([stream("x" * 3_000_000)])) < 1_000_000


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("ValueError", "bad", "ValueError: bad"),
        ("ValueError", "first\nsecond", "ValueError: first"),
        ("SyntaxError", "invalid syntax (3485564072.py, line 1)", "SyntaxError: invalid syntax (line 1)"),
        ("SyntaxError", "bad (<ipython-input-2-0a1b>, line 12)", "SyntaxError: bad (line 12)"),
        ("SyntaxError", "bad (module.py, line 1)", "SyntaxError: bad (module.py, line 1)"),
        ("AssertionError", "", "AssertionError: "),
        ("ValueError", "\x1b[31mred\x1b[0m", "ValueError: red"),
    ],
)
def test_error_line_is_name_and_first_line(name: str, value: str, line: str) -> None:
    error = nbformat.v4.new_output("error", ename=name, evalue=value, traceback=["long"])
    assert error_line([stream("before\n"), error]) == line
    assert error_line([stream("before\n")]) is None


def test_error_line_is_short() -> None:
    (line,) = {error_line([nbformat.v4.new_output("error", ename="E", evalue="x" * 10_000, traceback=[])])}
    assert line is not None
    assert len(line) <= 500
