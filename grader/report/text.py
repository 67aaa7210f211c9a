"""Text of unknown origin made harmless to show: names of files, errors of cells, answers of students.

Escaping for a format (HTML, Markdown, rich) comes after this and belongs to its renderer.
"""

from __future__ import annotations

import re

__all__ = ["one_line", "plain", "well_formed"]

LONGEST = 4_000
"""Characters kept of one text, so that a cell that prints a million digits does not bury the feedback."""

_TERMINAL_SEQUENCE = re.compile(
    r"\x1b[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\)?"  # strings to the terminal: window titles, links
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # colours, cursor movements
    r"|\x1b[ -/]*[0-~]?"  # the rest
)
_LINE_BREAK = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
# Controls except newline and tab; the marks that make text read in another order than it is written; and what has no
# width, which hides differences, but for the joiners (U+200C, U+200D) that several scripts and emoji are written with.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff]"
)
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def well_formed(text: str) -> str:
    """Replace lone surrogates (a file name in Latin-1 has them), which no encoding can write, by U+FFFD."""
    return _LONE_SURROGATE.sub("\ufffd", text)


def plain(text: str, longest: int = LONGEST) -> str:
    """Return `text` without terminal sequences and control characters except newline and tab, clipped."""
    text = _LINE_BREAK.sub("\n", _TERMINAL_SEQUENCE.sub("", text))
    text = well_formed(_UNSEEN.sub("", text))
    if len(text) <= longest:
        return text
    return f"{text[:longest]} … ({len(text) - longest} more characters)"


def one_line(text: str, longest: int = LONGEST) -> str:
    """Return `text` like `plain`, with every run of white space as one space."""
    return " ".join(plain(text, longest).split())
