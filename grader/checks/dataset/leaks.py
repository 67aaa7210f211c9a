"""Test images among those that are trained on, in whatever disguise."""

from __future__ import annotations

from grader.checks.submission import MISTAKEN_IN_DISGUISE, Submission
from grader.evidence.values import DataGiven, Rows

__all__ = ["test_images_among"]

_FEW = 0.01
"""Share of the rows up to which nothing is said of disguised ones: the sets hold near-duplicates of one another."""
_FEW_PLAIN = 0.001
"""The same for images that are found as they are, where only plain ones are ever mistaken for one another."""
_DISGUISES = {"flipped": "flipped", "shifted": "shifted", "other": "with changed values or form", None: "as they are"}


def test_images_among(submission: Submission, data: DataGiven) -> str | None:
    """How many test images (as the notebook names its sets) are among images, in words; None if none to speak of."""
    rows = data.rows
    if rows is None or not rows.count:
        return None
    plain = rows.train if submission.swapped else rows.test
    hidden = _hidden(submission, rows)
    if plain <= _FEW_PLAIN * rows.count:
        plain = 0
    if plain + hidden <= (_FEW_PLAIN if plain else _FEW) * rows.count:
        return None
    if not hidden:
        return f"{plain} test images among {rows.count}"
    found = f"{plain} test images and " if plain else ""
    return f"{found}about {hidden} test images {_DISGUISES[rows.disguise]} among {rows.count}"


def _hidden(submission: Submission, rows: Rows) -> int:
    """Number of test images behind a disguise, extrapolated; 0 where they are too few to be sure of."""
    test = rows.disguised_train if submission.swapped else rows.disguised_test
    if test <= MISTAKEN_IN_DISGUISE * rows.sampled:
        return 0
    return rows.all_train - rows.train if submission.swapped else rows.all_test - rows.test
