"""CIFAR-10 from the network, through Keras, when a person asks for it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from grader.errors import InfrastructureError

from . import files
from .dataset import UnusableDataError
from .identity import identify
from .sources import keras_copy, keras_datasets

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["download"]

PAGE = "https://www.cs.toronto.edu/~kriz/cifar.html"
BY_HAND = (
    f"Download the Python version from {PAGE} where there is a network, unpack it, and name the folder "
    "cifar-10-batches-py with --data or $GRADER_DATA."
)


def download() -> Path:
    """Download CIFAR-10 into the Keras cache, unless it is there, and verify it; returns its folder.

    Raises:
        InfrastructureError: without a network, without room, or when what came is not CIFAR-10.

    """
    from keras.datasets import cifar10  # seconds to import, and only needed here

    folder = keras_datasets()
    # Keras would quietly download to a folder for temporary files, where nobody looks afterwards.
    if not os.access(folder.parent, os.W_OK):
        raise InfrastructureError(
            f"Keras cannot write to its folder {folder.parent}. Set KERAS_HOME to one with 400 MB to spare."
        )
    try:
        cifar10.load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise InfrastructureError(f"Keras could not download CIFAR-10 ({error}). {BY_HAND}") from error
    return _verified(folder)


def _verified(datasets: Path) -> Path:
    copy = keras_copy() or datasets
    try:
        name = identify(files.read(files.locate(copy)))
    except UnusableDataError as error:
        raise InfrastructureError(f"What Keras downloaded to {copy} cannot be used: {error}. {BY_HAND}") from error
    if name != "cifar10":
        raise InfrastructureError(f"What Keras keeps in {copy} is not CIFAR-10. Delete it and try again.")
    return copy
