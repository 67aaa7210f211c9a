"""Pipelines are followed to their arrays: the rows told are the rows that come."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from keras.src.legacy.preprocessing.image import ImageDataGenerator

from grader.kernel.images.pipelines import sources_of

Dataset = tf.data.Dataset
ROWS = 24


def numbered(first=0, count=ROWS):
    return np.arange(first, first + count, dtype=np.float32).reshape(-1, 1)


def told(dataset):
    found = sources_of(dataset)
    return found, [int(row[0]) for array in found.arrays for row in array]


def delivered(dataset):
    """The rows that one pass delivers, in order."""
    return [int(value) for element in dataset for value in np.asarray(element).reshape(-1)]


LARGEST_BATCH = 10
STEPS = {
    "batch": lambda d, n: d.batch(n + 1),
    "batch, whole ones only": lambda d, n: d.batch(n + 1, drop_remainder=True),
    "batch in parallel": lambda d, n: d.batch(n + 1, num_parallel_calls=2),
    "take": lambda d, n: d.take(n),
    "skip": lambda d, n: d.skip(n),
    "map": lambda d, n: d.map(lambda x: x + 0),
    "map in parallel": lambda d, n: d.map(lambda x: x + 0, num_parallel_calls=2),
    "prefetch": lambda d, n: d.prefetch(n + 1),
    "cache": lambda d, n: d.cache(),
    "options": lambda d, n: d.with_options(tf.data.Options()),
    "one pass": lambda d, n: d.repeat(1),
    "two passes": lambda d, n: d.repeat(2),
    "concatenate": lambda d, n: d.concatenate(d),
    "shuffle": lambda d, n: d.shuffle(n + 1, seed=1),
}


@settings(max_examples=120, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(sorted(STEPS)), st.integers(0, LARGEST_BATCH - 1)), max_size=6))
def test_the_rows_told_are_those_that_come(steps):
    dataset, batched = Dataset.from_tensor_slices(numbered()), False
    for name, number in steps:
        if "batch" not in name or not batched:  # batches of batches are not what networks are given
            batched = batched or "batch" in name
            dataset = STEPS[name](dataset, number)
    found, rows = told(dataset)
    come = delivered(dataset)
    if found.exact and found.ordered:
        assert rows == come
    else:
        assert set(come) <= set(rows)
        if found.exact:  # but for the rows of a smaller batch that is dropped
            assert len(set(rows) - set(come)) < LARGEST_BATCH


def test_a_split_after_a_shuffle_is_not_told():
    shuffled = Dataset.from_tensor_slices(numbered()).shuffle(ROWS)
    for part in (shuffled.take(5), shuffled.skip(5), shuffled.batch(2).take(5)):
        assert not sources_of(part).exact
    assert sources_of(shuffled.take(ROWS)).exact
    assert sources_of(shuffled.skip(0)).exact


def test_a_split_of_a_filtered_pipeline_is_not_told():
    filtered = Dataset.from_tensor_slices(numbered()).filter(lambda x: x[0] > 3)
    assert not sources_of(filtered).exact
    assert not sources_of(filtered.take(3)).exact


@pytest.mark.parametrize(
    "make",
    [
        lambda x, y: Dataset.from_tensor_slices((x, y)),
        lambda x, y: Dataset.from_tensor_slices({"image": x, "label": y}),
        lambda x, y: Dataset.zip((Dataset.from_tensor_slices(x), Dataset.from_tensor_slices(y))),
        lambda x, y: Dataset.zip((Dataset.from_tensor_slices(y), Dataset.from_tensor_slices(x))),
        lambda x, y: Dataset.from_tensors((x, y)),
        lambda x, y: Dataset.from_tensors((x, y)).unbatch(),
        lambda x, y: Dataset.from_tensor_slices((x, y)).batch(3).unbatch(),
        lambda x, y: Dataset.from_tensor_slices((x, y)).enumerate(),
        lambda x, y: Dataset.from_tensor_slices((x, y)).padded_batch(4),
    ],
)
def test_images_and_labels(make):
    x, y = np.random.default_rng(1).random((6, 32, 32, 3), dtype="float32"), np.arange(6)
    found = sources_of(make(x, y))
    assert found.exact
    assert np.array_equal(np.concatenate(found.arrays), x)


def test_shards():
    dataset = Dataset.from_tensor_slices(numbered())
    assert told(dataset.shard(3, 1))[1] == delivered(dataset.shard(3, 1))
    assert not sources_of(dataset.batch(2).shard(3, 1)).exact


def test_rows_of_different_sources():
    first, second = (Dataset.from_tensor_slices(numbered(start, 5)) for start in (0, 100))
    assert told(first.concatenate(second))[1] == delivered(first.concatenate(second))
    mixed = Dataset.sample_from_datasets([first, second], [0.5, 0.5], seed=1)
    found, rows = told(mixed)
    assert not found.exact
    assert sorted(rows) == sorted(delivered(mixed))


def test_the_halves_that_keras_makes():
    left, right = keras.utils.split_dataset(numbered(), left_size=0.75)
    assert told(left)[1] + told(right)[1] == list(range(ROWS))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Dataset.range(5),
        lambda: Dataset.from_generator(lambda: iter([1.0]), output_signature=tf.TensorSpec((), tf.float32)),
        lambda: Dataset.from_tensor_slices(numbered()).flat_map(Dataset.from_tensors),
        lambda: Dataset.from_tensor_slices(numbered()).concatenate(
            Dataset.range(3).map(lambda i: tf.cast([i], tf.float32))
        ),
        lambda: numbered(),
        lambda: iter([1]),
        lambda: (i for i in range(3)),
    ],
)
def test_what_cannot_be_told(make):
    assert sources_of(make()) is None


def test_the_arrays_lie_where_they_were():
    tensor = tf.constant(numbered())
    (array,) = sources_of(Dataset.from_tensor_slices(tensor).batch(4)).arrays
    assert np.shares_memory(array, np.asarray(tensor))


@pytest.fixture
def images():
    return np.random.default_rng(2).random((20, 32, 32, 3), dtype="float32")


@pytest.mark.parametrize(("subset", "rows"), [("training", slice(5, None)), ("validation", slice(0, 5))])
def test_the_subsets_of_an_image_generator(images, subset, rows):
    generator = ImageDataGenerator(rotation_range=30, validation_split=0.25)
    found = sources_of(generator.flow(images, batch_size=4, subset=subset))
    assert found.exact
    assert np.array_equal(found.arrays[0], images[rows])


def test_generators_tell_the_arrays_they_use(images):
    def batches(x, size):
        while True:
            yield x[:size]

    def wrapped(inner):
        yield from inner

    started = batches(images, 4)
    next(started)
    ended = batches(images[:0], 4)
    ended.close()
    flow = ImageDataGenerator().flow(images, batch_size=4)
    for generator in (batches(images, 4), started, wrapped(batches(images, 4)), wrapped(flow), (x for x in [images])):
        found = sources_of(generator)
        if found is None:  # the array is in a list that is being gone through
            assert generator.__name__ == "<genexpr>"
        else:
            assert found.arrays[0] is images
            assert not found.exact
            assert found.one_of
    assert sources_of(ended) is None


def test_generators_that_go_in_circles_have_an_end(images):
    def endless(box):
        yield box

    box = []
    generator = endless(box)
    box.append(generator)
    assert sources_of(generator) is None

    def itself(me):
        while True:
            yield me

    circle = itself(None)
    next(circle)
    assert sources_of(circle) is None
