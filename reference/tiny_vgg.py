"""A tiny VGG on CIFAR-10, its variants, and what one can see of it: model answers to the assignment `tiny-vgg`.

The networks are tables; `architecture.build` makes the Keras models. The protocol is the assignment's: Adam, 100 epochs
in batches of 128, 30 % of the training images for validation, and repeated runs with fresh weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.architecture import Activation, BatchNorm, Conv, Dense, Flatten, Layer, Pool, build

if TYPE_CHECKING:
    import keras

    from reference.nets import Split

__all__ = [
    "BATCH_SIZE",
    "CLASSES",
    "EPOCHS",
    "FILTERS",
    "RUNS",
    "THREE_BLOCKS",
    "TINY_VGG",
    "TINY_VGG_BN",
    "VALIDATION_SHARE",
    "Robustness",
    "block",
    "feature_maps",
    "first_kernels",
    "mosaic",
    "repeat",
    "rgb_kernels",
    "robustness",
    "tiny_vgg",
    "train",
]

CLASSES = 10
EPOCHS = 100
BATCH_SIZE = 128
VALIDATION_SHARE = 0.3
OPTIMIZER = "adam"
RUNS = 5
FILTERS = 10
"""Of each convolution, as in the figure of the assignment; other numbers answer it as well."""

Maps = NDArray[np.float32]


def block(filters: int = FILTERS, *, normalised: bool = False) -> tuple[Layer, ...]:
    """Two 3×3 convolutions with ReLU and a 2×2 max pool; normalised, each convolution has BN before its ReLU."""
    convolution: tuple[Layer, ...] = (Conv(filters),)
    if normalised:
        convolution = (Conv(filters, activation="linear"), BatchNorm(), Activation("relu"))
    return (*convolution, *convolution, Pool())


_CLASSIFIER: tuple[Layer, ...] = (Flatten(), Dense(CLASSES, "softmax"))

TINY_VGG = (*block(), *block(), *_CLASSIFIER)
TINY_VGG_BN = (*block(normalised=True), *block(normalised=True), *_CLASSIFIER)
THREE_BLOCKS = (*block(), *block(), *block(), *_CLASSIFIER)


def tiny_vgg(layers: Sequence[Layer] = TINY_VGG, name: str = "tiny_vgg") -> keras.Sequential:
    """The Keras model of one of the tables, with padding, so that three blocks fit on 32×32 pixels as well."""
    return build(layers, padding="same", name=name)


def train(model: keras.Model, data: Split, epochs: int = EPOCHS, verbose: int = 0) -> keras.callbacks.History:
    """Compile the model and train it by the protocol; the data are split already (`nets.split`, with 30 %)."""
    model.compile(optimizer=OPTIMIZER, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model.fit(
        data.x_train,
        data.y_train,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=(data.x_validation, data.y_validation),
        verbose=verbose,
    )


class Robustness(NamedTuple):
    """How a network does over several runs: the mean of its test accuracies, and how far they scatter."""

    mean: float
    deviation: float
    accuracies: tuple[float, ...]


def repeat(make: Callable[[], keras.Model], data: Split, runs: int = RUNS, epochs: int = EPOCHS) -> Robustness:
    """Train `runs` networks, each made anew and so with weights of its own, and evaluate each on the test images."""
    accuracies = []
    for _ in range(runs):
        model = make()
        train(model, data, epochs)
        accuracies.append(model.evaluate(data.x_test, data.y_test, return_dict=True, verbose=0)["accuracy"])
    return robustness(accuracies)


def robustness(accuracies: Sequence[float]) -> Robustness:
    """Mean and standard deviation; the runs are a sample of all possible ones, hence n - 1."""
    return Robustness(float(np.mean(accuracies)), float(np.std(accuracies, ddof=1)), tuple(accuracies))


def feature_maps(model: keras.Model, image: NDArray[np.float32]) -> dict[str, Maps]:
    """What each layer before the flattening makes of one image (32, 32, 3): maps (h, w, channels) by layer name."""
    import keras

    layers = [layer for layer in model.layers if len(layer.output.shape) == 4]
    outputs = keras.Model(model.inputs, [layer.output for layer in layers]).predict(image[None], verbose=0)
    return {layer.name: maps[0] for layer, maps in zip(layers, outputs, strict=True)}


def first_kernels(model: keras.Model) -> Maps:
    """The kernels of the first convolution: (channels, filters, h, w)."""
    kernel: Maps = next(weight for weight in model.get_weights() if weight.ndim == 4)
    by_channel: Maps = kernel.transpose(2, 3, 0, 1)
    return by_channel


def rgb_kernels(model: keras.Model) -> Maps:
    """The kernels of the first convolution as colour images (filters, h, w, 3), each scaled to [0, 1] by itself."""
    kernels = first_kernels(model).transpose(1, 2, 3, 0)
    low = kernels.min(axis=(1, 2, 3), keepdims=True)
    high = kernels.max(axis=(1, 2, 3), keepdims=True)
    scaled: Maps = (kernels - low) / (high - low)
    return scaled


def mosaic(tiles: NDArray[np.float32], columns: int, border: int = 1) -> Maps:
    """Tiles (n, h, w) or (n, h, w, 3) side by side in one array, with lines of the lowest value between them."""
    count, height, width = tiles.shape[:3]
    rows = -(-count // columns)
    down, right = height + border, width + border
    canvas: Maps = np.full((rows * down - border, columns * right - border, *tiles.shape[3:]), tiles.min(), tiles.dtype)
    for number, tile in enumerate(tiles):
        top, left = number // columns * down, number % columns * right
        canvas[top : top + height, left : left + width] = tile
    return canvas
