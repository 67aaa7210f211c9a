"""Two networks on CIFAR-10, one given and one to design: model answers to the assignment `first-cnn`.

Model 1 is the course's: strides of 2 shrink the map quickly, so that it trains fast. Model 2 is the deeper network
that the exercise describes by its pattern alone, here in one of many right forms. Labels are one-hot vectors, and the
test images serve for validation, as the course has it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.architecture import Conv, Dense, Dropout, Flatten, Layer, Pool, build

if TYPE_CHECKING:
    import keras

__all__ = [
    "CLASSES",
    "EPOCHS_1",
    "EPOCHS_2",
    "MODEL_1",
    "MODEL_2",
    "PATTERN",
    "Prepared",
    "load",
    "model1",
    "model2",
    "one_hot",
    "prepare",
    "scale",
    "train",
]

CLASSES = 10
EPOCHS_1 = 15
EPOCHS_2 = 5
BATCH_SIZE = 32
LEARNING_RATE = 0.0005

MODEL_1: tuple[Layer, ...] = (
    Conv(32, 5, stride=2, padding="same"),
    Conv(32, 5, stride=2, padding="valid"),
    Pool(),
    Dropout(0.25),
    Flatten(),
    Dense(512),
    Dropout(0.5),
    Dense(CLASSES, "softmax"),
)

PATTERN: tuple[type[Layer], ...] = (Conv, Conv, Pool, Conv, Conv, Pool, Flatten, Dense, Dense)
"""What is asked of model 2: these layers in this order, every convolution with stride 1, softmax last."""

MODEL_2: tuple[Layer, ...] = (
    Conv(32, padding="same"),
    Conv(32),
    Pool(),
    Dropout(0.25),
    Conv(64, padding="same"),
    Conv(64),
    Pool(),
    Dropout(0.25),
    Flatten(),
    Dense(256),
    Dropout(0.5),
    Dense(CLASSES, "softmax"),
)

Images = NDArray[np.float32]
OneHot = NDArray[np.float32]


class Prepared(NamedTuple):
    """Scaled images (n, 32, 32, 3) and one-hot labels (n, 10) for training and test."""

    x_train: Images
    y_train: OneHot
    x_test: Images
    y_test: OneHot


def load() -> Prepared:
    """CIFAR-10, prepared as the networks take it."""
    from keras.datasets import cifar10

    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    return prepare(x_train, y_train, x_test, y_test)


def prepare(
    x_train: NDArray[np.uint8], y_train: NDArray[np.uint8], x_test: NDArray[np.uint8], y_test: NDArray[np.uint8]
) -> Prepared:
    """Training and test set prepared alike."""
    return Prepared(scale(x_train), one_hot(y_train), scale(x_test), one_hot(y_test))


def scale(images: NDArray[np.uint8]) -> Images:
    """Pixel values from 0..255 to [0, 1], float32."""
    scaled: Images = images.astype(np.float32) / np.float32(255)
    return scaled


def one_hot(labels: NDArray[np.uint8]) -> OneHot:
    """Class numbers (n, 1) or (n,) to vectors (n, 10) with a 1 at the place of the class."""
    vectors: OneHot = np.eye(CLASSES, dtype=np.float32)[labels.reshape(-1)]
    return vectors


def model1() -> keras.Sequential:
    """The given network; 181 162 parameters."""
    return build(MODEL_1, name="model_1")


def model2() -> keras.Sequential:
    """Twice two convolutions and a pool, then two fully connected layers."""
    return build(MODEL_2, name="model_2")


def train(model: keras.Model, data: Prepared, epochs: int, verbose: int = 0) -> keras.callbacks.History:
    """Compile the model and train it as the course does, with the test images for validation."""
    import keras

    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=LEARNING_RATE),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model.fit(
        data.x_train,
        data.y_train,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=(data.x_test, data.y_test),
        verbose=verbose,
    )
