"""A data set in the shape of CIFAR-10, and the rules that it must keep to be served as such."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CLASSES",
    "IMAGE_SHAPE",
    "TEST_IMAGES",
    "TRAINING_IMAGES",
    "Dataset",
    "UnusableDataError",
    "validated",
]

CLASSES = 10
IMAGE_SHAPE = (32, 32, 3)
TRAINING_IMAGES = 50_000
TEST_IMAGES = 10_000


class UnusableDataError(Exception):
    """A file or folder that cannot serve as CIFAR-10; the message is the fault, to follow its path."""


class Dataset(NamedTuple):
    """Images (n, 32, 32, 3) and labels (n, 1), all uint8: 50 000 for training, 10 000 for the test."""

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]


def validated(
    x_train: NDArray[np.generic],
    y_train: NDArray[np.generic],
    x_test: NDArray[np.generic],
    y_test: NDArray[np.generic],
) -> Dataset:
    """The four arrays as a `Dataset`.

    Labels may come in any integer type and as (n,) or (n, 1). Images are taken as they are or not at all:
    scaled or cropped ones would be graded against the wrong facts.

    Raises:
        UnusableDataError: with the first array that does not fit and how it differs.

    """
    return Dataset(
        _images("x_train", x_train, TRAINING_IMAGES),
        _labels("y_train", y_train, TRAINING_IMAGES),
        _images("x_test", x_test, TEST_IMAGES),
        _labels("y_test", y_test, TEST_IMAGES),
    )


def _images(name: str, array: NDArray[np.generic], count: int) -> NDArray[np.uint8]:
    expected = (count, *IMAGE_SHAPE)
    if array.shape != expected or array.dtype != np.uint8:
        raise UnusableDataError(f"{name} is {array.dtype} {array.shape}; CIFAR-10 has uint8 {expected}")
    return np.ascontiguousarray(array, dtype=np.uint8)


def _labels(name: str, array: NDArray[np.generic], count: int) -> NDArray[np.uint8]:
    if array.shape not in {(count,), (count, 1)} or not np.issubdtype(array.dtype, np.integer):
        raise UnusableDataError(f"{name} is {array.dtype} {array.shape}; CIFAR-10 has integer labels ({count}, 1)")
    flat = array.reshape(count)
    if flat.min() < 0 or flat.max() >= CLASSES:
        raise UnusableDataError(
            f"{name} holds labels from {flat.min()} to {flat.max()}; CIFAR-10 has 0 to {CLASSES - 1}"
        )
    per_class = np.bincount(flat.astype(np.intp), minlength=CLASSES)
    if (per_class != count // CLASSES).any():
        raise UnusableDataError(
            f"{name} holds {per_class.min()} to {per_class.max()} images a class; "
            f"CIFAR-10 has {count // CLASSES} of each"
        )
    return flat.astype(np.uint8).reshape(count, 1)
