"""Whether a notebook shows how many images there are and how large they are."""

from __future__ import annotations

from grader.checks.dataset.images import TEST_IMAGES, TRAINING_IMAGES
from grader.checks.outcomes import fail, not_attempted, partial
from grader.checks.submission import Submission
from grader.checks.text import numbers_in
from grader.evidence.schema import DataServed

__all__ = ["expect_sizes_shown"]

_SIDE = 32


def expect_sizes_shown(submission: Submission) -> None:
    """Some output shows the numbers of training and test images and the side of an image; a share for each."""
    shown: set[float] = set()
    for cell in submission.evidence.cells:
        if cell.kind == "code":
            shown |= numbers_in(submission.printed(cell))
        elif not submission.is_prompt(cell.source):
            shown |= numbers_in(cell.source)
    missing = [
        words
        for number, words in (
            (TRAINING_IMAGES, "the number of training images"),
            (TEST_IMAGES, "the number of test images"),
            (_SIDE, "the size of an image"),
        )
        if number not in shown
    ]
    if len(missing) == 3 and not submission.evidence.of(DataServed):
        not_attempted("No data set was loaded.")
    if len(missing) == 3:
        fail("Neither the numbers of images nor their size are shown; for example the shapes of the arrays tell them.")
    if missing:
        partial(1 - len(missing) / 3, f"Not shown: {' and '.join(missing)}.")
