"""Served images are found again in any order and unit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.kernel.events import plain
from grader.kernel.images.rows import RowIndex, signature

TRAIN, TEST = 500, 100
ALL = TRAIN + TEST

# Pieces of the served rows: slices and single rows, put one after the other.
PIECES = st.lists(
    st.one_of(
        st.tuples(st.integers(0, ALL - 1), st.integers(1, 200)).map(
            lambda piece: list(range(piece[0], min(piece[0] + piece[1], ALL)))
        ),
        st.permutations(range(490, 510)),
        st.lists(st.integers(0, ALL - 1), min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=4,
).map(lambda pieces: [row for piece in pieces for row in piece])
FACTORS = st.lists(st.floats(1e-3, 10), min_size=3, max_size=3)
OFFSETS = st.lists(st.floats(-5, 5), min_size=3, max_size=3)


@pytest.fixture(scope="session")
def served(data):
    return np.concatenate([data.train.images, data.test.images])


def runs_of(rows: list[int]) -> tuple[tuple[str, int, int], ...]:
    """Runs by hand: rows that follow one another within one set."""
    numbered = [("train", row) if row < TRAIN else ("test", row - TRAIN) for row in rows]
    groups = itertools.groupby(enumerate(numbered), key=lambda item: (item[1][0], item[1][1] - item[0]))
    runs = []
    for (name, _), group in groups:
        places = [row for _, (_, row) in group]
        runs.append((name, places[0], places[-1] + 1))
    return tuple(runs) if len(runs) <= 64 else ()


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=PIECES, scale=FACTORS, offset=OFFSETS, flat=st.booleans(), double=st.booleans())
def test_any_selection_in_any_unit_is_found(index, served, data, rows, scale, offset, flat, double):
    dtype = np.float64 if double else np.float32
    images = (served[rows] * np.array(scale) + np.array(offset)).astype(dtype)
    match = index.find(images.reshape(-1, 3072) if flat else images)
    assert match.indices.tolist() == rows
    assert (match.count, match.unknown, match.distinct) == (len(rows), 0, len(set(rows)))
    assert match.train == sum(row < TRAIN for row in rows)
    assert match.test == len(rows) - match.train
    assert match.runs == runs_of(rows)
    assert match.scale == pytest.approx(scale, rel=1e-3)
    assert match.offset == pytest.approx(offset, rel=1e-3, abs=1e-3)
    assert match.residual < 1e-3
    assert not match.per_image
    labels = np.concatenate([data.train.labels, data.test.labels])[rows]
    assert match.labels.tolist() == labels.reshape(-1).tolist()


@pytest.mark.parametrize("dtype", ["uint8", "int32", "int64", "float16", "float32", ">f4"])
def test_any_number_type_is_found(index, data, dtype):
    match = index.find(data.test.images.astype(dtype))
    assert (match.runs, match.scale, match.residual) == ((("test", 0, TEST),), (1, 1, 1), 0)


def test_half_precision_of_scaled_images(index, data):
    match = index.find((data.train.images / 255).astype("float16"))
    assert match.runs == (("train", 0, TRAIN),)
    assert match.scale == pytest.approx([1 / 255] * 3, rel=1e-3)
    assert not match.per_image


def test_views_are_found_as_they_stand(index, data):
    assert index.find(data.train.images[::-1]).indices.tolist() == list(range(TRAIN))[::-1]
    assert index.find(data.train.images[::7]).indices.tolist() == list(range(0, TRAIN, 7))


def test_other_images_are_unknown(index, data):
    noise = np.random.default_rng(99).integers(0, 256, (50, 32, 32, 3), dtype=np.uint8)
    match = index.find(np.concatenate([data.test.images[:10], noise]))
    assert (match.test, match.unknown, match.runs) == (10, 50, ())
    assert match.indices[9:11].tolist() == [TRAIN + 9, -1]
    nothing = index.find(noise)
    assert (nothing.unknown, nothing.scale, nothing.offset, nothing.runs) == (50, None, None, ())


@pytest.mark.parametrize("change", ["flip", "shift", "channels", "negative"])
def test_changed_images_are_unknown(index, data, change):
    images = data.train.images.astype("float32")
    changed = {
        "flip": images[:, :, ::-1],
        "shift": np.roll(images, 1, axis=1),
        "channels": images[..., ::-1],
        "negative": 255 - images,
    }[change]
    assert index.find(changed).unknown == TRAIN


def test_scaling_by_each_images_own_maximum_shows(index, served):
    images = served[:100] * np.linspace(0.3, 1, 100).reshape(-1, 1, 1, 1)
    own = (images - images.min(axis=(1, 2, 3), keepdims=True)) / np.ptp(images, axis=(1, 2, 3), keepdims=True)
    # Noise has nearly the same maximum everywhere; images of different brightness have not.
    brightness = np.linspace(0.5, 2, 100).reshape(-1, 1, 1, 1)
    assert index.find(own * brightness).per_image
    assert not index.find(served[:100] * 2.0).per_image


def test_a_map_that_is_not_linear_leaves_a_residual(index, data):
    match = index.find((data.train.images / 255.0) ** 2)
    assert match.train == TRAIN
    assert match.residual > 0.05
    assert not match.per_image


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers(index, data, value):
    images = data.train.images.astype("float32")
    images[3, 0, 0, 0] = value
    images[5] = value
    match = index.find(images)
    assert match.indices[5] == -1
    event = plain(match.as_event())
    assert event["scale"] is None or all(np.isfinite(event["scale"]))
    everywhere = index.find(np.full((4, 32, 32, 3), value, dtype="float32"))
    assert (everywhere.unknown, everywhere.scale) == (4, None)


def test_a_bad_value_among_found_images_leaves_no_map(index, data):
    images = data.train.images[:8].astype("float32")
    images[:, 0, 0, 0] = np.nan  # a pixel that no signature looks at
    match = index.find(images)
    assert (match.train, match.scale, match.offset) == (8, None, None)


@pytest.mark.parametrize("value", [0, 7, 255])
def test_images_of_one_colour(index, value):
    match = index.find(np.full((20, 32, 32, 3), value, dtype=np.uint8))
    assert (match.unknown, match.runs) == (20, ())


def test_served_images_of_one_colour(data, monkeypatch):
    """Images that share a signature are told apart by their neighbours."""
    images = data.train.images.copy()
    images[100:120] = 9
    odd = RowIndex(data)
    monkeypatch.setitem(data.__dict__, "train", data.train._replace(images=images))
    assert odd.find(images).runs == (("train", 0, TRAIN),)
    assert odd.find(images[110:130]).runs == (("train", 110, 130),)
    constant = odd.find(images[100:110] / 255)
    assert constant.unknown == 0
    assert np.isfinite(constant.scale).all()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 32, 32, 3)),
        np.zeros((4, 28, 28)),
        np.zeros((4, 3, 32, 32)),
        np.zeros((4, 3071)),
        np.zeros(5),
        np.array(3.0),
        np.zeros((2, 32, 32, 3), dtype=object),
        np.zeros((2, 32, 32, 3), dtype=complex),
        np.zeros((2, 32, 32, 3), dtype="U1"),
    ],
)
def test_what_holds_no_images(index, array):
    assert index.find(array) is None


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), scale=FACTORS, offset=OFFSETS)
def test_a_signature_does_not_depend_on_the_unit(seed, scale, offset):
    images = np.random.default_rng(seed).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    scaled = images * np.array(scale) + np.array(offset)
    assert signature(images).tolist() == signature(scaled).tolist()
