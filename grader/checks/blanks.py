"""Cells that were left blank: a slot of the template that still holds its placeholder, or nothing at all.

A blank slot is no attempt, whatever error it ends with, and what runs after it with names from the section before
is no attempt either.
"""

from __future__ import annotations

import ast
import re

from grader.evidence import CellRun

__all__ = ["blank_words", "builds_layers", "is_blank"]

# As written where code should stand: `x = ???`, `units = ____`, `raise NotImplementedError`.
_MARKS = re.compile(r"\?{3,}|(?<![\w.])_{3,}(?!\w)|(?<![\w.])<\s*(?:your|fill|insert)[^<>\n]{0,40}>", re.IGNORECASE)
_UNDONE = re.compile(r"^[ \t]*raise\s+NotImplementedError\b.*$", re.MULTILINE)
_BUILDS = re.compile(r"\b(?:Conv\w*|Dense|Sequential|Model)\s*\(")
_LAYERS = re.compile(r"\b(?:\w*Conv\w*|\w*Pool\w*|Dense|Dropout|BatchNormalization|Activation|Sequential)\s*\(")
_NOT_CONNECTED = re.compile(r"not connected|graph disconnected", re.IGNORECASE)
"""What Keras says of a model whose output does not come from its input."""


def builds_layers(source: str) -> bool:
    """Whether a code cell is about making a network."""
    return _BUILDS.search(source) is not None


def is_blank(cell: CellRun) -> bool:
    """Whether nothing was filled in where the cell should hold something of the student's own.

    That is a cell of comments only, one that stopped at its placeholder, or one that took up the tensor of the
    section before because no layer was written into this one.
    """
    if cell.kind != "code" or not cell.source.strip():
        return False
    return blank_words(cell) is not None or _does_nothing(cell.source)


def blank_words(cell: CellRun) -> str | None:
    """What to say of a cell that ended with an error because it was left blank; None for any other cell."""
    if cell.error is None:
        return None
    mark = _placeholder(cell.source)
    if mark is not None:
        return f"left blank: {mark} still stands where code was to be filled in"
    if _NOT_CONNECTED.search(cell.error) and not _LAYERS.search(_code_of(cell.source)):
        return "left blank: no layer was written between the input and the model"
    return None


def _placeholder(source: str) -> str | None:
    """The placeholder that stands in the code of a cell, such as ``???``; None if there is none."""
    code = _code_of(source)
    mark = _MARKS.search(code)
    if mark is not None:
        return mark[0]
    return "raise NotImplementedError" if _UNDONE.search(code) else None


def _code_of(source: str) -> str:
    """The source without its comments; placeholders keep it from being parsed, so line by line."""
    return "\n".join(re.sub(r"(?:^|\s)#.*", "", line) for line in source.splitlines())


def _does_nothing(source: str) -> bool:
    """Whether the code is comments, ``...``, ``pass`` and names that are set to nothing."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last two for sums of thousands of terms
        return False
    return all(map(_is_idle, body))


def _is_idle(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if not isinstance(statement, (ast.Expr, ast.Assign)) or not isinstance(statement.value, ast.Constant):
        return False
    value = statement.value.value
    return value is ... or value is None or (isinstance(statement, ast.Expr) and isinstance(value, str))
