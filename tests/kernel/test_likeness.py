"""Drawings compared with what they may come from: any rescaling is the same, anything else is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.kernel.drawing.likeness import best, fit, normalised

RANDOM = np.random.default_rng(3)
SOURCES = RANDOM.normal(size=(40, 81)).astype("float32")

CHANGES = {
    "as it is": lambda x: x,
    "to [0, 1]": lambda x: (x - x.min()) / (x.max() - x.min()),
    "standardised": lambda x: (x - x.mean()) / x.std(),
    "to whole numbers": lambda x: ((x - x.min()) / (x.max() - x.min()) * 255).astype("uint8"),
    "cut off at 0": lambda x: np.maximum(x, 0),
    "cut off at both ends": lambda x: np.clip((x - x.mean()) / x.std() * 64 + 128, 0, 255).astype("uint8"),
    "half precision": lambda x: x.astype("float16"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_rescaling_is_recognised(change):
    drawn = np.stack([change(row) for row in SOURCES])
    found = best(drawn, SOURCES, normalised(SOURCES))
    assert [[place for place, _ in one] for one in found] == [[number] for number in range(len(SOURCES))]


@pytest.mark.parametrize("change", [lambda x: -x, lambda x: x**3, np.abs, np.sign, lambda x: x[::-1], np.zeros_like])
def test_anything_else_is_not(change):
    for row in SOURCES:
        assert fit(change(row), row) is None


def test_what_was_cut_off_is_told():
    row = SOURCES[0]
    assert fit(row, row).cut is False
    assert fit(np.maximum(row, 0), row).cut is True
    # A map after ReLU is one whose lowest value is 0; nothing of it is lost in drawing.
    assert fit(np.maximum(row, 0) * 3 + 1, np.maximum(row, 0)).cut is False


def test_equal_sources_are_all_found():
    sources = np.concatenate([SOURCES[:3], SOURCES[:3]])
    assert [{place for place, _ in one} for one in best(SOURCES[:3], sources, normalised(sources))] == [
        {0, 3},
        {1, 4},
        {2, 5},
    ]


@settings(max_examples=50)
@given(st.floats(1e-6, 1e6), st.floats(-1e3, 1e3), st.integers(0, len(SOURCES) - 1))
def test_scale_and_offset_do_not_matter(scale, offset, number):
    assert fit(SOURCES[number].astype(float) * scale + offset * scale, SOURCES[number]) is not None


@pytest.mark.parametrize("value", [0.0, 7.5, np.inf, np.nan])
def test_rows_without_a_picture_become_zero(value):
    rows = np.full((2, 5), value)
    assert (normalised(rows) == 0).all()
