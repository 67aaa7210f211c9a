"""The stand-in: generated images that take CIFAR-10's place where there is none (offline, nothing cached).

Each image is a smooth random background, a small patterned shape of another class as a distractor, a larger
one of its own class at a random place, and noise. What tells the class is a ladder for networks:

* the shape's colour leans towards the class's own hue: all that a dense network finds, and often misleading;
* the shape's pattern repeats a tile of the class, at random contrast and phase: convolutions find it, and the
  better the network, the fainter it may be.

Every tile comes plain and mirrored, so flipping an image keeps its class.

``benchmarks/standin_ladder.py`` measures the ladder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .dataset import CLASSES, IMAGE_SHAPE, TEST_IMAGES, TRAINING_IMAGES, Dataset

__all__ = ["VERSION", "generate"]

VERSION = 1
"""Raise it with every change that changes a pixel: prepared copies are kept by it."""

SIDE = IMAGE_SHAPE[0]
SEED = 1009
# Few enough for a batch to stay near the processor's cache. Part of the definition: batches share one stream.
BATCH = 500
TILES_PER_CLASS = 3
TILE_SIDE = 6
BACKGROUND_CONTRAST = 45
HUE_STRENGTH = 38
HUE_SPREAD = 48
TINT_SPREAD = 16
NOISE = 24

_CORNERS = [(r, g, b) for r in (-1, 1) for g in (-1, 1) for b in (-1, 1)]
CLASS_HUES = np.array([*_CORNERS, (0, 0, 0), (-1, 1, 0)], dtype=np.int16) * HUE_STRENGTH

# Windows of 32×32 into canvases: (kind or class, variant, row, column, 32, 32) of -1, 0 and 1.
_Windows = NDArray[np.int8]


@dataclass(frozen=True)
class _Figure:
    """How a patterned shape is drawn: size and reach in pixels, the pattern's contrast in grey levels."""

    diameter: int
    reach: int
    contrast: range


OWN = _Figure(diameter=20, reach=6, contrast=range(10, 52))
DISTRACTOR = _Figure(diameter=12, reach=10, contrast=range(10, 40))


class _Stream:
    """Random numbers that are the same for every NumPy and platform.

    NumPy keeps the raw output of a bit generator for ever, but not what `Generator`'s methods make of it.
    """

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def words(self, count: int) -> NDArray[np.uint64]:
        """`count` random 64-bit words."""
        return self._bits.random_raw(count)

    def bytes(self, *shape: int) -> NDArray[np.uint8]:
        """Uniform bytes in the given shape."""
        count = int(np.prod(shape))
        # Little-endian words, so that the order of bytes is the same everywhere.
        words = self.words(-(-count // 8)).astype("<u8", copy=False)
        return words.view(np.uint8)[:count].reshape(shape)

    def signed(self, amplitude: int, *shape: int) -> NDArray[np.int16]:
        """Integers from -`amplitude` to just below `amplitude` (at most 255)."""
        values = self.bytes(*shape).astype(np.int16)
        values -= 128
        values *= np.int16(amplitude)
        values >>= 7
        return values

    def below(self, bound: int, count: int) -> NDArray[np.intp]:
        """`count` integers from 0 to `bound` - 1, uniform but for a share of 2^-32."""
        upper = self.words(count) >> np.uint64(32)
        scaled: NDArray[np.uint64] = (upper * np.uint64(bound)) >> np.uint64(32)
        return scaled.astype(np.intp)


def generate() -> Dataset:
    """The whole stand-in: shapes, types and balance of CIFAR-10, the same bytes on every machine.

    Integer arithmetic only: floating point may differ in the last bit from one processor to another.
    """
    stream = _Stream(SEED)
    painter = _Painter(stream)
    x_train, y_train = painter.paint_set(TRAINING_IMAGES)
    x_test, y_test = painter.paint_set(TEST_IMAGES)
    return Dataset(x_train, y_train, x_test, y_test)


class _Painter:
    """Paints labelled images from one stream of random numbers."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self._tiles = _tile_windows(stream)
        self._own = _shape_windows(OWN)
        self._distractor = _shape_windows(DISTRACTOR)

    def paint_set(self, count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """`count` images (count, 32, 32, 3) and labels (count, 1): as many of each class, in random order."""
        order = np.argsort(self._stream.words(count), kind="stable")
        labels = order % CLASSES
        images = np.empty((count, *IMAGE_SHAPE), np.uint8)
        for start in range(0, count, BATCH):
            images[start : start + BATCH] = self._paint(labels[start : start + BATCH])
        return images, labels.astype(np.uint8).reshape(count, 1)

    def _paint(self, labels: NDArray[np.intp]) -> NDArray[np.uint8]:
        # Channels first until the end: long rows make this three times as fast.
        stream, count = self._stream, len(labels)
        others = (labels + 1 + stream.below(CLASSES - 1, count)) % CLASSES
        image = _background(stream, count)
        shape = self._place(self._distractor, count)
        _add(image, shape * self._pattern(others), self._tints(DISTRACTOR, count))
        shape = self._place(self._own, count)
        _add(image, shape, CLASS_HUES[labels] + stream.signed(HUE_SPREAD, count, 3))
        _add(image, shape * self._pattern(labels), self._tints(OWN, count))
        image += stream.signed(NOISE, *image.shape)
        np.clip(image, 0, 255, out=image)
        channels_last: NDArray[np.uint8] = image.astype(np.uint8).transpose(0, 2, 3, 1)
        return channels_last

    def _place(self, windows: _Windows, count: int) -> NDArray[np.int8]:
        """Shapes (count, 32, 32) of any kind at any place."""
        kinds, rows, columns = (self._stream.below(bound, count) for bound in windows.shape[:3])
        return windows[kinds, rows, columns]

    def _pattern(self, labels: NDArray[np.intp]) -> NDArray[np.int8]:
        """Patterns (count, 32, 32) of the given classes, any of their tiles at any phase."""
        variants, rows, columns = (self._stream.below(bound, len(labels)) for bound in self._tiles.shape[1:4])
        return self._tiles[labels, variants, rows, columns]

    def _tints(self, figure: _Figure, count: int) -> NDArray[np.int16]:
        """Colours (count, 3) of patterns: a contrast of either sign, nearly the same in each channel."""
        contrast = figure.contrast.start + self._stream.below(len(figure.contrast), count)
        sign = 2 * self._stream.below(2, count) - 1
        return (contrast * sign)[:, None].astype(np.int16) + self._stream.signed(TINT_SPREAD, count, 3)


def _add(image: NDArray[np.int16], layer: NDArray[np.int8], colours: NDArray[np.int16]) -> None:
    """Add `layer` (n, 32, 32) of -1, 0 and 1 to `image` (n, 3, 32, 32) in the colour (n, 3) of each image."""
    image += layer[:, None] * colours[:, :, None, None]


def _tile_windows(stream: _Stream) -> _Windows:
    """Windows into planes covered with a tile, plain and mirrored: (10, variants, 6, 6, 32, 32)."""
    count = CLASSES * TILES_PER_CLASS
    field = stream.bytes(count, TILE_SIDE, TILE_SIDE).astype(np.int16)
    for axis in (1, 2):  # smooth, so that a tile has blobs that survive noise and pooling
        field = np.roll(field, 1, axis) + 2 * field + np.roll(field, -1, axis)
    middle = np.sort(field.reshape(count, -1), axis=1)[:, TILE_SIDE**2 // 2, None, None]
    tiles = np.where(field >= middle, 1, -1).astype(np.int8)
    plane = np.tile(tiles, (1, SIDE // TILE_SIDE + 2, SIDE // TILE_SIDE + 2))
    both = np.stack([plane, plane[:, :, ::-1]], axis=1).reshape(CLASSES, -1, *plane.shape[1:])
    return _windows(both, 2, 3)[:, :, :TILE_SIDE, :TILE_SIDE]


def _shape_windows(figure: _Figure) -> _Windows:
    """Windows onto each kind of shape, one for every place within reach: (kinds, places, places, 32, 32)."""
    side = SIDE + 2 * figure.reach
    distance = np.abs(2 * np.arange(side) - (side - 1))  # from the centre, in half pixels
    y, x, d = distance[:, None], distance[None, :], figure.diameter
    shapes = [
        x * x + y * y <= d * d,
        np.maximum(x, y) <= d * 9 // 10,
        x + y <= d * 5 // 4,
        x * x + 4 * y * y <= d * d * 3 // 2,
        4 * x * x + y * y <= d * d * 3 // 2,
    ]
    return _windows(np.stack(shapes).astype(np.int8), 1, 2)


def _windows(planes: NDArray[np.int8], rows: int, columns: int) -> _Windows:
    """All windows of 32 × 32 into `planes` along two of its axes, without a copy."""
    view: Any = sliding_window_view  # its types know no two axes in some releases of NumPy
    windows: _Windows = view(planes, (SIDE, SIDE), axis=(rows, columns))
    return windows


def _background(stream: _Stream, count: int) -> NDArray[np.int16]:
    """Smooth colour fields (count, 3, 32, 32) about mid grey, interpolated between 3×3 random points."""
    points = stream.signed(BACKGROUND_CONTRAST, count, 3, 3, 3)
    points += 128
    rows = _interpolated(points)
    return _interpolated(rows.swapaxes(2, 3))


def _interpolated(points: NDArray[np.int16]) -> NDArray[np.int16]:
    """`points` (n, 3, rows, 3), with the last axis drawn out to 32."""
    half = SIDE // 2
    steps = np.arange(half, dtype=np.int16)
    line = points[..., :-1, None] * (half - steps)
    line += points[..., 1:, None] * steps
    line //= half
    return line.reshape(*points.shape[:-1], SIDE)
