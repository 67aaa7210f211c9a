"""A tiny builder of HTML in which forgetting to escape is not possible.

A child of `element` is either finished `Html` or a string, and every string is escaped. `Html` is not a
string, so the two cannot be mixed up by adding them. Tags are closed by construction.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

from grader.report.text import plain

__all__ = ["Html", "element", "join", "text"]

_VOID = frozenset({"br", "meta"})


@dataclass(frozen=True)
class Html:
    """A piece of finished HTML. Made by `element`, `join` and `text`; by hand only from constants."""

    source: str


def text(content: str) -> Html:
    """Return `content` as HTML text, safe between tags and in quotes, without control characters."""
    return Html(html.escape(plain(content), quote=True))


def join(*parts: Html | str | None) -> Html:
    """Return the parts one after the other; strings are escaped, None is left out."""
    return Html("".join(_source(part) for part in parts))


def element(tag: str, *children: Html | str | None, **attributes: str | bool | None) -> Html:
    """Return one element with its children.

    Attributes that clash with Python's words end in an underscore (``class_``); other underscores become
    hyphens. None and False leave an attribute out, True gives it without a value.
    """
    opening = tag + "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in _VOID:
        return Html(f"<{opening}>")
    return Html(f"<{opening}>{join(*children).source}</{tag}>")


def _attribute(name: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{text(value).source}"'


def _source(part: Html | str | None) -> str:
    if part is None:
        return ""
    return part.source if isinstance(part, Html) else text(part).source
