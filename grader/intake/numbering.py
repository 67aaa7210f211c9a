"""Reads exercise numbers out of headings: "Exe. 3", "Übung 4:", "Exercises 9 and 10", "第3题", "**3.**"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum

from grader.intake.headings import Line, LineKind

__all__ = ["Label", "Series", "read_label"]


class Series(IntEnum):
    """What a notebook counts by, in order of how surely the numbers are those of the assignment."""

    EXERCISE = 1
    TASK = 2
    QUESTION = 3
    STEP = 4
    BARE = 5


@dataclass(frozen=True)
class Label:
    """The numbers that a heading names, in what series, and the title that follows them."""

    series: Series
    numbers: tuple[int, ...]
    title: str


# Longer words stand before their beginnings. Diacritics are optional where keyboards lack them.
_WORDS = {
    Series.EXERCISE: (
        r"exercises?|exercices?|exerc[ií]cios?|exercs?|exers?|exes?|excs?|exs?|ejercicios?|esercizi[o]?"
        r"|(?:ü|ue|u)bung(?:en)?|aufgaben?|(?:ö|o)vning(?:ar)?|uppgift(?:er)?|egzersiz|al[ıi][şs]t[ıi]rma"
        r"|练习|習題|习题|練習"
    ),
    Series.TASK: r"tasks?|tareas?|t(?:â|a)ches?|görev|任务",
    Series.QUESTION: r"questions?|preguntas?|fragen?|domand[ae]|fr(?:å|a)ga|soru|q|问题|問題|题目",
    Series.STEP: r"steps?|(?:é|e)tapes?|pasos?|adım|schritte?|steg|步骤",
}
_ANY_WORD = "|".join(_WORDS.values())
_NUMBER = r"0*([1-9]\d{0,2})"
# "Exercise #3", "Exe.3", "Ex_3", "Übung Nr. 3", "Exercice n° 3"
_BETWEEN = r"[\s.:#_(\[\-–—]{0,4}(?:(?:n[°o]?|nr|number|numéro)\.?\s*(?=\d))?"
# Not a measure ("3x3", "20%", "2D") and not a possessive ("Exe 6's history").
_AFTER = r"(?![\d%×])(?!\s*[x×]\s*\d)(?![A-Za-z]{2}|[D-Zd-z](?![A-Za-z]))(?!['’]s\b)"
_LABELS = {
    series: re.compile(rf"(?:{words}){_BETWEEN}{_NUMBER}{_AFTER}", re.IGNORECASE) for series, words in _WORDS.items()
}
_CHINESE_ORDINAL = re.compile(rf"第\s*{_NUMBER}\s*(?:道|个)?(?:练习题|练习|题|題|问|問)")
_BARE = re.compile(rf"{_NUMBER}(?:\s*[.):\-–—](?!\d)|\s*$)")

# "NET I - Exe. 3", "Solution to question 4": a heading may say something before the label.
_PREFIX = re.compile(
    r"[^:|.\-–—]{1,40}[:|.\-–—]\s+|(?:solution|answers?|r(?:é|e)ponse|l(?:ö|o)sung|respuesta|svar)s?\b"
    r"(?:\s+(?:to|of|for|de|à|a|zu|till))?[\s:]+",
    re.IGNORECASE,
)
# A line that is not set as a heading and goes on like this speaks about an exercise.
_MENTION = re.compile(
    r"\s+(?:is|was|are|were|has|have|had|above|below|asks?|asked|says|said|shows?|showed|uses?|used)\b"
    r"|\s*,\s+(?-i:[a-z])",
    re.IGNORECASE,
)
# Running text goes on in lower case; a title ends, is set off, or begins with a capital.
_TITLE_FOLLOWS = re.compile(r"\s*(?:$|[^\w\s,]|[^\W\d_a-z])")

_MAY_BE_BARE = (LineKind.OPENING, LineKind.BOLD)
_RUNNING_TEXT = (LineKind.TEXT, LineKind.COMMENT)

_WORD_AGAIN = rf"(?:(?:{_ANY_WORD})[\s.:#]{{0,3}})?"
_AND = r"\s*(?:&|\+|/|、|,?\s*\b(?:and|et|und|y|e|och|ve)\b|和)\s*"
_TO = r"[-–—~]|\s*(?:至|到)\s*|\s+(?:to|bis|à|until|till)\s+"
_LOOSE = r"\s*(?P<comma>,)\s*|\s*(?P<dash>[-–—])\s*"
# After a comma or a spaced dash a number may also begin the title: "Exe. 3 - 20 epochs".
_LIST_GOES_ON = re.compile(r"\s*(?:$|[^\w\s]|(?:and|et|und|y|e|och|ve|和)\b)", re.IGNORECASE)
_FURTHER = re.compile(rf"(?:(?P<tight>{_TO})|(?P<and>{_AND})|{_LOOSE}){_WORD_AGAIN}{_NUMBER}{_AFTER}", re.IGNORECASE)


def read_label(line: Line) -> Label | None:
    """The exercise label that the line begins with, or None if it has none or only mentions one."""
    label = _label_at_start(line.title)
    if line.kind is LineKind.HEADING:
        return label or _label_behind_prefix(line.title)
    if label is None or _MENTION.match(label.title):
        return None
    if label.series is Series.BARE and line.kind not in _MAY_BE_BARE:
        return None
    if line.kind in _RUNNING_TEXT and not _TITLE_FOLLOWS.match(label.title):
        return None
    return label


def _label_behind_prefix(title: str) -> Label | None:
    prefix = _PREFIX.match(title)
    label = _label_at_start(title[prefix.end() :]) if prefix else None
    return label if label is not None and label.series is not Series.BARE else None


def _label_at_start(title: str) -> Label | None:
    for series, pattern in _LABELS.items():
        if found := pattern.match(title):
            return _with_further_numbers(series, found, title)
    if found := _CHINESE_ORDINAL.match(title):
        return _with_further_numbers(Series.QUESTION, found, title)
    if found := _BARE.match(title):
        return Label(Series.BARE, (int(found[1]),), title[found.end() :])
    return None


def _with_further_numbers(series: Series, found: re.Match[str], title: str) -> Label:
    numbers = [int(found[1])]
    end = found.end()
    while further := _FURTHER.match(title, end):
        number = int(further[further.lastindex or 0])
        if (further["comma"] or further["dash"]) and not _LIST_GOES_ON.match(title, further.end()):
            break
        if further["tight"] or further["dash"]:
            if number <= numbers[-1]:
                break
            numbers.extend(range(numbers[-1] + 1, number + 1))
        else:
            numbers.append(number)
        end = further.end()
    return Label(series, tuple(dict.fromkeys(numbers)), title[end:])
