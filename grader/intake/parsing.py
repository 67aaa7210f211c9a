"""From text to the JSON object of a notebook, with a plain word for whatever the file is instead."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from grader.intake.faults import fault

if TYPE_CHECKING:
    from grader.errors import SubmissionError

__all__ = ["parse"]

# A JSON string cannot run over lines, so a line of a healthy notebook never begins with one of these.
_MERGE_MARKER = re.compile(r"^(?:<{7}|={7}|>{7})(?=\s|$)", re.MULTILINE)
_HTML = re.compile(r"\s*<(?:!doctype|html|head|body|\?xml|!--)", re.IGNORECASE)
_SCRIPT = re.compile(
    r"^(?:import[ \t]|from[ \t]+\S+[ \t]+import\b|def[ \t]|class[ \t]|print\b|#!|#[ \t]*(?:%%|-\*-|In\[))",
    re.MULTILINE,
)
_LFS_POINTER = "version https://git-lfs.github.com/"


def parse(text: str, name: str) -> dict[str, object]:
    """The top-level object of the file.

    Raises `SubmissionError` if the text is not JSON, is nested too deeply, or is not an object.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, name, error) from error
    except RecursionError as error:
        raise fault(
            name,
            "the JSON is nested too deeply to be a notebook.",
            "Open it in Jupyter, save it again and hand in that file.",
        ) from error
    except ValueError as error:  # Python refuses whole numbers of more than some thousand digits
        raise fault(
            name,
            "the JSON holds a number with thousands of digits, which cannot be read.",
            "Clear all outputs in the notebook, save it and hand in that file.",
        ) from error
    if not isinstance(document, dict):
        raise fault(
            name,
            f"this is JSON but not a notebook: it holds {_kind(document)} where a notebook has an object.",
            "Hand in the .ipynb file that Jupyter or Colab saves.",
        )
    return document


def _not_json(text: str, name: str, error: json.JSONDecodeError) -> SubmissionError:
    """What the text is instead of JSON, most telling sign first."""
    if not text.strip():
        return fault(name, "the file holds nothing but blanks.", "Save the notebook again and hand in that file.")
    marker = _MERGE_MARKER.search(text)
    if marker and text.lstrip().startswith(("{", marker[0])):
        line = text.count("\n", 0, marker.start()) + 1
        return fault(
            name,
            f"line {line} is a merge marker of git ({marker[0]}): two versions of the notebook are mixed.",
            "Resolve the conflict (for example with nbdime), or hand in one of the two versions.",
        )
    if _HTML.match(text):
        return fault(
            name,
            "this is a web page (HTML), not a notebook.",
            "Download the notebook itself, for example by File > Download > .ipynb.",
        )
    if text.startswith(_LFS_POINTER):
        return fault(name, "this is a pointer of Git LFS, not the notebook.", "Run `git lfs pull` and try again.")
    broken_notebook = text.lstrip().startswith("{")
    if not broken_notebook and _SCRIPT.search(text):
        return fault(
            name,
            "this looks like a Python script, not a notebook.",
            "Hand in the .ipynb file, or put the code into the cells of a notebook.",
        )
    place = f"line {error.lineno}, column {error.colno}"
    if broken_notebook and _cut_short(text, error):
        return fault(
            name,
            f"the file ends in the middle of the notebook ({place}): it was cut short.",
            "Save the notebook again and hand in that file.",
        )
    return fault(
        name,
        f"the file is not JSON: {error.msg} at {place}.",
        "Open it in Jupyter, save it again and hand in that file.",
    )


def _cut_short(text: str, error: json.JSONDecodeError) -> bool:
    return error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")


def _kind(document: object) -> str:
    if isinstance(document, list):
        return "a list"
    if isinstance(document, str):
        return "a text"
    return "a single value"
