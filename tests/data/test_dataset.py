from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.data.dataset import UnusableDataError, validated

# Views of single bytes: they have the shape, and take no memory.
IMAGES = np.broadcast_to(np.uint8(7), (50_000, 32, 32, 3))
LABELS = np.arange(50_000).reshape(-1, 1) % 10
RIGHT: dict[str, Any] = {
    "x_train": IMAGES,
    "y_train": LABELS,
    "x_test": IMAGES[:10_000],
    "y_test": LABELS[:10_000],
}


def test_the_right_shape_is_taken() -> None:
    data = validated(**RIGHT)
    assert data.y_train.dtype == np.uint8
    assert data.x_test.shape == (10_000, 32, 32, 3)


@pytest.mark.parametrize(
    ("name", "array", "fault"),
    [
        ("x_train", IMAGES[:49_999], r"x_train is uint8 \(49999, 32, 32, 3\)"),
        ("x_test", IMAGES, r"x_test is uint8 \(50000, 32, 32, 3\)"),
        ("x_test", np.broadcast_to(np.float32(0.5), (10_000, 32, 32, 3)), "x_test is float32"),
        ("x_test", IMAGES[:10_000].transpose(0, 3, 1, 2), r"\(10000, 3, 32, 32\)"),
        ("y_train", LABELS[1:], r"y_train is int64 \(49999, 1\)"),
        ("y_train", np.eye(10)[LABELS[:, 0]], r"y_train is float64 \(50000, 10\)"),
        ("y_test", LABELS[:10_000] + 1, "y_test holds labels from 1 to 10"),
        ("y_test", LABELS[:10_000] - 1, "y_test holds labels from -1 to 8"),
        ("y_test", np.minimum(LABELS[:10_000], 8), "y_test holds 0 to 2000 images a class"),
    ],
)
def test_the_array_that_does_not_fit_is_named(name: str, array: Any, fault: str) -> None:
    with pytest.raises(UnusableDataError, match=fault):
        validated(**{**RIGHT, name: array})
