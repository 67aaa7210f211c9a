"""Messages about a file that cannot be read, and text that is safe to print in them."""

from __future__ import annotations

import re

from grader.errors import SubmissionError

__all__ = ["encodable", "fault", "printable"]

_UNENCODABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\ufffd"


def fault(name: str, what: str, remedy: str) -> SubmissionError:
    """The error for the file `name`: what is wrong and where, then what to do. Both parts are sentences."""
    return SubmissionError(f"{printable(name)}: {what} {remedy}")


def printable(text: str, limit: int = 80) -> str:
    """Foreign text for a message: one line, at most `limit` characters, nothing that steers a terminal."""
    shown = "".join(character if character.isprintable() else _REPLACEMENT for character in text[:limit])
    return shown if len(text) <= limit else shown + "…"


def encodable(text: str) -> str:
    """The text with U+FFFD for what no file or page can hold: lone surrogates and NUL."""
    return _UNENCODABLE.sub(_REPLACEMENT, text)
