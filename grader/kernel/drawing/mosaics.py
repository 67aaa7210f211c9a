"""Drawings that hold many tiles side by side: where the tiles may lie, given their size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Layout", "layouts", "shrunk"]

_MAX_BORDER = 8
_MAX_ZOOM = 8
_MAX_TILES = 4096


class Layout(NamedTuple):
    """Tiles of `rows` × `columns`, each `zoom` times its size, with borders between and a margin before them."""

    rows: int
    columns: int
    zoom: int
    border: int
    margin: int

    def tiles(
        self, drawing: NDArray[np.generic], height: int, width: int, limit: int = _MAX_TILES
    ) -> NDArray[np.generic]:
        """The first tiles (n, height, width, …) in reading order, at their own size."""
        down, right = height * self.zoom + self.border, width * self.zoom + self.border
        inner = slice(self.zoom // 2, None, self.zoom)
        found = []
        for number in range(min(limit, self.rows * self.columns)):
            top = self.margin + number // self.columns * down
            left = self.margin + number % self.columns * right
            tile = drawing[top : top + height * self.zoom, left : left + width * self.zoom]
            found.append(tile[inner, inner])
        return np.stack(found)


def layouts(shape: tuple[int, ...], height: int, width: int) -> Iterator[Layout]:
    """The ways in which two tiles or more of a size fill a drawing of `shape`, the plainest first."""
    for zoom in range(1, _MAX_ZOOM + 1):
        for border in range(_MAX_BORDER + 1):
            half = border // 2
            # Nothing around the tiles, half a border or a whole one all around, or one on two sides only.
            for before, after in sorted({(0, 0), (half, half), (border, border), (0, border), (border, 0)}):
                rows = _count(shape[0] - before - after, height * zoom, border)
                columns = _count(shape[1] - before - after, width * zoom, border)
                if rows and columns and 2 <= rows * columns <= _MAX_TILES:
                    yield Layout(rows, columns, zoom, border, before)


def shrunk(drawing: NDArray[np.generic]) -> NDArray[np.generic]:
    """A drawing of which each value was drawn as a square of equal values, back at its own size."""
    for zoom in range(min(drawing.shape[:2]) // 3, 1, -1):
        if not (drawing.shape[0] % zoom or drawing.shape[1] % zoom):
            small = drawing[::zoom, ::zoom]
            if np.array_equal(small.repeat(zoom, axis=0).repeat(zoom, axis=1), drawing):
                return small
    return drawing


def _count(length: int, tile: int, border: int) -> int:
    """How many tiles with borders between them make up the length exactly; 0 if none do."""
    count, rest = divmod(length + border, tile + border)
    return 0 if rest or count < 1 else count
