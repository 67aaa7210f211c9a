"""Served images are recognised behind a disguise, and images that are none of them are not."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.kernel.images import disguises
from grader.kernel.images.disguises import DisguiseReader
from grader.kernel.images.rows import RowIndex
from grader.kernel.images.serving import ImageSet

TRAIN, TEST = 400, 100
TEST_BRIGHTER = 3.0


def smooth(random: np.random.Generator, count: int, brightness: float = 118.0) -> np.ndarray:
    """Images that vary the less the finer one looks, as photographs do."""
    images = np.full((count, 32, 32, 3), brightness)
    for points, contrast in ((3, 35), (6, 30), (12, 22), (32, 8)):
        distance = np.abs(np.linspace(0, points - 1, 32)[:, None] - np.arange(points))
        between = np.maximum(1 - distance, 0)
        looks = random.normal(0, contrast, (count, points, points, 3))
        images += np.einsum("ya,xb,nabc->nyxc", between, between, looks, optimize=True)
    return np.clip(np.rint(images), 0, 255).astype(np.uint8)


def served(train: np.ndarray, test: np.ndarray) -> SimpleNamespace:
    labels = np.random.default_rng(3)
    return SimpleNamespace(
        train=ImageSet(train, labels.integers(0, 10, (len(train), 1), dtype=np.uint8)),
        test=ImageSet(test, labels.integers(0, 10, (len(test), 1), dtype=np.uint8)),
    )


@pytest.fixture(scope="session")
def photographs():
    random = np.random.default_rng(5)
    return served(smooth(random, TRAIN), smooth(random, TEST, 118 + TEST_BRIGHTER))


@pytest.fixture
def reader(photographs):
    return DisguiseReader(RowIndex(photographs))


@pytest.fixture(scope="session")
def patient_reader(photographs):
    """One that is not worn out by a hundred examples."""
    reader = DisguiseReader(RowIndex(photographs))
    reader._left = 10**9
    return reader


def shifted(images, down, right, fill):
    """Images moved within their frame, what comes in being filled in one of the usual ways."""
    if fill == "wrap":
        return np.roll(images, (down, right), (1, 2))
    reach = 4
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode=fill)
    return padded[:, reach - down : reach - down + 32, reach - right : reach - right + 32]


def expect_recognised(match, name, count, share=0.95):
    """Most unknown rows are recognised as images of that set, next to none as images of the other one."""
    assert match.unknown == count
    found = {"train": match.disguised_train, "test": match.disguised_test}
    assert found.pop(name) >= share * match.sampled > 0
    assert sum(found.values()) <= 0.01 * match.sampled


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["train", "test"]),
    flip=st.sampled_from([(1, 1), (1, -1), (-1, 1), (-1, -1)]),
    down=st.integers(-4, 4),
    right=st.integers(-4, 4),
    fill=st.sampled_from(["wrap", "constant", "edge", "reflect"]),
    scale=st.floats(1e-3, 10) | st.just(-1.0),
    offset=st.floats(-5, 5),
)
def test_any_flip_and_shift_in_any_unit_is_seen_through(
    patient_reader, photographs, name, flip, down, right, fill, scale, offset
):
    images = getattr(photographs, name).images[:60, :: flip[0], :: flip[1]]
    changed = (shifted(images, down, right, fill) * scale + offset).astype("float32")
    match = patient_reader.find(changed)
    if match.unknown:
        expect_recognised(match, name, 60)
    else:  # nothing but the values were changed
        assert getattr(match, name) == 60


DISGUISES = {
    "grey": lambda x: np.repeat(x @ np.array([0.299, 0.587, 0.114]), 3).reshape(x.shape),
    "channels exchanged": lambda x: x[..., ::-1],
    "noise": lambda x: x + np.random.default_rng(1).normal(0, 20, x.shape),
    "turned": lambda x: scipy.ndimage.rotate(x, 8, (1, 2), reshape=False, order=1, mode="nearest"),
    "standardised, then mirrored": lambda x: ((x - x.mean(axis=0)) / x.std(axis=0))[:, :, ::-1],
    "each with a contrast of its own, mirrored": lambda x: (x / x.max(axis=(1, 2, 3), keepdims=True))[:, ::-1],
    "as large again": lambda x: x.repeat(2, axis=1).repeat(2, axis=2),
    "75 pixels wide": lambda x: scipy.ndimage.zoom(x, (1, 75 / 32, 75 / 32, 1), order=1),
    "half as large": lambda x: x.reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4)),
    "grey, without channels": lambda x: x.mean(axis=3),
    "channels first": lambda x: x.transpose(0, 3, 1, 2),
    "in one row, mirrored": lambda x: x[:, :, ::-1].reshape(len(x), -1),
    "large, in one row": lambda x: x.repeat(2, axis=1).repeat(2, axis=2).reshape(len(x), -1),
}


@pytest.mark.parametrize("name", ["train", "test"])
@pytest.mark.parametrize("change", DISGUISES)
def test_disguises(reader, photographs, name, change):
    images = getattr(photographs, name).images[:100].astype("float32")
    expect_recognised(reader.find(DISGUISES[change](images)), name, 100, share=0.9)


@pytest.mark.parametrize(
    ("change", "disguise"),
    [
        (lambda x: x[:, :, ::-1], "flipped"),
        (lambda x: x[:, ::-1, ::-1], "flipped"),
        (lambda x: np.roll(x, 3, axis=1), "shifted"),
        (lambda x: x[..., ::-1], "other"),
    ],
)
def test_the_disguise_is_named(reader, photographs, change, disguise):
    assert reader.find(change(photographs.test.images)).disguise == disguise


def test_test_images_in_disguise_among_training_images(reader, photographs):
    train, test = photographs.train.images, photographs.test.images
    match = reader.find(np.concatenate([train, test[:50, :, ::-1]]))
    assert (match.train, match.test, match.unknown) == (TRAIN, 0, 50)
    expect_recognised(match, "test", 50)
    both = reader.find(np.concatenate([train[:, ::-1], test[:, ::-1]]))
    assert both.sampled == 256
    assert both.disguised_test / both.sampled == pytest.approx(TEST / (TRAIN + TEST), abs=0.02)


def test_several_arrays_count_as_one(reader, photographs):
    apart = reader.find(photographs.train.images, photographs.test.images[:, :, ::-1] / 255)
    assert (apart.train, apart.unknown) == (TRAIN, TEST)
    expect_recognised(apart, "test", TEST)


@pytest.mark.parametrize(
    "make",
    [
        lambda random: random.integers(0, 256, (300, 32, 32, 3), dtype=np.uint8),
        lambda random: smooth(random, 300),
        lambda random: np.zeros((300, 32, 32, 3)),
        lambda random: np.full((300, 32, 32, 3), np.nan),
    ],
)
def test_foreign_images_stay_unknown_after_a_first_look(reader, make):
    match = reader.find(make(np.random.default_rng(8)))
    assert (match.unknown, match.sampled, match.disguise) == (300, 64, None)
    assert match.disguised_train + match.disguised_test <= 0.05 * match.sampled


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((20, 10)),
        np.zeros((20, 64, 64)),
        np.zeros((20, 8, 8, 64)),
        np.zeros((20, 32, 32, 64)),
        np.zeros((20, 64, 32, 3)),
        np.array(["cat"] * 20).reshape(20, 1),
        np.zeros((0, 64, 64, 3)),
        np.zeros(20),
        np.array(3.0),
    ],
)
def test_arrays_without_served_images_have_no_rows(reader, array):
    assert reader.find(array) is None


def test_what_is_in_both_sets_is_held_against_nobody():
    random = np.random.default_rng(6)
    train = smooth(random, 200)
    nearly = np.clip(train[:60].astype(int) + random.integers(-3, 4, (60, 32, 32, 3)), 0, 255).astype(np.uint8)
    reader = DisguiseReader(RowIndex(served(train, nearly)))
    twins = reader.find(train[:60, :, ::-1])
    assert (twins.disguised_train, twins.disguised_test) == (0, 0)
    expect_recognised(reader.find(train[60:, :, ::-1]), "train", 140)


@pytest.mark.parametrize("origin", ["train", "test", "all"])
@pytest.mark.parametrize("with_deviation", [True, False])
def test_images_standardised_pixel_by_pixel_are_known(reader, photographs, origin, with_deviation):
    train, test = photographs.train.images / 255, photographs.test.images / 255
    basis = {"train": train, "test": test, "all": np.concatenate([train, test])}[origin]
    deviation = basis.std(axis=0) if with_deviation else 1
    for name, images in (("train", train), ("test", test)):
        match = reader.find(((images - basis.mean(axis=0)) / deviation).astype("float32"))
        assert match.runs == ((name, 0, len(images)),)
        assert match.standardised == origin
        assert (match.sampled, match.unknown) == (0, 0)


def test_the_map_of_pixels_is_remembered(reader, photographs):
    mean = photographs.train.images.mean(axis=0)
    reader.find(photographs.train.images - mean)
    assert reader._index.find((photographs.test.images - mean)[:3]).runs == (("test", 0, 3),)


def test_inverted_images_are_known(reader, photographs):
    match = reader.find(255 - photographs.test.images)
    assert match.runs == (("test", 0, TEST),)
    assert match.scale == pytest.approx([-1] * 3)


def test_no_more_is_looked_at_than_is_good_for_a_run(photographs, monkeypatch):
    monkeypatch.setattr(disguises, "_LOOKS_OF_A_RUN", 150)
    reader = DisguiseReader(RowIndex(photographs))
    flipped = photographs.test.images[:, ::-1]
    assert [reader.find(flipped).sampled for _ in range(3)] == [100, 50, 0]
