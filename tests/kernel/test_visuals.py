"""What is drawn of a network is known again: feature maps and kernels, alone and in mosaics, in any scale."""

from __future__ import annotations

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers

from grader.kernel import taps
from grader.kernel.drawing.drawings import DrawingReader
from grader.kernel.drawing.pictures import PictureIndex
from grader.kernel.drawing.visuals import Visuals
from grader.kernel.models import ModelRegistry

FILTERS = 6


@pytest.fixture
def watched(hooks, log, index, data, monkeypatch):
    """A registry of models, the visuals that go with it, and a reader of drawings."""
    monkeypatch.setattr(layers.Layer, "get_weights", layers.Layer.get_weights)
    registry = ModelRegistry(log, on_new=lambda: None)
    visuals = Visuals(registry)
    log.cell = 0
    taps.install(lambda model, call, args, kwargs: call(model, *args, **kwargs), visuals.saw_output)
    registry.install()
    visuals.install()
    reader = DrawingReader(PictureIndex(index, data), visuals)

    def describe(drawing):
        reader.refresh()
        return reader.describe(np.asarray(drawing))

    return SimpleNamespace(registry=registry, visuals=visuals, describe=describe)


@pytest.fixture
def model(watched):
    keras.utils.set_random_seed(5)
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(FILTERS, 3, padding="same"),
            layers.Activation("tanh"),
            layers.MaxPooling2D(2),
            layers.Conv2D(FILTERS, 3),
            layers.Flatten(),
            layers.Dense(10),
        ]
    )


@pytest.fixture
def image(data):
    return data.test.images[3:4].astype("float32") / 255


def outputs(model, image):
    inside = keras.Model(model.inputs[0], [layer.output for layer in model.layers[:4]])
    return [keras.ops.convert_to_numpy(one) for one in inside(image)]


def chollet(maps):
    """Centred, spread out, cut off and rounded, as many notebooks do it."""
    maps = (maps - maps.mean((0, 1))) / maps.std((0, 1))
    return np.clip(maps * 64 + 128, 0, 255).astype("uint8")


@pytest.mark.parametrize("scale", [lambda x: x, chollet, lambda x: 1 - 3 * (1 - x), lambda x: x.astype("float16")])
def test_each_layer_is_known_by_its_maps(watched, model, image, scale):
    for layer, maps in zip(model.layers, outputs(model, image), strict=False):
        for channel in range(FILTERS):
            (origin,) = watched.describe(scale(maps[0])[:, :, channel])["origins"]
            assert (origin["kind"], origin["layer"], origin["parts"]) == ("features", layer.name, [(0, channel)])
            assert origin["model"] == watched.registry.uid(model)


def test_layers_called_one_after_the_other_are_seen(watched, model, image):
    x = image
    for layer in model.layers[:4]:
        x = layer(x)
        (origin,) = watched.describe(x[0, ..., 2])["origins"]
        assert origin["layer"] == layer.name


@pytest.mark.filterwarnings("ignore:.*structure of `inputs`:UserWarning")
def test_a_compiled_prediction_is_known_by_the_layers_of_its_outputs(watched, model, image):
    inside = keras.Model(model.inputs[0], [model.layers[0].output, model.layers[2].output])
    given = np.repeat(image, 3, axis=0)
    found = inside.predict(given, verbose=0)
    assert "origins" not in watched.describe(found[1][0, :, :, 3])
    watched.visuals.saw_outputs(inside, found)
    for layer, maps in zip((model.layers[0], model.layers[2]), found, strict=True):
        (origin,) = watched.describe(maps[0, :, :, 3])["origins"]
        assert (origin["layer"], origin["parts"]) == (layer.name, [(0, 3)])


def test_a_mosaic_names_every_map(watched, model, image):
    first = outputs(model, image)[0][0]
    canvas = np.zeros((2 * 33 - 1, 3 * 33 - 1))
    for channel in range(FILTERS):
        top, left = channel // 3 * 33, channel % 3 * 33
        canvas[top : top + 32, left : left + 32] = first[:, :, channel] * (channel + 1)
    (origin,) = watched.describe(canvas)["origins"]
    assert origin["parts"] == [(0, channel) for channel in range(FILTERS)]


def test_a_silent_map_may_be_that_of_any_silent_unit(watched, image):
    quiet = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(2, 3, kernel_initializer="zeros"), layers.ReLU()])
    maps = outputs(quiet, image)[0]
    assert {origin["layer"] for origin in watched.describe(maps[0, :, :, 0])["origins"]} == {
        layer.name for layer in quiet.layers
    }


def test_a_map_that_a_function_behind_the_layer_silenced(watched, image):
    below = keras.initializers.Constant(-1)
    quiet = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(2, 3, kernel_initializer=below)])
    maps = keras.ops.relu(quiet.layers[0](image))
    assert [origin["layer"] for origin in watched.describe(maps[0, :, :, 0])["origins"]] == [quiet.layers[0].name]


def test_what_the_network_never_gave_out_is_nothing(watched, model, image):
    outputs(model, image)
    for drawing in (np.random.default_rng(0).random((32, 32)), np.zeros((7, 7)), image[0, :, :, 0] ** 2):
        assert "origins" not in watched.describe(drawing)


def test_kernels_by_channel_and_as_colours(watched, model):
    kernel = np.asarray(model.layers[0].kernel)
    for channel in range(3):
        (origin,) = watched.describe(kernel[:, :, channel, 4])["origins"]
        assert (origin["kind"], origin["op"], origin["parts"]) == ("kernel", "conv2d", [(4, channel)])
    colours = (kernel - kernel.min()) / np.ptp(kernel)
    (origin,) = watched.describe(colours[..., 2])["origins"]
    assert (origin["parts"], origin["cut"]) == ([(2, -1)], False)
    (origin,) = watched.describe(np.clip(kernel[..., 2] * 5, 0, 1))["origins"]
    assert (origin["parts"], origin["cut"]) == ([(2, -1)], True)


@pytest.mark.parametrize(
    "turn", [lambda k, f, c: k[:, :, c, f].T, lambda k, f, c: np.kron(k[:, :, c, f], np.ones((4, 4)))]
)
def test_kernels_turned_over_or_enlarged(watched, model, turn):
    kernel = np.asarray(model.layers[3].kernel)
    (origin,) = watched.describe(turn(kernel, 5, 1))["origins"]
    assert (origin["layer"], origin["parts"]) == (model.layers[3].name, [(5, 1)])


def test_a_mosaic_of_kernels(watched, model):
    kernel = np.asarray(model.layers[0].kernel)
    rows = [np.hstack([kernel[:, :, channel, number] for number in range(FILTERS)]) for channel in range(3)]
    (origin,) = watched.describe(np.vstack(rows))["origins"]
    assert origin["parts"] == [(number, channel) for channel in range(3) for number in range(FILTERS)]


def test_weights_handed_out_are_known_after_the_model_has_gone_or_changed(watched):
    def first_kernel():
        return keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(2, 5)]).layers[0].get_weights()[0]

    kernel = first_kernel()
    watched.registry.end_cell()  # lets go of models that only the cell knew
    kernel -= kernel.min()  # in place
    (origin,) = watched.describe(kernel[:, :, 0, 1])["origins"]
    assert (origin["kind"], origin["parts"]) == ("kernel", [(1, 0)])


def test_images_of_the_data_set_however_they_were_prepared(watched, data):
    image = data.train.images[7]
    standardised = (image.astype("float32") - 120.7) / 63.1
    for drawn in (
        image,
        image / 255,
        image / 127.5 - 1,
        standardised,
        np.clip(standardised, 0, 1),
        image.astype("int32"),
    ):
        label = int(data.train.labels[7, 0])
        assert watched.describe(drawn) == {"row": ("train", 7), "images": [("train", 7, label)]}


def test_a_mosaic_of_images(watched, data):
    images = data.test.images[10:16]
    canvas = np.concatenate([np.concatenate(images[:3], axis=1), np.concatenate(images[3:], axis=1)])
    assert [row for _, row, _ in watched.describe(canvas / 255)["images"]] == list(range(10, 16))


@pytest.mark.parametrize(
    "drawing",
    [
        np.zeros((0, 3)),
        np.full((32, 32), np.nan),
        np.zeros((4, 4, 4)),
        np.zeros(5),
        np.full((3, 3), "a"),
        np.eye(3) > 0,
    ],
)
def test_whatever_is_drawn_can_be_described(watched, drawing):
    assert watched.describe(drawing) == {}


def test_no_more_is_kept_than_fits(watched, model, monkeypatch):
    monkeypatch.setattr("grader.kernel.drawing.visuals._MAX_BYTES", 2**20)
    for _ in range(30):
        model.layers[0](np.zeros((8, 32, 32, 3), dtype="float32"))
    kept = list(watched.visuals._maps)
    assert sum(one.size for one in kept) <= 2**20
    assert kept
