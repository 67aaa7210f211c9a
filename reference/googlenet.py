"""GoogLeNet on CIFAR-10: model answer to the assignment `googlenet`.

The network is a table that `network` walks. It is that of «Going Deeper with Convolutions» (Szegedy et al., 2014)
without its auxiliary classifiers, and with batch normalisation, if any, in place of local response normalisation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Union

import numpy as np
from numpy.typing import NDArray

from reference import inception
from reference.architecture import conv_parameters, dense_parameters

if TYPE_CHECKING:
    from collections.abc import Iterator

    import keras

__all__ = [
    "AUGMENTATION",
    "BATCH_SIZE",
    "CLASSES",
    "DROPOUT",
    "GOOGLENET",
    "LEARNING_RATE",
    "RATE_STEPS",
    "RATE_STEP_FACTOR",
    "SIDE",
    "VALIDATION_IMAGES",
    "Convolution",
    "Module",
    "Normalization",
    "Pool",
    "augmentation",
    "compile_model",
    "network",
    "parameters",
    "preprocessing",
    "split",
    "train_in_steps",
    "with_preprocessing",
]

CLASSES = 10
SIDE = 128
"""Images are enlarged from 32×32 to so many pixels a side: five stages halve the map, and 32 would leave one pixel."""
VALIDATION_IMAGES = 10_000
BATCH_SIZE = 128
LEARNING_RATE = 0.001
RATE_STEP_FACTOR = 0.1
RATE_STEPS = 2
DROPOUT = 0.4
AUGMENTATION = ("RandomFlip", "RandomRotation", "RandomContrast")
"""Kinds of layers that the exercise asks for."""


@dataclass(frozen=True)
class Convolution:
    """A convolution with same padding and relu."""

    filters: int
    kernel: int
    stride: int = 1


@dataclass(frozen=True)
class Pool:
    """The largest value in windows of 3×3, stride 2, same padding: halves the map."""

    size: int = 3
    stride: int = 2


@dataclass(frozen=True)
class Normalization:
    """Batch normalisation, where it is asked for."""


@dataclass(frozen=True)
class Module:
    """An inception module by its name in the paper."""

    name: str

    @property
    def widths(self) -> inception.Widths:
        """Filters of its convolutions."""
        return inception.MODULES[self.name]


Layer = Union[Convolution, Pool, Normalization, Module]  # noqa: UP007 - evaluated at run time on Python 3.10

GOOGLENET: tuple[Layer, ...] = (
    Convolution(64, 7, stride=2),
    Normalization(),
    Pool(),
    Convolution(64, 1),
    Convolution(192, 3),
    Normalization(),
    Pool(),
    Module("3a"),
    Module("3b"),
    Pool(),
    Module("4a"),
    Module("4b"),
    Module("4c"),
    Module("4d"),
    Module("4e"),
    Pool(),
    Module("5a"),
    Module("5b"),
)
"""What comes before the global average, the dropout and the classifier."""


def inputs() -> Iterator[tuple[Layer, int]]:
    """Each layer of the table with the channels of its input."""
    channels = 3
    for layer in GOOGLENET:
        yield layer, channels
        if isinstance(layer, Convolution):
            channels = layer.filters
        elif isinstance(layer, Module):
            channels = layer.widths.channels


def parameters(*, batch_norm: bool, classes: int = CLASSES) -> int:
    """Parameters of the network: 5 983 802 for ten classes, 6 006 778 with batch normalisation."""
    total, features = 0, 0
    for layer, channels in inputs():
        if isinstance(layer, Convolution):
            total += conv_parameters((layer.kernel, layer.kernel), channels, layer.filters)
        elif isinstance(layer, Module):
            total += inception.parameters(layer.widths, channels, batch_norm=batch_norm)
            features = layer.widths.channels
        elif isinstance(layer, Normalization) and batch_norm:
            total += 4 * channels
    return total + dense_parameters(features, classes)


def network(
    input_shape: tuple[int, int, int] = (SIDE, SIDE, 3),
    num_classes: int = CLASSES,
    use_batch_norm: bool = True,
    **kwargs: object,
) -> keras.Sequential:
    """The Keras model, for images that were enlarged and scaled already."""
    import keras

    model = keras.Sequential([keras.Input(input_shape)], **kwargs)
    for layer in GOOGLENET:
        if isinstance(layer, Convolution):
            model.add(
                keras.layers.Conv2D(
                    layer.filters, layer.kernel, strides=layer.stride, padding="same", activation="relu"
                )
            )
        elif isinstance(layer, Pool):
            model.add(keras.layers.MaxPooling2D(layer.size, strides=layer.stride, padding="same"))
        elif isinstance(layer, Module):
            model.add(inception.build(layer.widths, batch_norm=use_batch_norm))
        elif use_batch_norm:
            model.add(keras.layers.BatchNormalization())
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dropout(DROPOUT))
    model.add(keras.layers.Dense(num_classes, activation="softmax"))
    return model


def preprocessing(side: int = SIDE) -> keras.Sequential:
    """Images of any size and values from 0 to 255 become images of `side` pixels with values from -1 to 1.

    Enlarged first: `Resizing` gives back the type that it gets, and fractions would not survive in whole numbers.
    """
    import keras

    return keras.Sequential([keras.layers.Resizing(side, side), keras.layers.Rescaling(1 / 127.5, offset=-1.0)])


def augmentation() -> keras.Sequential:
    """Another variant of each image in each epoch, and the image itself outside training."""
    import keras

    return keras.Sequential(
        [
            keras.layers.RandomFlip("horizontal"),
            keras.layers.RandomRotation(0.05),
            keras.layers.RandomContrast(0.2),
        ]
    )


def with_preprocessing(model: keras.Model, *, augmented: bool = False) -> keras.Sequential:
    """A model for images as they are loaded, around one for images that were prepared."""
    import keras

    first = [augmentation()] if augmented else []
    return keras.Sequential([keras.Input((32, 32, 3)), *first, preprocessing(), model])


def split(
    images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[tuple[NDArray[np.uint8], NDArray[np.uint8]], tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """Training and validation: the last 10 000 examples are set aside."""
    first = len(images) - VALIDATION_IMAGES
    return (images[:first], labels[:first]), (images[first:], labels[first:])


def compile_model(model: keras.Model, learning_rate: float = LEARNING_RATE) -> None:
    """Adam, and the loss for labels that are class numbers."""
    import keras

    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )


def train_in_steps(
    model: keras.Model,
    training: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    validation: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    epochs: int,
    patience: int = 5,
    verbose: int = 0,
) -> list[keras.callbacks.History]:
    """Train until validation gets no better, then twice more, each time with a tenth of the learning rate.

    It is one model all along: compiling it again leaves its weights as they are.
    """
    import keras

    histories = []
    for step in range(RATE_STEPS + 1):
        compile_model(model, LEARNING_RATE * RATE_STEP_FACTOR**step)
        stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
        histories.append(
            model.fit(
                *training,
                batch_size=BATCH_SIZE,
                epochs=epochs,
                validation_data=validation,
                callbacks=[stop],
                verbose=verbose,
            )
        )
    return histories
