"""Which assignment a notebook answers, told by its tags, its words and the layers that its code names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from grader.assignments.loader import Assignment
from grader.errors import UsageError
from grader.intake import Notebook, assign_cells

__all__ = ["recognise"]

_ALL_HEADINGS = 0.5
"""What it says in signs that headings name every exercise: many notebooks count from 1, whatever they answer."""


def recognise(notebook: Notebook, assignments: Sequence[Assignment]) -> Assignment:
    """The assignment that the notebook fits best.

    A template's tags decide. Otherwise every assignment names, as regular expressions, what tells it from the
    others, and the one of which most is found in the notebook is taken.

    Raises:
        UsageError: if no assignment fits, or two fit alike.
    """
    tagged = Counter(tag for cell in notebook.cells for tag in cell.tags)
    if tagged:
        by_tags = [sum(tagged[e.id] for e in assignment.exercises) for assignment in assignments]
        if max(by_tags) > 0 and by_tags.count(max(by_tags)) == 1:
            return assignments[by_tags.index(max(by_tags))]
    text = "\n".join(cell.source for cell in notebook.cells)
    scores = [_score(text, notebook, assignment) for assignment in assignments]
    best = max(scores, default=0.0)
    if best > 0 and scores.count(best) == 1:
        return assignments[scores.index(best)]
    if len(assignments) == 1:
        return assignments[0]
    names = ", ".join(assignment.id for assignment in assignments)
    raise UsageError(f"It is not clear which assignment {notebook.name} answers. Name it with --assignment: {names}.")


def _score(text: str, notebook: Notebook, assignment: Assignment) -> float:
    found = sum(bool(re.search(sign, text, re.IGNORECASE)) for sign in assignment.signs)
    headings = assign_cells(notebook, assignment.headings)
    named = {exercise for hint in headings.values() for exercise in hint.exercises}
    return found + _ALL_HEADINGS * len(named) / max(1, len(assignment.exercises))
