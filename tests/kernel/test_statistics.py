"""Whose mean was taken off, also where it was typed in or computed over a part."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.kernel.images.serving import ImageSet
from grader.kernel.images.statistics import Statistics

CHANNEL, PIXEL, OVERALL = (0, 1, 2), 0, None


@pytest.fixture(scope="module")
def images():
    """Noise with another mean in every pixel; that of the test images differs by 0.8, as on CIFAR-10."""
    random = np.random.default_rng(4)
    looks = random.normal(120, 6, (32, 32, 3)) + np.array([5.0, 2.0, -7.0])
    train = random.normal(looks, 55, (6000, 32, 32, 3))
    test = random.normal(looks + 0.8, 55, (2000, 32, 32, 3))
    return {"train": np.clip(train, 0, 255).astype(np.uint8), "test": np.clip(test, 0, 255).astype(np.uint8)}


@pytest.fixture(scope="module")
def statistics(images):
    labels = np.zeros((1, 1), dtype=np.uint8)
    return Statistics(SimpleNamespace(train=ImageSet(images["train"], labels), test=ImageSet(images["test"], labels)))


def origin(statistics, mean, deviation=58.0):
    mean = np.asarray(mean, dtype=np.float64)
    if mean.ndim == 0:
        mean = np.repeat(mean, 3)
    return statistics.origin(np.full(mean.shape, 1 / deviation), -mean / deviation)


@pytest.mark.parametrize("axis", [CHANNEL, PIXEL, OVERALL])
@pytest.mark.parametrize("name", ["train", "test", "all"])
def test_means_of_whole_sets(statistics, images, axis, name):
    basis = images[name] if name in images else np.concatenate(list(images.values()))
    assert origin(statistics, basis.mean(axis=axis)) == name


@pytest.mark.parametrize("name", ["train", "test"])
def test_means_with_four_digits(statistics, images, name):
    assert origin(statistics, 255 * np.round(images[name].mean(axis=CHANNEL) / 255, 4)) == name


@pytest.mark.parametrize("axis", [CHANNEL, OVERALL])
@pytest.mark.parametrize("share", [0.7, 0.8, 0.9])
@pytest.mark.parametrize("seed", range(5))
def test_means_of_a_part_of_the_training_set(statistics, images, axis, share, seed):
    chosen = np.random.default_rng(seed).permutation(6000)[: int(6000 * share)]
    assert origin(statistics, images["train"][chosen].mean(axis=axis)) == "train"


@pytest.mark.parametrize(
    "mean", [0, 100, 127, 127.5, 128, 200, (127.5, 127.5, 127.5), (123.68, 116.78, 103.94), (90.0, 120.0, 150.0)]
)
def test_nobodys_mean(statistics, mean):
    assert origin(statistics, mean) is None


def test_what_lies_between_is_held_against_nobody(statistics, images):
    train, test = (images[name].mean(axis=CHANNEL) for name in ("train", "test"))
    assert origin(statistics, (train + test) / 2) is None
    assert origin(statistics, test + 0.1) is None


def test_a_constant_has_no_mean(statistics):
    assert statistics.origin(np.zeros(3), np.full(3, 120.0)) is None
