"""Questions about a first look at the data set."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from grader.checks.dataset.images import TEST_IMAGES, TRAINING_IMAGES
from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import Submission

__all__ = ["expect_counts"]

_CLASSES = 10
_TOTALS = (TRAINING_IMAGES, TRAINING_IMAGES - TEST_IMAGES, TEST_IMAGES, TRAINING_IMAGES + TEST_IMAGES)
"""Of all training examples, of those that are trained on, of the validation or the test set, of all there are."""
_SMALLEST = 500
"""A class has at least so many examples; smaller numbers are those of classes."""
_NUMBER = re.compile(r"(?<![\w.])\d{3,5}(?![\w.]*\w)")


def expect_counts(submission: Submission) -> None:
    """Ten numbers are shown, one a class, that add up to the size of a set: in text, or as bars."""
    near: list[tuple[int, list[float]]] = []
    for cell in submission.evidence.cells:
        if cell.kind == "markdown" and submission.is_prompt(cell.source):
            continue
        text = submission.printed(cell) if cell.kind == "code" else cell.source
        numbers = [float(token) for token in _NUMBER.findall(text) if float(token) >= _SMALLEST]
        if _has_counts(numbers):
            return
        if len(numbers) >= _CLASSES:
            near.append((cell.position, numbers))
    for _, axes in submission.axes:
        heights = [bar.height or 0 for bar in axes.bars]
        widths = [bar.width or 0 for bar in axes.bars]
        if _has_counts([h for h in heights if h]) or _has_counts([w for w in widths if w]):
            return
    if near:
        position, numbers = near[0]
        fail(
            f"The {_CLASSES} numbers shown add up to {sum(numbers[:_CLASSES]):g}; those of all categories of a set add "
            f"up to its size, such as {TRAINING_IMAGES} for the training set.",
            [position],
        )
    not_attempted("The number of samples of each category is not shown.")


def _has_counts(numbers: Sequence[float]) -> bool:
    windows = (numbers[start : start + _CLASSES] for start in range(len(numbers) - _CLASSES + 1))
    # Tables with a column for each set have every second number, or every third, of one set.
    strided = (numbers[start::step][:_CLASSES] for step in (2, 3) for start in range(step))
    return any(len(window) == _CLASSES and sum(window) in _TOTALS for window in chain(windows, strided))
