"""Some rows of a `tf.data.Dataset`, a `PyDataset` or a generator, and how many there are in all."""

from __future__ import annotations

import itertools
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pixels import spread

__all__ = ["SomeRows", "as_array", "kind_of", "read_batches"]


_END = object()


@dataclass
class SomeRows:
    """Rows that were read.

    Attributes:
        x, y, weights: the rows, the first of the source first; None where there are none.
        batch_size: rows in the first batch.
        batches: number of batches in all, None where unknown.
        count: number of rows in all, None where unknown.
        ended: whether these are all.
        argument: the source, or what takes its place where reading has used it up.
    """

    x: Any
    y: Any
    weights: Any
    batch_size: int
    batches: int | None
    count: int | None
    ended: bool
    argument: Any


def kind_of(value: Any) -> str:
    """``array``, ``tf.data``, ``pydataset``, ``generator`` or ``other``."""
    import keras
    import tensorflow as tf

    if isinstance(value, tf.data.Dataset):
        return "tf.data"
    if isinstance(value, keras.utils.PyDataset):
        return "pydataset"
    if isinstance(value, (np.ndarray, tf.Tensor, tf.Variable, list, tuple)):
        return "array"
    if isinstance(value, types.GeneratorType):  # Keras takes no other iterator
        return "generator"
    return "other"


def read_batches(source: Any, enough: int) -> SomeRows:
    """Read batches until there are `enough` rows."""
    kind, argument = kind_of(source), source
    number: int | None = None
    taken: list[Any] = []
    if kind == "tf.data":
        number, batches = _cardinality(source), iter(source)
    elif kind == "pydataset":
        number = _length(source)
        batches = _of_pydataset(source, number, enough)
    else:
        batches = iter(source)
        argument = _put_back(taken, batches)
    rows, ended = 0, False
    while rows < enough and not ended:
        batch = next(batches, _END)
        if batch is _END:
            ended = True
        else:
            taken.append(batch)
            rows += _rows(_parts(batch)[0])
    ended = number == len(taken) if number is not None else ended
    if not taken:
        return SomeRows(None, None, None, 0, number, 0, ended, argument)
    x, y, weights = (_concatenate([_parts(batch)[part] for batch in taken]) for part in range(3))
    size = _rows(_parts(taken[0])[0])
    count = rows if number == len(taken) else _count(source, number, size)
    return SomeRows(x, y, weights, size, number, count, ended, argument)


def as_array(value: Any) -> NDArray[Any] | None:
    """The value as a NumPy array without a copy where possible; None if it is no array of numbers."""
    if isinstance(value, np.ndarray):
        return value
    if callable(getattr(value, "numpy", None)):
        try:
            array = np.asarray(value)  # where it lies; the method would copy it
        except Exception:  # symbolic tensors have the method, too, and no value
            return None
        return array if isinstance(array, np.ndarray) else None
    if isinstance(value, (list, tuple)) and value and not isinstance(value[0], (list, tuple, dict, str)):
        if getattr(value[0], "ndim", 0):  # several inputs; stacking them would copy all images
            return None
        try:
            array = np.asarray(value)
        except ValueError:  # rows of different shapes
            return None
        return array if array.dtype.kind in "iufb" else None
    return None


def _parts(batch: Any) -> tuple[Any, Any, Any]:
    """Images, labels and weights of a batch, None where it has none."""
    parts = tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)
    return (*parts, None, None)[:3]


def _rows(x: Any) -> int:
    """Number of rows of the images of a batch; of several inputs, of the first."""
    import keras

    first = keras.tree.flatten(x)[0]
    return len(first) if getattr(first, "ndim", 0) or isinstance(first, (list, tuple)) else 1


def _count(source: Any, number: int | None, batch_size: int) -> int | None:
    """Rows in `number` batches of which only the last may be smaller."""
    import keras

    if number is None:
        return None
    if isinstance(source, keras.utils.PyDataset):
        # Keras's array iterators know their size; of others the last batch tells.
        exact = getattr(source, "n", None)
        return exact if isinstance(exact, int) else (number - 1) * batch_size + _rows(_parts(source[number - 1])[0])
    step = source
    while step is not None:
        rows = _cardinality(getattr(step, "_input_dataset", step))
        if "Batch" in type(step).__name__ and rows is not None and -(-rows // batch_size) == number:
            return rows
        step = getattr(step, "_input_dataset", None)
    return number * batch_size


def _cardinality(dataset: Any) -> int | None:
    number = int(dataset.cardinality())
    return number if number >= 0 else None


def _length(dataset: Any) -> int | None:
    try:
        number: int | None = dataset.num_batches
    except NotImplementedError:  # no length, which means no end
        return None
    return number


def _of_pydataset(dataset: Any, number: int | None, enough: int) -> Iterator[Any]:
    """Batches, the first one first, spread evenly over the length if there is one."""
    if number is None:
        yield from (dataset[i] for i in itertools.count())
    elif number:
        first = dataset[0]
        yield first
        size = max(1, _rows(_parts(first)[0]))
        yield from (dataset[int(i)] for i in spread(number, -(-enough // size))[1:])


def _put_back(taken: list[Any], iterator: Iterator[Any]) -> Iterator[Any]:
    """What was taken, then the rest. Keras wants a true generator, not any iterator."""
    yield from taken
    yield from iterator


def _concatenate(parts: list[Any]) -> Any:
    if any(part is None for part in parts):
        return None
    arrays = [array for array in map(as_array, parts) if array is not None]
    if len(arrays) < len(parts):
        return parts[0]
    try:
        return np.concatenate(arrays) if arrays[0].ndim else np.stack(arrays)
    except ValueError:  # batches of different shapes
        return parts[0]
