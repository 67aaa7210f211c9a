"""What a student wrote in words: markdown under an exercise that is more than headings and template text."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.intake.headings import LineKind, markdown_lines
from grader.intake.numbering import read_label

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from grader.intake.notebook import Notebook
    from grader.intake.sections import SectionHint

__all__ = ["WrittenAnswer", "collect_answers"]

# Each part stops at its own beginning and an open comment runs to the end: linear time on any text.
_NOT_PROSE = re.compile(r"<!--.*?(?:-->|\Z)|!\[[^\[\]\n]*\]\([^()\n]*\)|<img\b[^<>\n]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class WrittenAnswer:
    """The student's own prose in the markdown cell at the 1-based position `cell`, as markdown."""

    cell: int
    text: str


def collect_answers(
    notebook: Notebook, hints: Mapping[int, SectionHint], prompts: Collection[str] = ()
) -> dict[str, tuple[WrittenAnswer, ...]]:
    """Written answers by exercise id, in the order of the notebook; exercises without one are left out.

    `prompts` are the texts that the template itself holds. They are taken out wherever they stand, however
    their blanks and line breaks were changed. A cell under several exercises answers each of them.
    """
    patterns = [_pattern(prompt) for prompt in sorted(prompts, key=len, reverse=True) if prompt.strip()]
    answers: defaultdict[str, list[WrittenAnswer]] = defaultdict(list)
    for cell in notebook.cells:
        hint = hints.get(cell.position)
        if hint is None or cell.kind != "markdown":
            continue
        text = cell.source
        for pattern in patterns:
            text = pattern.sub("", text)
        if _has_prose(text):
            for exercise in hint.exercises:
                answers[exercise].append(WrittenAnswer(cell.position, text.strip()))
    return {exercise: tuple(found) for exercise, found in answers.items()}


def _pattern(prompt: str) -> re.Pattern[str]:
    """The prompt as whole words, whatever blanks stand between them."""
    return re.compile(r"(?<!\S)" + r"\s+".join(re.escape(word) for word in prompt.split()) + r"(?!\S)")


def _has_prose(text: str) -> bool:
    """Whether any word remains that is not in a heading, an image or a comment."""
    for line in markdown_lines(_NOT_PROSE.sub("", text)):
        if line.kind is LineKind.HEADING:
            continue
        label = read_label(line) if line.kind is not LineKind.TEXT else None
        if re.search(r"\w", label.title if label else line.title):
            return True
    return False
