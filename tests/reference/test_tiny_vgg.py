"""The model answers to `tiny-vgg`: networks, repeated runs, feature maps and kernels, on few small images."""

from __future__ import annotations

import statistics

import numpy as np
import pytest

from reference import nets, tiny_resnet, tiny_vgg
from reference.architecture import Conv, Dense, Flatten, build, conv_parameters, dense_parameters, parameters


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((20, 32, 32, 3), dtype=np.float32)


@pytest.fixture(scope="module")
def model():
    return tiny_vgg.tiny_vgg()


def test_the_tiny_vgg_has_two_blocks_of_two_convolutions_and_a_pool(model):
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["Conv2D", "Conv2D", "MaxPooling2D"] * 2 + ["Flatten", "Dense"]
    sides = [layer.output.shape[1] for layer in model.layers if type(layer).__name__ == "MaxPooling2D"]
    assert sides == [16, 8]
    first, others = conv_parameters((3, 3), 3, 10), 3 * conv_parameters((3, 3), 10, 10)
    assert model.count_params() == first + others + dense_parameters(8 * 8 * 10, 10) == 9_420


def test_the_variants_are_the_tiny_vgg_with_one_change(model):
    normalised = tiny_vgg.tiny_vgg(tiny_vgg.TINY_VGG_BN)
    assert normalised.count_params() - model.count_params() == 4 * 4 * 10
    for before, layer, after in zip(normalised.layers, normalised.layers[1:], normalised.layers[2:], strict=False):
        if type(layer).__name__ == "BatchNormalization":
            assert before.activation.__name__ == "linear"
            assert after.activation.__name__ == "relu"
    deeper = tiny_vgg.tiny_vgg(tiny_vgg.THREE_BLOCKS)
    kinds = [type(layer).__name__ for layer in deeper.layers]
    assert kinds == ["Conv2D", "Conv2D", "MaxPooling2D"] * 3 + ["Flatten", "Dense"]
    assert deeper.count_params() == sum(parameters(tiny_vgg.THREE_BLOCKS, padding="same"))


@pytest.mark.parametrize("blocks", [tiny_resnet.BLOCKS, (10, 16), (12, 12, 24)])
def test_the_tiny_resnet_adds_what_goes_into_a_block_to_what_comes_out(blocks):
    model = tiny_resnet.tiny_resnet(blocks)
    assert model.count_params() == tiny_resnet.parameters(blocks)
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds.count("Add") == len(blocks)
    assert kinds.count("MaxPooling2D") == 1
    for layer in model.layers:
        if type(layer).__name__ == "Add":
            (after,) = [node.operation for node in layer._outbound_nodes]
            assert after.activation.__name__ == "relu"


def test_the_reference_tiny_resnet_is_smaller_than_the_tiny_vgg(model):
    assert tiny_resnet.parameters() == 6_770 < model.count_params()


def test_a_shortcut_that_carries_everything_leaves_the_network_a_network_of_its_input(images):
    """With the kernels of a block at 0 its output is its input: the sum is the shortcut, and ReLU keeps it."""
    import keras

    model = tiny_resnet.tiny_resnet()
    pool = next(layer for layer in model.layers if type(layer).__name__ == "MaxPooling2D")
    last = [layer for layer in model.layers if type(layer).__name__ == "Activation"][-1]
    for layer in model.layers:
        if type(layer).__name__ == "Conv2D" and layer.kernel_size == (3, 3):
            layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    before, after = keras.Model(model.inputs, [pool.output, last.output]).predict(images, verbose=0)
    np.testing.assert_allclose(before, after)
    assert before.max() > 0


def test_mean_and_deviation_are_those_of_a_sample():
    accuracies = [0.61, 0.63, 0.66, 0.6]
    found = tiny_vgg.robustness(accuracies)
    assert found.mean == pytest.approx(statistics.mean(accuracies))
    assert found.deviation == pytest.approx(statistics.stdev(accuracies))


def test_each_run_trains_a_network_of_its_own(images):
    labels = np.arange(20, dtype=np.uint8).reshape(-1, 1) % 10
    data = nets.split(images, labels, images[:10], labels[:10])
    made = []

    def make():
        made.append(build((Flatten(), Dense(10, "softmax"))))
        return made[-1]

    found = tiny_vgg.repeat(make, data, runs=3, epochs=1)
    assert len(made) == len(found.accuracies) == 3
    right = [model.predict(images[:10], verbose=0).argmax(axis=1) == labels[:10, 0] for model in made]
    assert found.accuracies == pytest.approx([float(np.mean(one)) for one in right])


def test_feature_maps_are_those_of_the_layers_that_have_a_map(model, images):
    maps = tiny_vgg.feature_maps(model, images[3])
    assert [one.shape for one in maps.values()] == [(32, 32, 10)] * 2 + [(16, 16, 10)] * 3 + [(8, 8, 10)]
    first = model.layers[0](images[3][None])[0]
    np.testing.assert_allclose(maps[model.layers[0].name], first, rtol=1e-4, atol=1e-5)


def test_kernels_by_channel_and_as_colours():
    model = build((Conv(5, 7), Flatten(), Dense(2)))
    kernel = model.layers[0].get_weights()[0]
    assert tiny_vgg.first_kernels(model).shape == (3, 5, 7, 7)
    np.testing.assert_array_equal(tiny_vgg.first_kernels(model)[2, 4], kernel[:, :, 2, 4])
    colours = tiny_vgg.rgb_kernels(model)
    assert colours.shape == (5, 7, 7, 3)
    assert colours.min(axis=(1, 2, 3)).tolist() == [0] * 5
    assert colours.max(axis=(1, 2, 3)).tolist() == [1] * 5
    order = kernel[..., 3].argsort(axis=None)
    np.testing.assert_array_equal(colours[3].argsort(axis=None), order)


def test_a_mosaic_holds_every_tile_with_lines_between():
    tiles = np.arange(5 * 2 * 3, dtype=np.float32).reshape(5, 2, 3) + 1
    canvas = tiny_vgg.mosaic(tiles, columns=3)
    assert canvas.shape == (2 * 2 + 1, 3 * 3 + 2)
    np.testing.assert_array_equal(canvas[3:, 4:7], tiles[4])
    assert (canvas[2] == tiles.min()).all()
