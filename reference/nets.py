"""NET I, II and III on CIFAR-10: model answers to the assignment `nets`.

The networks are tables; `architecture.build` makes the Keras models. The protocol is the assignment's: Adam, sparse
categorical cross-entropy, 20 epochs in batches of 128, and the last fifth of the training images for validation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from reference.architecture import Conv, Dense, Dropout, Flatten, Layer, Padding, Pool, build

if TYPE_CHECKING:
    import keras
    from matplotlib.figure import Figure

__all__ = [
    "BATCH_SIZE",
    "CLASSES",
    "EPOCHS",
    "NET_I",
    "NET_II",
    "NET_III",
    "VALIDATION_SHARE",
    "Split",
    "first_prediction",
    "load",
    "net1",
    "net2",
    "net3",
    "plot_history",
    "scale",
    "split",
    "train",
]

CLASSES = 10
EPOCHS = 20
BATCH_SIZE = 128
VALIDATION_SHARE = 0.2
OPTIMIZER = "adam"
LOSS = "sparse_categorical_crossentropy"
METRIC = "accuracy"

NET_I: tuple[Layer, ...] = (
    Conv(32),
    Pool(),
    Conv(64),
    Pool(),
    Conv(64),
    Pool(),
    Flatten(),
    Dense(512),
    Dense(CLASSES, "softmax"),
)

NET_II: tuple[Layer, ...] = (
    Conv(32, 5),
    Conv(64, 5),
    Pool(),
    Conv(64, 5),
    Pool(),
    Flatten(),
    Dense(512),
    Dense(CLASSES, "softmax"),
)

# The text asks for dropout "after each pooling layer and in the fully connected layers" and for L2 there.
NET_III: tuple[Layer, ...] = (
    Conv(96),
    Conv(96),
    Pool(),
    Dropout(0.5),
    Conv(128),
    Pool(),
    Dropout(0.5),
    Conv(128),
    Conv(128),
    Conv(128),
    Pool(),
    Dropout(0.5),
    Flatten(),
    Dense(1024, l2=0.0005),
    Dropout(0.5),
    Dense(512, l2=0.0005),
    Dropout(0.5),
    Dense(CLASSES, "softmax", l2=0.0005),
)

Images = NDArray[np.float32]
Labels = NDArray[np.uint8]


class Split(NamedTuple):
    """Images (n, 32, 32, 3) and labels (n, 1) for training, validation and test."""

    x_train: Images
    y_train: Labels
    x_validation: Images
    y_validation: Labels
    x_test: Images
    y_test: Labels


def load() -> tuple[tuple[NDArray[np.uint8], Labels], tuple[NDArray[np.uint8], Labels]]:
    """CIFAR-10 as Keras has it: 50 000 images for training and 10 000 for the test, uint8."""
    from keras.datasets import cifar10

    train, test = cifar10.load_data()
    return train, test


def scale(images: NDArray[np.uint8]) -> Images:
    """Pixel values from 0..255 to [0, 1], float32."""
    scaled: Images = images.astype(np.float32) / np.float32(255)
    return scaled


def split(x_train: Images, y_train: Labels, x_test: Images, y_test: Labels) -> Split:
    """Set the last fifth of the training images aside for validation, as `validation_split` does."""
    first = round(len(x_train) * (1 - VALIDATION_SHARE))
    return Split(x_train[:first], y_train[:first], x_train[first:], y_train[first:], x_test, y_test)


def net1(padding: Padding = "valid") -> keras.Sequential:
    """NET I: three times convolution and pool, then two fully connected layers; 193 034 parameters."""
    return build(NET_I, padding=padding, name="net1")


def net2(padding: Padding = "valid") -> keras.Sequential:
    """NET II: larger kernels and one pool less; 686 090 parameters."""
    return build(NET_II, padding=padding, name="net2")


def net3() -> keras.Sequential:
    """NET III: deeper and regularised. Same padding: with valid padding nothing is left before the last pool."""
    return build(NET_III, padding="same", name="net3")


def train(model: keras.Model, data: Split, epochs: int = EPOCHS, verbose: int = 0) -> keras.callbacks.History:
    """Compile the model and train it by the protocol of the assignment."""
    model.compile(optimizer=OPTIMIZER, loss=LOSS, metrics=[METRIC])
    return model.fit(
        data.x_train,
        data.y_train,
        batch_size=BATCH_SIZE,
        epochs=epochs,
        validation_data=(data.x_validation, data.y_validation),
        verbose=verbose,
    )


def first_prediction(model: keras.Model, data: Split) -> tuple[int, int]:
    """Predicted and true class of the first test image: the most probable of the ten against the label."""
    probabilities = model.predict(data.x_test, verbose=0)
    return int(np.argmax(probabilities[0])), int(data.y_test[0, 0])


def plot_history(history: keras.callbacks.History, quantity: str) -> Figure:
    """Training and validation curve of ``accuracy`` or ``loss`` over the epochs."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots()
    epochs = range(1, len(history.history[quantity]) + 1)
    axes.plot(epochs, history.history[quantity], label=f"training {quantity}")
    axes.plot(epochs, history.history[f"val_{quantity}"], label=f"validation {quantity}")
    axes.set_xlabel("epoch")
    axes.set_ylabel(quantity)
    axes.legend()
    return figure
