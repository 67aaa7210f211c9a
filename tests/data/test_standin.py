from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from grader.data import standin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from grader.data import Dataset

DIGEST = "daae5f281e642b6c4c80c471369c93ce28e433e7d8e4c397486bcbc49d611688"


def thumbnails(dataset: Dataset) -> NDArray[np.int64]:
    """Mean colours of 4×4 blocks, in grey levels: (60000, 8, 8, 3)."""
    images = np.concatenate([dataset.x_train, dataset.x_test])
    return images.reshape(-1, 8, 4, 8, 4, 3).sum(axis=(2, 4), dtype=np.int64) // 16


def test_shapes_and_types_are_those_of_cifar10(dataset: Dataset) -> None:
    assert [array.shape for array in dataset] == [
        (50_000, 32, 32, 3),
        (50_000, 1),
        (10_000, 32, 32, 3),
        (10_000, 1),
    ]
    assert {array.dtype for array in dataset} == {np.dtype(np.uint8)}
    assert all(array.flags.c_contiguous for array in dataset)


def test_classes_are_balanced_and_shuffled(dataset: Dataset) -> None:
    assert np.bincount(dataset.y_train[:, 0]).tolist() == [5_000] * 10
    assert np.bincount(dataset.y_test[:, 0]).tolist() == [1_000] * 10
    # A validation split takes the last fifth: it must hold every class about equally.
    assert np.bincount(dataset.y_train[-10_000:, 0], minlength=10).min() > 850


def test_every_machine_generates_the_same_bytes(dataset: Dataset) -> None:
    digest = hashlib.sha256(b"".join(array.tobytes() for array in dataset)).hexdigest()
    assert digest == DIGEST, "a changed image needs a new standin.VERSION, else stale copies are served"
    assert standin.VERSION == 1


def test_no_two_images_are_the_same(dataset: Dataset) -> None:
    images = np.concatenate([dataset.x_train, dataset.x_test])
    assert len({hashlib.sha256(image).digest() for image in images}) == len(images)


def test_no_image_looks_like_another_plain_or_mirrored(dataset: Dataset) -> None:
    seen = thumbnails(dataset)
    both = np.concatenate([seen, seen[:, :, ::-1]]).reshape(2 * len(seen), -1).astype(np.float32)
    norms = (both**2).sum(axis=1)
    sample = np.arange(0, len(seen), 200)
    squared = norms[sample, None] + norms[None] - 2 * both[sample] @ both.T
    squared[np.arange(len(sample)), sample] = np.inf
    root_mean_square = np.sqrt(squared.min() / both.shape[1])
    assert root_mean_square > 8, "grey levels between the two most similar"


def test_pixels_use_the_range_of_a_photograph(dataset: Dataset) -> None:
    assert 110 < dataset.x_train.mean() < 140
    assert 30 < dataset.x_train[:1000].std() < 80
    saturated = np.isin(dataset.x_train[:1000], (0, 255)).mean()
    assert saturated < 0.02


def test_drawing_from_the_stream_is_uniform_and_within_bounds() -> None:
    stream = standin._Stream(1)
    counts = np.bincount(stream.below(7, 70_000), minlength=7)
    assert len(counts) == 7
    assert counts.min() > 9_500
    signed = stream.signed(24, 50_000)
    assert (signed.min(), signed.max()) == (-24, 23)
