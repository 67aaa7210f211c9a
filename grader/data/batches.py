"""CIFAR-10 as its authors publish it: a folder of pickled batches, read without trusting them.

A pickle may name any function for the reader to call. This reader knows three names, those of a pickled
array, and puts its own records in their place: nothing is imported, and NumPy meets no state that a stranger
wrote.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .dataset import IMAGE_SHAPE, Dataset, UnusableDataError, validated

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["TEST_BATCH", "TRAINING_BATCHES", "read_batches"]

TRAINING_BATCHES = tuple(f"data_batch_{number}" for number in range(1, 6))
TEST_BATCH = "test_batch"
IMAGES_PER_BATCH = 10_000
# A published batch has 31 MB; what is much larger is something else and would only fill the memory.
MAX_BATCH_BYTES = 64 * 2**20


def read_batches(folder: Path) -> Dataset:
    """The data set in a ``cifar-10-batches-py`` folder.

    Raises:
        UnusableDataError: when a batch is missing, damaged, more than arrays and lists, or does not fit.

    """
    batches = [_read_batch(folder / name) for name in (*TRAINING_BATCHES, TEST_BATCH)]
    images, labels = zip(*batches, strict=True)
    return validated(np.concatenate(images[:-1]), np.concatenate(labels[:-1]), images[-1], labels[-1])


def _read_batch(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (10000, 32, 32, 3) and labels (10000,) of one batch."""
    try:
        batch = _unpickled(path)
    except UnusableDataError:
        raise
    except FileNotFoundError:
        raise UnusableDataError(f"{path.name} is missing") from None
    except OSError as error:
        raise UnusableDataError(f"{path.name} cannot be read ({error.strerror})") from error
    except Exception as error:
        # Damaged pickles end in almost any exception: EOFError, UnpicklingError, ValueError, MemoryError, ...
        raise UnusableDataError(f"{path.name} is damaged ({error or type(error).__name__})") from error
    return _images(path.name, batch), _labels(path.name, batch)


def _unpickled(path: Path) -> Any:
    if path.stat().st_size > MAX_BATCH_BYTES:
        raise UnusableDataError(f"{path.name} is larger than any batch of CIFAR-10")
    with path.open("rb") as file:
        return _PlainUnpickler(file, encoding="bytes").load()


def _images(name: str, batch: Any) -> NDArray[np.uint8]:
    pixels = batch.get(b"data") if isinstance(batch, dict) else None
    if not isinstance(pixels, _ArrayRecord):
        raise UnusableDataError(f"{name} is a pickle, but not a batch of CIFAR-10: it has no array 'data'")
    channels_first = (IMAGE_SHAPE[2], *IMAGE_SHAPE[:2])
    rows = pixels.as_bytes(name, (IMAGES_PER_BATCH, int(np.prod(IMAGE_SHAPE))))
    images: NDArray[np.uint8] = rows.reshape(IMAGES_PER_BATCH, *channels_first).transpose(0, 2, 3, 1)
    return images


def _labels(name: str, batch: dict[Any, Any]) -> NDArray[np.int64]:
    labels = batch.get(b"labels")
    if (
        not isinstance(labels, list)
        or len(labels) != IMAGES_PER_BATCH
        or not all(isinstance(label, int) and 0 <= label <= 255 for label in labels)
    ):
        raise UnusableDataError(f"{name} holds no list of {IMAGES_PER_BATCH} 'labels'")
    return np.array(labels, dtype=np.int64)


class _DtypeRecord:
    """What a pickle says of an array's element type."""

    def __init__(self, code: object, *_flags: object) -> None:
        self.code = code

    def __setstate__(self, state: object) -> None:
        """Byte order and fields, of no meaning for bytes."""


class _ArrayRecord:
    """What a pickle says of an array: shape, element type, order and bytes, all of them claims."""

    def __init__(self, *_prototype: object) -> None:
        self._state: object = None

    def __setstate__(self, state: object) -> None:
        self._state = state

    def as_bytes(self, name: str, shape: tuple[int, int]) -> NDArray[np.uint8]:
        """The array, if it is one of bytes in `shape`."""
        match self._state:
            case (_, tuple(found), _DtypeRecord(code="u1" | b"u1"), order, bytes(data)) if (
                found == shape and len(data) == shape[0] * shape[1]
            ):
                return np.frombuffer(data, np.uint8).reshape(shape, order="F" if order else "C")
        raise UnusableDataError(f"{name} holds 'data' other than {shape[0]} rows of {shape[1]} bytes")


class _PlainUnpickler(pickle.Unpickler):
    """Reads numbers, bytes, text, lists, dictionaries and arrays; refuses all else."""

    # Batches written by Python 2 and old NumPy say ``numpy.core``, NumPy 2 says ``numpy._core``.
    _RECORDS: ClassVar[dict[tuple[str, str], type]] = {
        ("numpy", "dtype"): _DtypeRecord,
        ("numpy", "ndarray"): _ArrayRecord,
        ("numpy.core.multiarray", "_reconstruct"): _ArrayRecord,
        ("numpy._core.multiarray", "_reconstruct"): _ArrayRecord,
    }

    def find_class(self, module: str, name: str) -> type:
        """The record for a name that arrays need."""
        try:
            return self._RECORDS[module, name]
        except KeyError:
            raise UnusableDataError(
                f"a batch asks for {module}.{name}, which no image needs; it was not run; do not trust it"
            ) from None
