"""Questions about how the images were divided into training, validation and test set."""

from __future__ import annotations

from grader.checks.dataset.images import TEST_IMAGES, TRAINING_IMAGES
from grader.checks.dataset.leaks import test_images_among
from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import FitRun, Submission
from grader.evidence.schema import Arrays
from grader.evidence.values import DataGiven

__all__ = ["expect_last_held_out", "expect_test_untouched"]


def expect_last_held_out(submission: Submission, held_out: int) -> None:
    """The last `held_out` training examples are set aside for validation, those before them are for training.

    The sets may be variables, or what a training is given; a training that makes the split itself is as good.
    """
    first = TRAINING_IMAGES - held_out
    arrays = [data for event in submission.evidence.of(Arrays) for data in event.variables.values()]
    made = any(_is(data, 0, first) for data in arrays) and any(_is(data, first, TRAINING_IMAGES) for data in arrays)
    mislabelled = [run for run in submission.fits if _mislabelled(run)]
    if mislabelled:
        fail(
            "The labels do not belong to the images that are trained on: images and labels have to be divided "
            "in the same way.",
            [submission.evidence.position(mislabelled[0].asked.cell)],
        )
    if made or any(_splits(run, first) for run in submission.fits):
        return
    if submission.fits:
        run = submission.fits[0]
        fail(
            f"Found: {_words(run.asked.x)} for training and {_validation(run)} for validation; expected the first "
            f"{_count(first)} and the last {_count(held_out)} of the {_count(TRAINING_IMAGES)} training examples.",
            [submission.evidence.position(run.asked.cell)],
        )
    parts = [data for data in arrays if data.rows is not None and 0 < data.rows.train < TRAINING_IMAGES]
    if not parts:
        not_attempted("The training examples were not divided.")
    fail(
        f"Found: {'; '.join(dict.fromkeys(map(_words, parts)))}. Expected the first {_count(first)} and the last "
        f"{_count(held_out)} of the {_count(TRAINING_IMAGES)} training examples."
    )


def expect_test_untouched(submission: Submission) -> None:
    """No test image is trained on, and all of them are there for the test."""
    for run in submission.fits:
        found = test_images_among(submission, run.asked.x)
        if found:
            fail(
                f"The training was given {found}; what a network has seen cannot tell how it does on new images.",
                [submission.evidence.position(run.asked.cell)],
            )
    arrays = [data for event in submission.evidence.of(Arrays) for data in event.variables.values()]
    given = [run.asked.x for run in submission.fits]
    if not arrays and not given:
        not_attempted("The data set was not loaded.")
    if arrays and not any(data.rows is not None and data.rows.test >= TEST_IMAGES for data in arrays):
        fail(f"No variable holds all {_count(TEST_IMAGES)} test images.")


def _is(data: DataGiven, start: int, stop: int) -> bool:
    """Whether the data are these training examples in order; of batches the first and the number must do."""
    rows = data.rows
    if rows is None or not rows.runs:
        return False
    if data.whole or data.count is None:
        return rows.runs == (("train", start, stop),)
    return rows.runs[0][:2] == ("train", start) and data.count == stop - start


def _splits(run: FitRun, first: int) -> bool:
    asked = run.asked
    if asked.validation is not None:
        return _is(asked.x, 0, first) and _is(asked.validation, first, TRAINING_IMAGES)
    share = (TRAINING_IMAGES - first) / TRAINING_IMAGES
    return _is(asked.x, 0, TRAINING_IMAGES) and abs((asked.validation_split or 0) - share) < 1e-6


def _mislabelled(run: FitRun) -> bool:
    labels = run.asked.x.labels
    return labels is not None and labels.agree is not None and labels.agree < 0.99


def _validation(run: FitRun) -> str:
    if run.asked.validation is not None:
        return _words(run.asked.validation)
    if run.asked.validation_split:
        return f"the last {run.asked.validation_split:.0%} of them"
    return "nothing"


def _words(data: DataGiven) -> str:
    rows = data.rows
    if rows is None:
        return "data of another kind"
    if len(rows.runs) == 1:
        name, start, stop = rows.runs[0]
        return f"{'training' if name == 'train' else name} examples {_count(start)} to {_count(stop - 1)}"
    names = {"training": rows.train, "test": rows.test, "unknown": rows.unknown}
    return " and ".join(f"{_count(count)} {name} examples" for name, count in names.items() if count)


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")
