"""Numbers in what a notebook says: in outputs, variables, markdown and comments."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.checks.submission import Submission
from grader.evidence.schema import Numbers

__all__ = ["Shown", "numbers_in", "numbers_stated", "shown_numbers", "shows_value"]

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:[.,]\d+)?(?:[eE][-+]?\d{1,4})?")
_GROUPED = re.compile(r"(?<![\w.,])\d{1,3}(?:[ \u00a0\u202f,._'’]\d{3})+(?![\d])")
_HEADING = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_HALF_HUNDREDTH = 0.005000001
_SEPARATORS = re.compile(r"[ \u00a0\u202f,._'’]")


def numbers_in(text: str) -> set[float]:
    """The numbers in a text, those with separated thousands (18 496, 18,496) in both readings."""
    found = {float(token.replace(",", ".")) for token in _NUMBER.findall(text)}
    found |= {float(_SEPARATORS.sub("", token)) for token in _GROUPED.findall(text)}
    return found


@dataclass(frozen=True)
class Shown:
    """A number as it is shown, with so many decimals; None for one that is held to the last digit."""

    value: float
    decimals: int | None

    def rounds(self, exact: float, least: int) -> bool:
        """Whether it is the exact value rounded to `least` decimals or more; `round` drops a last 0."""
        computed = 1e-6 * max(1.0, abs(exact))  # whatever the order of summing, and in single precision
        if self.decimals is None:
            return abs(self.value - exact) <= computed
        if self.decimals < 1 or (self.decimals < least and not self.value):
            return False
        return abs(self.value - exact) <= 0.5 * 10.0 ** -max(self.decimals, least) + computed


def shown_numbers(text: str) -> Iterator[Shown]:
    """The numbers in a text with their decimals."""
    for token in _NUMBER.findall(text):
        mantissa, _, exponent = token.lower().replace(",", ".").partition("e")
        yield Shown(float(token.replace(",", ".")), len(mantissa.partition(".")[2]) - int(exponent or 0))


def shows_value(text: str, value: float) -> bool:
    """Whether a text shows the value, rounded to two decimals or more, as it is or in per cent.

    `round` drops a last 0: 0.7 may be 0.70.
    """
    for token in _NUMBER.findall(text):
        mantissa, _, exponent = token.lower().partition("e")
        decimals = len(mantissa.replace(",", ".").partition(".")[2]) - (int(exponent) if exponent else 0)
        shown = float(token.replace(",", "."))
        half = float(f"0.5000001e{-decimals}")  # infinite, where 10.0**400 would be an error
        if decimals >= 1 and abs(shown - value) <= min(half, _HALF_HUNDREDTH) + 1e-7 * abs(value):
            return True
        # 71 % says as much as 0.71.
        if decimals >= 0 and value >= 0.01 and abs(shown - 100 * value) <= half + 1e-5:
            return True
    return False


def numbers_stated(submission: Submission, first: int, last: int) -> set[float]:
    """All numbers stated in the cells at positions `first` to `last`: said, computed, written or noted.

    What the template says is not the student's, and the number of a heading is no figure.
    """
    found: set[float] = set()
    for cell in submission.cells(first, last):
        if cell.kind == "code":
            found |= numbers_in(submission.printed(cell))
            found |= numbers_in("\n".join(_comments(cell.source)))
        elif not submission.is_prompt(cell.source):
            found |= numbers_in(_HEADING.sub("", cell.source))
    for event in submission.evidence.of(Numbers):
        if first <= submission.evidence.position(event.cell) <= last:
            found |= {number for numbers in event.variables.values() for number in numbers}
    return found


def _comments(source: str) -> Iterable[str]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                yield token.string
    except (tokenize.TokenError, SyntaxError):  # IPython's own syntax, or a cell that does not parse
        return
