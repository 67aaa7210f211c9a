"""What a student wrote in words: markdown that is more than headings and template text, with what it answers."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.intake.headings import Line, LineKind, markdown_lines
from grader.intake.numbering import read_label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from grader.intake.notebook import Notebook
    from grader.intake.sections import SectionHint

__all__ = ["WrittenAnswer", "collect_answers", "collect_loose_answers"]

# Each part stops at its own beginning and an open comment runs to the end: linear time on any text.
_NOT_PROSE = re.compile(r"<!--.*?(?:-->|\Z)|!\[[^\[\]\n]*\]\([^()\n]*\)|<img\b[^<>\n]*>", re.DOTALL | re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])\s+")
_LONGEST_QUESTION = 600


@dataclass(frozen=True)
class WrittenAnswer:
    """The student's own prose in the markdown cell at the 1-based position `cell`, as markdown.

    `question` is what it answers on one line: the template's text or the heading above it, as far as there is one.
    """

    cell: int
    text: str
    question: str = ""


def collect_answers(
    notebook: Notebook, hints: Mapping[int, SectionHint], prompts: Collection[str] = ()
) -> dict[str, tuple[WrittenAnswer, ...]]:
    """Written answers by exercise id, in the order of the notebook; exercises without one are left out.

    `prompts` are the texts that the template itself holds. They are taken out wherever they stand, however
    their blanks and line breaks were changed. A cell under several exercises answers each of them.
    """
    template = _Template(prompts)
    answers: defaultdict[str, list[WrittenAnswer]] = defaultdict(list)
    asked: dict[str, str] = {}
    for cell in notebook.cells:
        hint = hints.get(cell.position)
        if hint is None or cell.kind != "markdown":
            continue
        if question := template.question(cell.source):
            asked.update(dict.fromkeys(hint.exercises, question))
        text = template.taken_out_of(cell.source)
        if _has_prose(text):
            for exercise in hint.exercises:
                answers[exercise].append(WrittenAnswer(cell.position, text, asked.get(exercise, "")))
    return {exercise: tuple(found) for exercise, found in answers.items()}


def collect_loose_answers(
    notebook: Notebook, hints: Mapping[int, SectionHint], prompts: Collection[str] = ()
) -> tuple[WrittenAnswer, ...]:
    """The student's prose in cells that no tag or heading assigns to an exercise; arguments as above."""
    template = _Template(prompts)
    found = []
    question = ""
    for cell in notebook.cells:
        if cell.kind == "markdown" and cell.position not in hints:
            question = template.question(cell.source) or question
            text = template.taken_out_of(cell.source)
            if _has_prose(text):
                found.append(WrittenAnswer(cell.position, text, question))
    return tuple(found)


class _Template:
    """The texts of a template, longest first."""

    def __init__(self, prompts: Collection[str]) -> None:
        ordered = sorted((prompt for prompt in prompts if prompt.strip()), key=len, reverse=True)
        self._prompts: Sequence[tuple[str, re.Pattern[str]]] = [(prompt, _pattern(prompt)) for prompt in ordered]

    def taken_out_of(self, text: str) -> str:
        """What a student added to the template's text."""
        for _, pattern in self._prompts:
            text = pattern.sub("", text)
        return text.strip()

    def question(self, source: str) -> str:
        """What a markdown cell asks: the template's text under a heading, else the last heading and all questions."""
        for prompt, pattern in self._prompts:
            if pattern.search(source) and any(line.kind is LineKind.HEADING for line in markdown_lines(prompt)):
                return _asked(markdown_lines(prompt), whole=True)
        return _asked(markdown_lines(source), whole=False)


def _asked(lines: Iterable[Line], *, whole: bool) -> str:
    """The last heading, and below it the `whole` text or its questions."""
    heading, below = "", []
    for line in lines:
        if line.kind is LineKind.HEADING:
            heading = line.title
        else:
            below.append(line.title)
    if not whole:  # sentences may go over several lines
        below = [one for one in _SENTENCE_END.split(" ".join(below)) if one.endswith(("?", "？"))]
    if heading and below:
        heading += " " if heading[-1] in "?!:." else ": "
    text = heading + " ".join(below)
    return text if len(text) <= _LONGEST_QUESTION else f"{text[: _LONGEST_QUESTION - 1]}…"


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
