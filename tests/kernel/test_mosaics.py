"""Tiles side by side are found again, whatever their size, number, borders and zoom."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.kernel.drawing.mosaics import layouts, shrunk


def mosaic(tiles, columns, zoom, border, before, after):
    count, height, width = tiles.shape[:3]
    rows = count // columns
    down, right = height * zoom + border, width * zoom + border
    size = (before + rows * down - border + after, before + columns * right - border + after, *tiles.shape[3:])
    canvas = np.zeros(size)
    for number, tile in enumerate(tiles):
        top, left = before + number // columns * down, before + number % columns * right
        large = tile.repeat(zoom, axis=0).repeat(zoom, axis=1)
        canvas[top : top + height * zoom, left : left + width * zoom] = large
    return canvas


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 4),
    st.integers(1, 4),
    st.tuples(st.integers(3, 9), st.integers(3, 9)),
    st.integers(1, 8),
    st.integers(0, 8),
    st.sampled_from(["none", "half", "whole", "behind", "before"]),
    st.sampled_from([(), (3,)]),
)
def test_the_layout_is_among_those_tried(rows, columns, size, zoom, border, around, colours):
    if rows * columns == 1:
        columns = 2
    half = border // 2
    margins = {
        "none": (0, 0),
        "half": (half, half),
        "whole": (border, border),
        "behind": (0, border),
        "before": (border, 0),
    }
    before, after = margins[around]
    tiles = np.random.default_rng(0).random((rows * columns, *size, *colours))
    canvas = mosaic(tiles, columns, zoom, border, before, after)
    found = [layout.tiles(canvas, *size) for layout in layouts(canvas.shape, *size)]
    assert any(one.shape == tiles.shape and np.array_equal(one, tiles) for one in found)


@pytest.mark.parametrize("shape", [(3, 4), (2, 40), (4, 4)])
def test_what_holds_no_two_tiles_has_no_layout(shape):
    assert list(layouts(shape, 3, 4)) == []


@given(st.integers(1, 7))
def test_enlarged_drawings_are_brought_back(zoom):
    small = np.arange(12).reshape(3, 4)
    np.testing.assert_array_equal(shrunk(np.kron(small, np.ones((zoom, zoom), dtype=int))), small)
    assert shrunk(small) is small
