"""The images and labels of a training in the terms of recipes, or why they cannot be told in these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from grader.evidence.schema import Fit
from grader.evidence.values import DataGiven, Rows
from grader.training.recipe import Scaling, Validation

__all__ = ["NotReproducibleError", "labels_of", "scaling_of", "significant", "training_rows", "validation_of"]

_ALL = 0.999
"""Share of images that have to be known, each with its own label."""
_SPREAD = 0.1
"""Largest deviation of images from the map that describes them, in steps of the pixel values."""
_TEST, _TRAIN = 10_000, 50_000


class NotReproducibleError(Exception):
    """A training that grader cannot do itself; the message says why, as a clause."""


def labels_of(data: DataGiven) -> Literal["sparse", "one_hot"]:
    """How labels are given, if they are those of their images."""
    labels = data.labels
    if labels is None or labels.encoding == "other" or labels.agree is None:
        raise NotReproducibleError("its labels could not be told")
    if labels.agree < _ALL:
        raise NotReproducibleError("its labels are not those of its images")
    return labels.encoding


def training_rows(data: DataGiven) -> Rows:
    """The rows, if they are training images, each once and as they are served but for a map of their values."""
    rows = data.rows
    if rows is None or not rows.count:
        raise NotReproducibleError("the images that it was trained on were not recognised")
    if rows.all_test:
        raise NotReproducibleError("it was trained on test images")
    if rows.altered or rows.disguised_train:
        raise NotReproducibleError("its images are changed on their way to it")
    if rows.train < _ALL * rows.count:
        raise NotReproducibleError("not all images that it was trained on were recognised")
    if rows.distinct < _ALL * rows.count or rows.count > _TRAIN:
        raise NotReproducibleError("some images are there more than once")
    return rows


def scaling_of(rows: Rows) -> Scaling:
    """The map from pixel values to what the network is given."""
    step = min(map(abs, rows.scale or ()), default=0.0)
    known = rows.scale is not None and rows.offset is not None and not rows.per_image and step > 0
    if not known or rows.residual is None or rows.residual > _SPREAD * step:
        raise NotReproducibleError("how its images were scaled could not be told")
    assert rows.scale is not None
    assert rows.offset is not None
    return Scaling(scale=significant(rows.scale), offset=significant(rows.offset))


def significant(values: Sequence[float]) -> tuple[float, ...]:
    """Values without the noise of measuring them: five digits, and an offset of nothing is none."""
    rounded = [0.0 if abs(value) < 1e-6 else float(f"{value:.5g}") for value in values]
    return tuple(rounded[:1] if len(set(rounded)) == 1 else rounded)


def validation_of(fit: Fit, train: Rows, count: int) -> Validation:
    """What the callbacks look at: of training images, others than those trained on."""
    if fit.validation is None:
        if not fit.validation_split:
            return Validation(images=0, source="train", scaling=scaling_of(train))
        return Validation(images=train.count - count, source="train", scaling=scaling_of(train))
    rows = fit.validation.rows
    if rows is None or rows.count == 0:
        raise NotReproducibleError("its validation images were not recognised")
    source: Literal["train", "test"] = "test" if rows.test > rows.train else "train"
    images = min(rows.count, _TEST if source == "test" else _TRAIN - count)
    return Validation(images=images, source=source, scaling=scaling_of(rows))
