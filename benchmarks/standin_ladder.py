"""Measure the difficulty ladder: test accuracy of three networks on the stand-in and on CIFAR-10.

    python benchmarks/standin_ladder.py --images 15000 --epochs 6

The stand-in keeps its promise where each network beats the one above it in the table, as on CIFAR-10. Six
minutes a data set on two cores with the figures above; ``--images 50000 --epochs 20`` wants a GPU.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

from grader.data import Dataset, find_dataset, identify, standin

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
from keras import layers

if TYPE_CHECKING:
    from collections.abc import Callable

TEST_IMAGES = 2_000


def dense() -> keras.Sequential:
    """Two hidden layers that see no neighbourhood."""
    return _network(
        [
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dense(256, activation="relu"),
        ]
    )


def small_cnn() -> keras.Sequential:
    """Three convolutions, as NET I."""
    stack = [
        layer
        for filters in (32, 64, 64)
        for layer in (layers.Conv2D(filters, 3, activation="relu"), layers.MaxPooling2D())
    ]
    return _network([*stack, layers.Flatten(), layers.Dense(512, activation="relu")])


def deeper_cnn() -> keras.Sequential:
    """Six convolutions with batch normalisation and dropout."""
    stack: list[keras.Layer] = []
    for filters in (32, 64, 128):
        for _ in range(2):
            stack += [
                layers.Conv2D(filters, 3, padding="same", use_bias=False),
                layers.BatchNormalization(momentum=0.9),
                layers.ReLU(),
            ]
        stack += [layers.MaxPooling2D(), layers.Dropout(0.2)]
    return _network([*stack, layers.Flatten(), layers.Dropout(0.3)])


NETWORKS: dict[str, Callable[[], keras.Sequential]] = {
    "dense": dense,
    "small CNN": small_cnn,
    "deeper CNN, BN": deeper_cnn,
}


def _network(body: list[keras.Layer]) -> keras.Sequential:
    ends = [layers.Input((32, 32, 3)), layers.Rescaling(1 / 255)], [layers.Dense(10, activation="softmax")]
    network = keras.Sequential([*ends[0], *body, *ends[1]])
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def measure(data: Dataset, images: int, epochs: int) -> None:
    """Print a row for each network: test accuracy after each epoch, training accuracy at the end, seconds."""
    test = data.x_test[:TEST_IMAGES], data.y_test[:TEST_IMAGES]
    for name, build in NETWORKS.items():
        keras.utils.set_random_seed(1)
        begin = time.perf_counter()
        fitted = build().fit(
            data.x_train[:images],
            data.y_train[:images],
            batch_size=128,
            epochs=epochs,
            validation_data=test,
            verbose=0,
        )
        curve = " ".join(f"{value:.0%}" for value in fitted.history["val_accuracy"])
        seconds = time.perf_counter() - begin
        print(
            f"  {name:15} {curve}  (training {fitted.history['accuracy'][-1]:.0%}, {seconds:.0f} s)",
            flush=True,
        )


def main() -> None:
    """Measure the stand-in, then CIFAR-10 where it is found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=int, default=15_000, help="training images")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--data", type=Path, help="CIFAR-10 as .npz or cifar-10-batches-py")
    arguments = parser.parse_args()
    begin = time.perf_counter()
    data = standin.generate()
    print(f"stand-in, generated in {time.perf_counter() - begin:.1f} s")
    measure(data, arguments.images, arguments.epochs)
    source = find_dataset(arguments.data)
    if source.path is not None:
        data = source.read()
        print(f"{identify(data)}, {source.description}")
        measure(data, arguments.images, arguments.epochs)


if __name__ == "__main__":
    main()
