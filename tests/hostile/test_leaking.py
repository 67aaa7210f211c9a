"""What a notebook shows is shown as what it is: text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.hostile.conftest import Attack

_OWN_CODES = re.compile(r"\x1b\[[0-9;]*m")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)
        self.attributes |= {name for name, _ in attrs}


def _kinds(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        yield token.type
        yield from _kinds(token.children or ())


def test_reports_hold_no_markup_and_no_control_code_of_a_notebook(attack: Attack) -> None:
    outcome = attack("leaking/markup")
    tags = _Tags()
    tags.feed(outcome.shown["html"])
    assert tags.found.isdisjoint({"script", "img", "iframe", "object", "svg"})
    assert not any(name.startswith("on") for name in tags.attributes)
    screen = _OWN_CODES.sub("", outcome.shown["terminal"])
    assert _CONTROL.findall(screen) == []
    assert "31m" not in screen, "half a control code is shown"
    markdown = [*_kinds(MarkdownIt().parse(outcome.shown["md"]))]
    assert {"html_block", "html_inline", "image", "link_open"}.isdisjoint(markdown)
