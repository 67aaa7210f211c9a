"""Which served image a drawing shows, however its values were prepared for showing.

Drawings that keep the order of values within a colour are found by their signature (see `rows`). Others had values
cut off, as matplotlib does with what lies outside [0, 1], or rounded: they are compared with all served images at a
few hundred places each, and the nearest ones value by value.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..images.rows import RowIndex
from ..images.serving import ServedData
from .likeness import fit, normalised

__all__ = ["SIDE", "PictureIndex", "Served"]

SIDE = 32
_GRID = slice(2, SIDE, 4)
_CANDIDATES = 12

Served = tuple[str, int, int]
"""A served image: ``train`` or ``test``, its row, and its label."""


class PictureIndex:
    """Finds the served images that drawings show."""

    def __init__(self, index: RowIndex, data: ServedData) -> None:
        self._index = index
        self._data = data

    def find(self, drawings: NDArray[np.generic]) -> list[Served | None]:
        """The image that each of the drawings (n, 32, 32, 3) shows; None for none."""
        match = self._index.find(drawings)
        if match is None:
            return [None] * len(drawings)
        indices = match.indices.copy()
        missing = np.flatnonzero(indices < 0)
        if len(missing):
            indices[missing] = self._nearest(drawings[missing])
        return [None if index < 0 else self._served(int(index)) for index in indices]

    def _served(self, index: int) -> Served:
        name, row = ("train", index) if index < self._index.train_size else ("test", index - self._index.train_size)
        return name, row, int(getattr(self._data, name).labels.reshape(-1)[row])

    def _image(self, index: int) -> NDArray[np.uint8]:
        name, row, _ = self._served(index)
        return np.asarray(getattr(self._data, name).images[row], dtype=np.uint8)

    @cached_property
    def _normal(self) -> NDArray[np.float32]:
        """What `_places` takes of each served image, normalised."""
        return np.concatenate([_places(self._data.train.images), _places(self._data.test.images)])

    def _nearest(self, drawings: NDArray[np.generic]) -> list[int]:
        """Index of the served image that each drawing shows, -1 for none."""
        scores = _places(drawings) @ self._normal.T
        count = min(_CANDIDATES, scores.shape[1])
        nearest = np.argpartition(-scores, count - 1, axis=1)[:, :count]
        return [
            next((int(index) for index in candidates if self._shows(drawing, self._image(index))), -1)
            for drawing, candidates in zip(drawings, nearest, strict=True)
        ]

    @staticmethod
    def _shows(drawing: NDArray[np.generic], image: NDArray[np.uint8]) -> bool:
        """Whether the drawing is the image, by a colour of which enough is left to tell."""
        return any(fit(drawing[..., c].reshape(-1), image[..., c].reshape(-1)) is not None for c in range(3))


def _places(images: NDArray[np.generic]) -> NDArray[np.float32]:
    """Some of the values (n, 192) of images (n, 32, 32, 3), each colour of each image normalised."""
    some = np.asarray(images[:, _GRID, _GRID, :])
    rows = some.reshape(len(some), -1, 3).transpose(0, 2, 1).reshape(3 * len(some), -1)
    return normalised(rows).reshape(len(some), -1)
