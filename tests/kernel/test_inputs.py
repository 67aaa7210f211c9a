"""Data arguments of every kind in one normal form, and Keras gets them as they were given."""

from __future__ import annotations

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras.src.legacy.preprocessing.image import ImageDataGenerator

from grader.evidence.values import DataGiven
from grader.kernel.events import plain
from grader.kernel.images.inputs import InputReader

TRAIN, TEST = 500, 100


@pytest.fixture
def reader(index, log):
    return InputReader(index, log)


@pytest.fixture
def x(data):
    return data.test.images.astype("float32") / 255


@pytest.fixture
def y(data):
    return data.test.labels


def described(given) -> DataGiven:
    """The description as it reaches the trusted side."""
    return DataGiven.model_validate(plain(given.description))


class Batches(keras.utils.PyDataset):
    def __init__(self, x, y, size):
        super().__init__()
        self.x, self.y, self.size = x, y, size

    def __len__(self):
        return -(-len(self.x) // self.size)

    def __getitem__(self, number):
        rows = slice(number * self.size, (number + 1) * self.size)
        return self.x[rows], self.y[rows]


class Endless(keras.utils.PyDataset):
    def __init__(self, x, y):
        super().__init__()
        self.batch = x, y

    @property
    def num_batches(self):
        return None

    def __getitem__(self, number):
        return self.batch


def batches(x, y, size=32):
    while True:
        for start in range(0, len(x), size):
            yield x[start : start + size], y[start : start + size]


@pytest.mark.parametrize("form", [np.asarray, tf.constant, tf.Variable, lambda x: [x], lambda x: (tf.constant(x),)])
def test_arrays_and_tensors_are_seen_whole(reader, x, y, form):
    given = reader.read(form(x), y)
    seen = described(given)
    assert (seen.kind, seen.whole, seen.count, seen.shape, seen.dtype) == (
        "array",
        True,
        TEST,
        (TEST, 32, 32, 3),
        "float32",
    )
    assert seen.rows.runs == (("test", 0, TEST),)
    assert seen.rows.scale == pytest.approx([1 / 255] * 3, rel=1e-4)
    assert (seen.labels.encoding, seen.labels.agree) == ("sparse", 1)
    assert len(given.head(4)[0]) == len(given.head(4)[1]) == 4


def test_what_is_handed_on_is_what_was_given(reader, x, y):
    for argument in (x, [x], tf.constant(x), tf.data.Dataset.from_tensor_slices(x).batch(8), {"a": x}, "text", None):
        assert reader.read(argument, y).argument is argument


@pytest.mark.parametrize(
    ("labels", "encoding", "agree"),
    [
        (lambda y: y, "sparse", 1),
        (lambda y: y.reshape(-1), "sparse", 1),
        (lambda y: y.astype("float32"), "sparse", 1),
        (tf.constant, "sparse", 1),
        (lambda y: keras.utils.to_categorical(y, 10), "one_hot", 1),
        (lambda y: keras.utils.to_categorical(y, 10).astype(bool), "one_hot", 1),
        (lambda y: tf.one_hot(y.reshape(-1), 10) * 0.9 + 0.01, "one_hot", 1),
        (lambda y: keras.utils.to_categorical(y, 10) * 2, "other", 1),
        (lambda y: (y + 1) % 10, "sparse", 0),
        (lambda y: y[:50], "sparse", None),
        (lambda y: np.full(len(y), np.nan), "sparse", 0),
        (lambda y: np.zeros((len(y), 2, 2)), "other", None),
        (lambda y: np.array(["cat"] * len(y)), "other", None),
        (lambda y: np.array(3), "other", None),
        (lambda y: y[:0].reshape(0, 10), "other", None),
    ],
)
def test_labels_in_every_encoding(reader, x, y, labels, encoding, agree):
    seen = described(reader.read(x, labels(y))).labels
    assert (seen.encoding, seen.agree) == (encoding, agree)


def test_labels_in_another_order_than_their_images_agree_by_chance_only(reader, x, y):
    assert described(reader.read(x[::-1], y)).labels.agree < 0.4
    assert described(reader.read(x[::-1], y[::-1])).labels.agree == 1


@pytest.mark.parametrize(
    ("change", "count", "batch_size"),
    [
        (lambda d: d.batch(32), TEST, 32),
        (lambda d: d.batch(32).prefetch(2), TEST, 32),
        (lambda d: d.map(lambda x, y: (x / 2, y)).batch(32), TEST, 32),
        (lambda d: d.batch(32).map(lambda x, y: (x / 2, y)).cache(), TEST, 32),
        (lambda d: d.shuffle(100, seed=1).batch(32), TEST, 32),
        (lambda d: d.batch(32, drop_remainder=True), 96, 32),
        (lambda d: d.batch(32).take(2), 64, 32),
        (lambda d: d.batch(32).repeat(), None, 32),
        (lambda d: d.batch(200), TEST, 200),
    ],
)
def test_datasets_are_looked_into(reader, x, y, change, count, batch_size):
    given = reader.read(change(tf.data.Dataset.from_tensor_slices((x, y))))
    seen = described(given)
    assert (seen.kind, seen.count, seen.batch_size) == ("tf.data", count, min(batch_size, TEST))
    assert seen.rows.unknown == 0
    assert seen.labels.agree == 1


@pytest.mark.parametrize("size", [1, 7, 64, 100, 128, 499])
@pytest.mark.parametrize("kind", ["tf.data", "pydataset"])
def test_large_sources_are_counted_to_the_row(reader, data, kind, size):
    images, labels = np.tile(data.train.images, (5, 1, 1, 1)), np.tile(data.train.labels, (5, 1))
    source = Batches(images, labels, size)
    if kind == "tf.data":
        source = tf.data.Dataset.from_tensor_slices((images, labels)).batch(size).prefetch(1)
    seen = described(reader.read(source))
    assert (seen.kind, seen.count, seen.batches) == (kind, 5 * TRAIN, -(-5 * TRAIN // size))
    if kind == "tf.data":
        assert (seen.rows.count, seen.rows.train, seen.whole) == (5 * TRAIN, 5 * TRAIN, True)
    else:  # spread over all, and the last batch may be small
        assert 1024 - size < seen.rows.count < 1024 + size
        assert not seen.whole


def test_an_unbatched_dataset_is_no_batch_of_rows(reader, x, y):
    given = reader.read(tf.data.Dataset.from_tensor_slices((x, y.reshape(-1))))
    assert described(given).rows is None


def test_datasets_without_labels(reader, x):
    seen = described(reader.read(tf.data.Dataset.from_tensor_slices(x).batch(50)))
    assert (seen.count, seen.labels, seen.rows.test) == (TEST, None, TEST)


def test_empty_sources(reader):
    assert described(reader.read(tf.data.Dataset.from_tensor_slices(np.zeros((0, 3))).batch(2))).count == 0
    assert described(reader.read(_ for _ in ())).count == 0


def test_several_inputs_are_not_stacked(reader, x, y):
    given = reader.read([x, x], y)
    assert (given.description["kind"], given.match) == ("other", None)
    assert [len(part) for part in given.head(4)[0]] == [4, 4]
    of_dataset = reader.read(tf.data.Dataset.from_tensor_slices(((x, x), y)).batch(30))
    assert (of_dataset.description["batch_size"], of_dataset.count) == (30, TEST)


def test_keras_datasets(reader, x, y):
    seen = described(reader.read(Batches(x, y, 32)))
    assert (seen.kind, seen.type, seen.count, seen.batches) == ("pydataset", "Batches", TEST, 4)
    assert seen.rows.runs == (("test", 0, TEST),)
    assert described(reader.read(Endless(x, y))).count is None


def test_the_image_generator_of_keras_2(reader, x, y):
    source = ImageDataGenerator(rescale=1 / 255).flow(x * 255, y, batch_size=32, shuffle=False)
    seen = described(reader.read(source))
    assert (seen.kind, seen.count, seen.batch_size, seen.batches) == ("pydataset", TEST, 32, 4)
    assert seen.rows.runs == (("test", 0, TEST),)
    assert seen.rows.scale == pytest.approx([1 / 255] * 3, rel=1e-4)


def test_nothing_of_a_generator_is_lost(reader, x, y):
    given = reader.read((x[i : i + 1], y[i : i + 1]) for i in range(TEST))
    assert (described(given).kind, described(given).count) == ("generator", None)
    assert described(given).rows.runs == (("test", 0, TEST),)
    images, labels = zip(*given.argument, strict=True)
    assert np.array_equal(np.concatenate(images), x)
    assert np.array_equal(np.concatenate(labels), y)


@pytest.mark.parametrize(("tells_its_arrays", "enough"), [(True, 256), (False, 1024)])
def test_an_endless_generator_is_read_no_further_than_needed(reader, x, y, tells_its_arrays, enough):
    taken = 0

    def counting(inner):
        nonlocal taken
        while True:
            taken += 1
            yield next(inner) if tells_its_arrays else inner()

    inner = batches(x, y)
    given = reader.read(counting(inner if tells_its_arrays else functools.partial(next, inner)))
    assert enough // 32 <= taken < 2 * enough // 32
    assert described(given).rows.test == (TEST if tells_its_arrays else described(given).rows.count)
    first, _ = next(given.argument)
    assert np.array_equal(first, x[:32])


def flipped_and_batched(x, y):
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    return dataset.map(lambda image, label: (image[:, ::-1] / 2, label)).batch(32)


def test_the_rows_behind_a_pipeline_are_known_whatever_it_does_to_them(reader, data):
    images, labels = data.train.images.astype("float32"), data.train.labels
    seen = described(reader.read(flipped_and_batched(images, labels)))
    assert (seen.rows.runs, seen.rows.scale, seen.whole) == ((("train", 0, TRAIN),), None, True)
    halved = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(9).batch(32)
    seen = described(reader.read(halved.map(lambda x, y: (x / 2, y))))
    assert seen.rows.scale == pytest.approx([0.5] * 3)
    assert (seen.rows.train, seen.labels.agree) == (TRAIN, 1)


def test_parts_of_a_pipeline_are_told_apart(reader, data):
    whole = tf.data.Dataset.from_tensor_slices((data.train.images, data.train.labels))
    parts = whole.take(400).shuffle(400).batch(32), whole.skip(400).batch(32)
    assert [described(reader.read(part)).rows.runs for part in parts] == [
        (("train", 0, 400),),
        (("train", 400, TRAIN),),
    ]
    shuffled = whole.shuffle(TRAIN)
    for part in (shuffled.take(400), shuffled.skip(400)):
        seen = described(reader.read(part.batch(16)))
        assert (seen.rows.train, seen.rows.test, seen.rows.runs) == (seen.rows.count, 0, ())
    mixed = whole.concatenate(tf.data.Dataset.from_tensor_slices((data.test.images, data.test.labels)))
    seen = described(reader.read(mixed.shuffle(600).batch(32).prefetch(1)))
    assert (seen.rows.train, seen.rows.test) == (TRAIN, TEST)


# Keras's own use of SciPy.
@pytest.mark.filterwarnings("ignore:Please import .affine_transform.:DeprecationWarning")
def test_an_image_generator_tells_its_images_however_it_changes_them(reader, data):
    generator = ImageDataGenerator(rotation_range=40, horizontal_flip=True, validation_split=0.2)
    images, labels = data.train.images, data.train.labels
    for subset, run in (("training", ("train", 100, TRAIN)), ("validation", ("train", 0, 100))):
        flow = generator.flow(images, labels, batch_size=32, subset=subset)
        seen = described(reader.read(flow))
        assert (seen.rows.runs, seen.count) == ((run,), run[2] - run[1])


def test_of_the_arrays_of_a_generator_those_count_whose_rows_come(reader, data):
    def chosen(first, _second):
        while True:
            yield first[:32]

    train, test = data.train.images, data.test.images
    for arrays, name in (((train, test), "train"), ((test, train), "test")):
        rows = described(reader.read(chosen(*arrays))).rows
        assert getattr(rows, name) == rows.count == len(arrays[0])


def test_an_array_that_a_generator_only_mentions_is_not_behind_it(reader, data):
    class Held:
        images = data.test.images

    def batches_of(held, mentioned):
        while len(mentioned):
            yield held.images[:32]

    rows = described(reader.read(batches_of(Held, data.train.images))).rows
    assert rows.test == rows.count


def test_test_images_late_in_a_keras_dataset_are_seen(reader, data):
    images = np.concatenate([np.tile(data.train.images, (8, 1, 1, 1)), data.test.images])
    rows = described(reader.read(Batches(images, np.zeros(len(images)), 10))).rows
    assert rows.test / rows.count == pytest.approx(TEST / len(images), abs=0.01)


def test_a_generator_trains_as_without_us(recorded, x, y):
    recorded("full")
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Flatten(), keras.layers.Dense(10)])
    model.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(batches(x, y), steps_per_epoch=3, epochs=2, shuffle=False, verbose=0)
    assert len(history.history["loss"]) == 2


def test_an_array_is_matched_once(reader, index, x, monkeypatch):
    first = reader.read(x).match
    monkeypatch.setattr(index, "find", lambda images: pytest.fail("matched again"))
    assert reader.read(x).match is first


def test_an_array_that_was_changed_in_place_is_matched_again(reader, x):
    reader.read(x)
    x *= 2
    assert described(reader.read(x)).rows.scale == pytest.approx([2 / 255] * 3, rel=1e-4)


@pytest.mark.parametrize(
    "odd", [np.zeros(()), np.full((4, 32, 32, 3), np.nan), np.array([object()]), [], 3.5, [[1, 2]]]
)
def test_odd_arguments_are_described_and_left_to_keras(reader, odd):
    described(reader.read(odd, odd))


@pytest.mark.parametrize(
    ("change", "altered", "scaled"),
    [
        (lambda x: x / 255.0, False, True),
        (lambda x: tf.image.random_flip_left_right(x / 255.0), True, True),
        (lambda x: tf.image.random_contrast(tf.image.random_flip_left_right(x / 255.0), 0.5, 1.5), True, False),
        (lambda x: x[:, ::-1] / 255.0, True, False),
    ],
)
def test_images_that_a_pipeline_varies(reader, data, change, altered, scaled):
    images = data.train.images.astype("float32")
    dataset = tf.data.Dataset.from_tensor_slices((images, data.train.labels)).shuffle(500)
    rows = reader.read(dataset.map(lambda x, y: (change(x), y)).batch(50)).description["rows"]
    assert rows["train"] == len(images)
    assert (rows["altered"] > 0.25) == altered
    if scaled:
        assert rows["scale"] == pytest.approx([1 / 255] * 3)
    else:
        assert rows["scale"] is None
