"""Text of unknown origin is harmless once it went through `plain`."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.text import LONGEST, one_line, plain, well_formed

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY_TEXT)
def test_plain_text_has_no_controls_and_can_be_written(text: str) -> None:
    shown = plain(text)
    shown.encode("utf-8")
    assert all(unicodedata.category(sign) != "Cc" for sign in shown if sign not in "\n\t")


@given(ANY_TEXT)
def test_plain_text_stays_as_it_is(text: str) -> None:
    shown = plain(text)
    assert plain(shown) == shown


@given(ANY_TEXT)
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;new title\x07after", "after"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jgone", "gone"),
        ("never ended \x1b]0;title\nnext line", "never ended \nnext line"),
        ("1/3\r2/3\r\n3/3", "1/3\n2/3\n3/3"),
        ("\x1b]52;c;cm0gLXJmIC8=\x07copied", "copied"),
        ("\x9d0;title\x9c", "0;title"),
        ("\x1bP0;0q\x1b\\image", "image"),
        ("over\b\b\b\bwrite", "overwrite"),
        ("ab\u202edc", "abdc"),
        ("\u2066ab\u2069\u200fc", "abc"),
        ("a\u200bd\u00adm\u2060i\ufeffn\U000e0041", "admin"),
        ("नमस्\u200dते می\u200cخواهم", "नमस्\u200dते می\u200cخواهم"),
        ("Zoë\tπ 👩🏽‍🔬\n", "Zoë\tπ 👩🏽‍🔬\n"),
    ],
)
def test_what_a_terminal_would_act_on_is_taken_out(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_long_text_is_clipped_and_says_so() -> None:
    shown = plain("7" * (LONGEST + 123))
    assert shown.startswith("7" * LONGEST)
    assert shown.endswith("(123 more characters)")


def test_a_name_in_latin_1_gets_a_replacement_character() -> None:
    assert well_formed(b"Zo\xeb.ipynb".decode("utf-8", "surrogateescape")) == "Zo\ufffd.ipynb"
