"""Lines of a notebook that may head an exercise, before anybody asks which exercise."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["UNRANKED", "Line", "LineKind", "comment_lines", "markdown_lines"]

UNRANKED = 3
"""Rank of a heading without one (bold text, a comment): beside ``###``, below the chapters of a notebook."""

# No title is longer. The cut also bounds the work that the patterns below do on a hostile line.
_LONGEST_TITLE = 200

_ATX = re.compile(r" {0,3}(#{1,6})[ \t]*(.*)")
_HTML_HEADING = re.compile(r"\s*<h([1-6])\b[^>]*>(.*)", re.IGNORECASE)
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})\s*")
_FENCE = re.compile(r" {0,3}(?:```|~~~)")
_BOLD = re.compile(r"\s*(?:<(?:font|span|center|p|div)\b[^>]*>\s*)*(?:\*\*|__|<b>|<strong>)", re.IGNORECASE)
_BOLD_RUN = re.compile(rf"{_BOLD.pattern}(.+?)(?:\*\*|__|</b>|</strong>)", re.IGNORECASE)
_LIST_ITEM = re.compile(r"\s*(?:[-*+]\s|\|)")
_LIST_NUMBER = re.compile(r"\s*\d+[.)]\s+")
_COMMENT = re.compile(r"#[#\s]*(?:@(?:title|markdown)\b)?(.*)", re.IGNORECASE)
_BEFORE_CODE = re.compile(r"\s*(?:$|%|!)")
_TAGS_AND_MARKUP = re.compile(r"<[^>]*>|[*_`~]{2,}|\\(?=[#.*_\-])|`")
_LEADING_DECORATION = re.compile(r"[\W_]+")


class LineKind(Enum):
    """How a line is set, and with it how freely it may name an exercise."""

    HEADING = "heading"
    """Set as a heading of markdown: ``#``, underlined, ``<h2>``."""
    OPENING = "opening"
    """The first line of a markdown cell."""
    BOLD = "bold"
    """A line of markdown that begins in bold."""
    TEXT = "text"
    """Any other line of markdown; it heads nothing, but many that name exercises are a contents list."""
    OPENING_COMMENT = "opening comment"
    """The comment that a code cell opens with."""
    COMMENT = "comment"
    """A further comment at the margin of a code cell."""


@dataclass(frozen=True)
class Line:
    """A candidate: its text free of markup, how it is set, and its rank (1 is the highest).

    `bold` is the part in bold that it begins with, as in "**Dropout** You have seen that ...".
    """

    title: str
    kind: LineKind
    rank: int = UNRANKED
    bold: str = ""


def markdown_lines(source: str) -> Iterator[Line]:
    """The lines of a markdown cell that hold text, outside of fenced code."""
    lines = [line[:_LONGEST_TITLE] for line in source.splitlines()]
    fenced = False
    opening = True
    for line, following in zip_longest(lines, lines[1:], fillvalue=""):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced and (found := _markdown_line(line, following, opening=opening)).title:
            yield found
            opening = False


def _markdown_line(line: str, following: str, *, opening: bool) -> Line:
    if heading := _ATX.match(line) or _HTML_HEADING.match(line):
        level = heading[1]
        return Line(_plain(heading[2].rstrip(" #")), LineKind.HEADING, len(level) if "#" in level else int(level))
    if item := _LIST_ITEM.match(line):
        return Line(_plain(line[item.end() :]), LineKind.TEXT)
    if _UNDERLINE.fullmatch(following):
        return Line(_plain(line), LineKind.HEADING, 1 if "=" in following else 2)
    run = _BOLD_RUN.match(line)
    bold = _plain(run[1]) if run else ""
    if opening:
        return Line(_plain(line), LineKind.OPENING, bold=bold)
    if _BOLD.match(line):
        return Line(_plain(line), LineKind.BOLD, bold=bold)
    # Only here, since a numbered line that opens a cell or stands in bold may be a heading: "**3.** Define".
    return Line(_plain(_LIST_NUMBER.sub("", line, count=1)), LineKind.TEXT)


def comment_lines(source: str) -> Iterator[Line]:
    """The comments of a code cell that begin at the margin; the first opens it if no code stands before."""
    opening = True
    for line in source.splitlines():
        comment = _COMMENT.match(line[:_LONGEST_TITLE])
        if comment is None:
            opening = opening and _BEFORE_CODE.match(line) is not None
        elif title := _plain(comment[1]):
            yield Line(title, LineKind.OPENING_COMMENT if opening else LineKind.COMMENT)
            opening = False


def _plain(text: str) -> str:
    """Text without HTML, emphasis, anchors and leading decoration; full-width digits in plain form."""
    text = _TAGS_AND_MARKUP.sub("", unicodedata.normalize("NFKC", text)).strip()
    return _LEADING_DECORATION.sub("", text, count=1) if _LEADING_DECORATION.match(text) else text
