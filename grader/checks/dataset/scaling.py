"""Questions about images that were prepared in a way of the student's choice: scaled, or standardised."""

from __future__ import annotations

from collections.abc import Sequence

from grader.checks.dataset.images import ImagesGiven, test_images, training_images
from grader.checks.outcomes import fail
from grader.checks.submission import Submission

__all__ = ["expect_prepared_alike", "expect_small_values"]

_LARGEST = 10.0
"""Values of prepared images stay below: 1 when scaled, about 2 when standardised, a few more pixel by pixel."""
_BRIGHTEST = 255
_RELATIVE = 5e-4
_ABSOLUTE = 3e-3
_STRAIGHT = 1e-2

Map = tuple[Sequence[float], Sequence[float]]
"""Scale and offset by channel, from served pixel values to prepared ones."""

_OF_WHOSE = {"test": "the test images", "all": "training and test images together"}


def expect_small_values(submission: Submission) -> None:
    """What reaches the first layer with weights is brought from 0…255 into a small range."""
    for images in training_images(submission):
        low, high = _range(images)
        if max(abs(low), abs(high)) > _LARGEST:
            fail(
                f"The values of the training images go from {low:.3g} to {high:.3g}: they were not prepared. Expected "
                "small numbers, such as from 0 to 1, from -1 to 1, or with mean 0 and deviation 1.",
                [images.cell],
            )
        if high - low < _LARGEST / _BRIGHTEST:
            fail(
                f"The values of the training images go from {low:.3g} to {high:.3g} only: they were divided twice.",
                [images.cell],
            )


def expect_prepared_alike(submission: Submission) -> None:
    """Test images go through the very map that training images go through, and no statistics are of test images."""
    given = [*training_images(submission), *test_images(submission)]
    for images in given:
        seen = images.data.prepared or images.data.rows
        if seen is not None and seen.standardised in _OF_WHOSE:
            fail(
                f"The {images.what} were standardised with the statistics of {_OF_WHOSE[seen.standardised]}; expected "
                "those of the training images: test images stand for ones that nobody has seen yet.",
                [images.cell],
            )
    training, test = given[0], given[-1]
    first, second = _map(training), _map(test)
    if first is not None and second is not None and not _same(first, second):
        (low, high), (test_low, test_high) = _range(training), _range(test)
        fail(
            f"A pixel value v becomes {_formula(first)} in the training images, which gives {low:.3g} to {high:.3g}, "
            f"and {_formula(second)} in the test images, {test_low:.3g} to {test_high:.3g}; "
            "expected the same preparation for both.",
            [test.cell],
        )


def _same(first: Map, second: Map) -> bool:
    scales = all(abs(a - b) <= _RELATIVE * abs(a) for a, b in zip(first[0], second[0], strict=True))
    return scales and all(abs(a - b) <= _ABSOLUTE * max(1.0, abs(a)) for a, b in zip(first[1], second[1], strict=True))


def _map(images: ImagesGiven) -> Map | None:
    """None where no one map by channel explains the values, or where the rows are not known."""
    data = images.data
    prepared = data.prepared
    if prepared is not None:
        return (prepared.scale, prepared.offset) if prepared.scale and prepared.offset else None
    rows = data.rows
    if rows is None or rows.scale is None or rows.offset is None or rows.residual is None or rows.per_image:
        return None
    spread = (data.high or 0.0) - (data.low or 0.0)
    return (rows.scale, rows.offset) if rows.residual <= _STRAIGHT * max(spread, 1e-9) else None


def _range(images: ImagesGiven) -> tuple[float, float]:
    """The lowest and highest value that a pixel can get, as far as the map is known, else those seen."""
    data, found = images.data, _map(images)
    if found is None:
        return data.low or 0.0, data.high or 0.0
    ends = [value for scale, offset in zip(*found, strict=True) for value in (offset, scale * _BRIGHTEST + offset)]
    return min(ends), max(ends)


def _formula(found: Map) -> str:
    """The map of the first channel."""
    return f"{found[0][0]:.5f}·v {'-' if found[1][0] < 0 else '+'} {abs(found[1][0]):.4f}"
