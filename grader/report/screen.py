"""What a terminal can show: text that is neither markup nor commands to it, in characters that it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from grader.report.model import Status
from grader.report.text import one_line, plain
from grader.report.wording import STATUSES, Wording

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["STYLES", "fit", "safe", "safe_line", "status", "symbol"]

STYLES = {
    Status.PASSED: "green",
    Status.PARTIAL: "yellow",
    Status.FAILED: "red",
    Status.NOT_ATTEMPTED: "dim",
    Status.UNDECIDED: "cyan",
    Status.PENDING: "cyan",
    Status.ERROR: "magenta",
}

# Signs of our own messages that have a good neighbour in ASCII; any other becomes a question mark.
_NEIGHBOURS = str.maketrans(
    {"×": "x", "·": "*", "–": "-", "—": "-", "−": "-", "…": "...", "→": "->", "≥": ">=", "≤": "<=", "≠": "!="}
    | {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " "}
)


def fit(console: Console, text: str) -> str:
    """Return `text` in the characters of the console's encoding, so that printing it cannot fail."""
    try:
        text.encode(console.encoding)
    except UnicodeEncodeError:
        return text.translate(_NEIGHBOURS).encode(console.encoding, "replace").decode(console.encoding)
    return text


def safe(console: Console, text: str, style: str = "") -> Text:
    """Return text of unknown origin as it may be printed: `Text` is never parsed as rich markup."""
    return _folded(console, plain(text), style)


def safe_line(console: Console, text: str, style: str = "") -> Text:
    """Return `safe` text on one line."""
    return _folded(console, one_line(text), style)


def _folded(console: Console, text: str, style: str) -> Text:
    # Folded, never cut: nothing may be lost, and the ellipsis of a cut is not in every encoding.
    return Text(fit(console, text), style=style, overflow="fold")


def status(console: Console, value: Status) -> Text:
    """Return a status as symbol and words; the colour only repeats them."""
    wording = STATUSES[value]
    return Text(f"{symbol(console, wording)} {wording.words}", style=STYLES[value])


def symbol(console: Console, wording: Wording) -> str:
    """Return the symbol of a wording, or its neighbour in ASCII where the console does not have it."""
    return wording.ascii if fit(console, wording.symbol) != wording.symbol else wording.symbol
