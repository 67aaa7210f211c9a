"""Questions about the data: all images, right labels, right type and scale, in whatever form they reach the network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import Submission
from grader.evidence.schema import Arrays, DataServed, Evaluation, Fit, Prediction
from grader.evidence.values import DataGiven, Rows

__all__ = [
    "ImagesGiven",
    "expect_all_images",
    "expect_float32",
    "expect_labels",
    "expect_scaled",
    "test_images",
    "training_images",
]

TRAINING_IMAGES = 50_000
TEST_IMAGES = 10_000
_RELATIVE = 1e-3


@dataclass(frozen=True)
class ImagesGiven:
    """Images as they were given to a network, or else held in a variable; `what` names the set for people."""

    what: str
    data: DataGiven
    cell: int


def expect_all_images(submission: Submission, held_out: float = 0.2) -> None:
    """Training uses all training images, evaluation all test images, and neither set is taken for the other.

    A share of the training images may be `held_out` and then not used for validation: no fault of the loading.
    """
    _expect_loaded(submission)
    if submission.swapped:
        fail(
            "The networks are trained on the 10 000 test images and evaluated on the 50 000 training images: "
            "the two sets are swapped.",
            _cells(submission, submission.evidence.of(Fit)),
        )
    arrays = [data for event in submission.evidence.of(Arrays) for data in event.variables.values()]
    fits = submission.evidence.of(Fit)
    given = [data for fit in fits for data in (fit.x, fit.validation) if data is not None]
    used = max((_training_rows(submission, fit) for fit in fits), default=None)
    have = max((_rows(data).all_train for data in [*arrays, *given]), default=0)
    if used is not None and used < round((1 - held_out) * TRAINING_IMAGES):
        fail(f"The training uses {used} of the {TRAINING_IMAGES} training images.", _cells(submission, fits))
    if used is None and have < TRAINING_IMAGES:
        fail(f"{have} of the {TRAINING_IMAGES} training images were found in a variable.")
    tests = [event.x for event in _tests(submission)]
    counts = [_rows(data).all_test for data in [*tests, *arrays, *given]]
    if max(counts, default=0) < TEST_IMAGES and not _unrecognised([*tests, *given]):
        fail(f"{max(counts, default=0)} of the {TEST_IMAGES} test images were found.")


def expect_labels(submission: Submission) -> None:
    """Labels that are trained or evaluated on are those of their images."""
    _expect_loaded(submission)
    events: list[Fit | Evaluation] = [*submission.evidence.of(Fit), *submission.evidence.of(Evaluation)]
    for event in events:
        labels = event.x.labels
        if labels is not None and labels.agree is not None and labels.agree < 0.99:
            fail(
                f"Only {labels.agree:.0%} of the labels belong to their image.",
                [submission.evidence.position(event.cell)],
            )


def training_images(submission: Submission) -> list[ImagesGiven]:
    """The training images as the first training was given them; ends the check where there are none."""
    fits = [fit for fit in submission.evidence.of(Fit) if submission.is_training(fit.x)]
    if fits:
        position = submission.evidence.position(fits[0].cell)
        return [ImagesGiven("training images", fits[0].x, position)]
    return _from_variables(submission, "training images", TRAINING_IMAGES)


def test_images(submission: Submission) -> list[ImagesGiven]:
    """The test images as the first evaluation or prediction was given them, or a training for validation.

    Ends the check where there are none.
    """
    given = [(event.x, event.cell) for event in _tests(submission)]
    given += [(fit.validation, fit.cell) for fit in submission.evidence.of(Fit) if fit.validation is not None]
    found = [(data, cell) for data, cell in given if submission.is_test(data)]
    if found:
        data, cell = found[0]
        return [ImagesGiven("test images", data, submission.evidence.position(cell))]
    return _from_variables(submission, "test images", TEST_IMAGES)


def expect_float32(given: Sequence[ImagesGiven]) -> None:
    """The values that the network computes with are float32."""
    for images in given:
        found = images.data.dtype
        # Integers are scaled inside the network, which computes in float32.
        if found != "float32" and not (images.data.prepared and found in ("uint8", "int32", "int64")):
            fail(
                f"The {images.what} are {found}, expected float32: "
                "half the memory of float64, and what networks compute with.",
                [images.cell],
            )


def expect_scaled(given: Sequence[ImagesGiven], divisor: int) -> None:
    """What reaches the first layer with weights is the pixel value divided by `divisor`."""
    for images in given:
        fault = _scale_fault(images, divisor)
        if fault is not None:
            fail(fault, [images.cell])


def _scale_fault(images: ImagesGiven, divisor: int) -> str | None:
    data = images.data
    rows = data.rows
    found = data.prepared if data.prepared is not None else rows
    if found is None or found.scale is None or found.offset is None:
        return None
    if rows is not None and rows.per_image and data.prepared is None:
        return (
            f"Each of the {images.what} is scaled by a divisor of its own, so brightness is lost; "
            f"expected {divisor} for all."
        )
    wanted = 1 / divisor
    scales, offsets = found.scale, found.offset
    if all(abs(s - wanted) <= _RELATIVE * wanted for s in scales) and all(abs(o) <= _RELATIVE for o in offsets):
        return None
    reach = f"{_short(min(offsets))} to {_short(max(s * 255 + o for s, o in zip(scales, offsets, strict=True)))}"
    if all(abs(s - 1) < _RELATIVE for s in scales):
        return f"The {images.what} are not scaled: their values go from {reach}, expected 0 to 1."
    if all(abs(s - wanted * wanted) <= 0.01 * wanted * wanted for s in scales):
        return f"The {images.what} are divided by {divisor} twice: their values go from {reach}, expected 0 to 1."
    return f"The values of the {images.what} can go from {reach}, expected 0 to 1 (divided by {divisor})."


def _from_variables(submission: Submission, what: str, count: int) -> list[ImagesGiven]:
    """A variable that holds a whole set; a notebook that trains nothing still may have prepared its data.

    The images as loaded mostly stay beside the prepared ones: the latest variable of floats is meant, if there is one.
    """
    wants_test = (what == "test images") != submission.swapped
    found = [
        ImagesGiven(what, data, submission.evidence.position(event.cell))
        for event in reversed(submission.evidence.of(Arrays))
        for data in event.variables.values()
        if (_rows(data).all_test if wants_test else _rows(data).all_train) >= count
    ]
    if not found:
        not_attempted(f"No {what} were found, neither given to a network nor in a variable.")
    return [next((images for images in found if (images.data.dtype or "").startswith("float")), found[0])]


def _expect_loaded(submission: Submission) -> None:
    events = [
        *submission.evidence.of(DataServed),
        *submission.evidence.of(Fit),
        *submission.evidence.of(Arrays),
    ]
    if not events:
        not_attempted("No data set was loaded.")


def _tests(submission: Submission) -> list[Evaluation | Prediction]:
    """Evaluations and predictions, in order."""
    events: list[Evaluation | Prediction] = [
        *submission.evidence.of(Evaluation),
        *submission.evidence.of(Prediction),
    ]
    return sorted(events, key=lambda event: event.seq)


def _training_rows(submission: Submission, fit: Fit) -> int:
    """Training images that a training uses, those for validation included."""
    if fit.x.rows is None or not fit.x.whole:
        return TRAINING_IMAGES  # not seen as a whole: nothing speaks against it
    used = fit.x.rows.count if submission.is_training(fit.x) else fit.x.rows.all_train
    if fit.validation is not None and fit.validation.rows is not None:
        if not fit.validation.whole:
            return TRAINING_IMAGES
        used += fit.validation.rows.all_train
    return used


def _unrecognised(given: Iterable[DataGiven]) -> bool:
    """Whether some of the data may hold images that were not recognised."""
    return any(data.rows is None or not data.whole or data.rows.sampled > 0 for data in given)


_NO_ROWS = Rows(
    count=0,
    train=0,
    test=0,
    unknown=0,
    distinct=0,
    runs=(),
    scale=None,
    offset=None,
    residual=None,
    per_image=False,
)


def _rows(data: DataGiven) -> Rows:
    return data.rows if data.rows is not None else _NO_ROWS


def _cells(submission: Submission, events: Iterable[Fit]) -> list[int]:
    return [submission.evidence.position(event.cell) for event in events]


def _short(value: float) -> str:
    return f"{value:.3g}"
