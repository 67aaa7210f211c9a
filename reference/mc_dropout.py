"""Monte Carlo dropout: a network that guesses several times, with other units dropped each time.

Dropout is active in training only. Left active when predicting, it makes each pass the opinion of another thinned
network, and the mean of many opinions is better and more honest than that of the whole network (Gal and Ghahramani,
«Dropout as a Bayesian Approximation», 2016).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import keras

__all__ = ["BATCH", "SAMPLES", "accuracy", "mean_prediction"]

SAMPLES = 20
"""Passes over each image."""
BATCH = 500
"""Images that go through the network at once: all 10 000 of the test set would not fit into memory."""


def mean_prediction(
    model: keras.Model, images: NDArray[np.uint8], samples: int = SAMPLES, batch: int = BATCH
) -> NDArray[np.float32]:
    """Mean probabilities (n, classes) over `samples` passes with dropout."""
    means = []
    for first in range(0, len(images), batch):
        part = images[first : first + batch]
        passes = [np.asarray(model(part, training=True)) for _ in range(samples)]
        means.append(np.mean(passes, axis=0))
    return np.concatenate(means)


def accuracy(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Share of images whose most probable class is their label."""
    return float(np.mean(probabilities.argmax(axis=1) == labels.reshape(-1)))
