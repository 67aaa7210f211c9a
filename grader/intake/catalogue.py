"""The exercises of an assignment by the ways in which a heading may name them: by number, or by words."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from grader.intake.headings import Line, LineKind
from grader.intake.numbering import Label, Series

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Catalogue", "ExerciseHeading", "distinct"]

# "Exercises 1 to 19" is the title of a notebook: it is over more exercises than this, and over half of all.
_MOST_UNDER_ONE_LABEL = 3

_NAMED_BY_WORDS = (LineKind.HEADING, LineKind.OPENING, LineKind.BOLD, LineKind.OPENING_COMMENT)
_COMPARISON = re.compile(r"\b(?:compar\w*|vs|versus|than|like|same as|similar\w*|vergl\w*|jämför\w*)\b", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:[&+/]|(?:and|et|und|y|e|och|ve|or|vs|versus)\b)", re.IGNORECASE)
_SET_OFF = re.compile(r"\s*(?:$|[^\w\s,'’])")


@dataclass(frozen=True)
class ExerciseHeading:
    """How headings may name an exercise.

    `numbers` are those that it has in the assignment's text. `words` are regular expressions, matched as
    whole words in any case, for headings without a number, such as ``NET (II|2)`` or ``second network``;
    exercises with the same words form a group, and such a heading names the whole group. `questions` are the numbers
    of questions about it: they name it for themselves and the text below them, and say nothing of the code below.
    """

    id: str
    numbers: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    questions: tuple[int, ...] = ()


class Catalogue:
    """Looks up the exercises that a heading names."""

    def __init__(self, exercises: Sequence[ExerciseHeading]) -> None:
        self.ids = frozenset(exercise.id for exercise in exercises)
        self._by_number: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
        self._by_question: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
        groups: defaultdict[tuple[str, ...], tuple[str, ...]] = defaultdict(tuple)
        for exercise in exercises:
            for number in exercise.numbers:
                self._by_number[number] += (exercise.id,)
            for number in exercise.questions:
                self._by_question[number] += (exercise.id,)
            if exercise.words:
                groups[exercise.words] += (exercise.id,)
        self._groups = tuple(
            (re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE), ids) for words, ids in groups.items()
        )
        self.numbered = distinct(self._by_number.values())

    def by_label(self, label: Label) -> tuple[str, ...]:
        """The exercises with the label's numbers; none for numbers of other assignments and for a title."""
        named = distinct(self._by_number.get(number, ()) for number in label.numbers)
        if len(named) > max(_MOST_UNDER_ONE_LABEL, len(self.numbered) // 2):
            return ()
        return named

    def by_question(self, label: Label) -> tuple[str, ...]:
        """The exercises that a question with the label's numbers is about."""
        if label.series is not Series.QUESTION:
            return ()
        return distinct(self._by_question.get(number, ()) for number in label.numbers)

    def by_words(self, line: Line) -> tuple[str, ...]:
        """The group that the line is about; none where it only speaks of a group, or of several."""
        if line.kind not in _NAMED_BY_WORDS:
            return ()
        for words, ids in self._groups:
            found = words.match(line.title)
            if found and self._is_subject(line, found.end()):
                return ids
        if line.kind is not LineKind.HEADING or _COMPARISON.search(line.title):
            return ()
        mentioned = [ids for words, ids in self._groups if words.search(line.title)]
        return mentioned[0] if len(mentioned) == 1 else ()

    @staticmethod
    def _is_subject(line: Line, end: int) -> bool:
        """Whether the words up to `end`, with which the line begins, are what it is about."""
        if line.kind is LineKind.HEADING:
            return _JOINED.match(line.title, end) is None
        text = line.bold if end <= len(line.bold) else line.title
        return _SET_OFF.match(text, end) is not None


def distinct(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All members of the groups in the order of their first appearance."""
    return tuple(dict.fromkeys(member for group in groups for member in group))
