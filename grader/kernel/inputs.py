"""What was given to fit, evaluate, predict or a call, in one normal form, whatever its type.

Arrays and tensors are seen whole. Of a `tf.data.Dataset`, a `PyDataset` or a generator the first rows are looked at,
up to `_ROWS_SEEN`; the batches taken from a generator are put back in front of it.
"""

from __future__ import annotations

import itertools
import types
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .events import EventLog
from .rows import RowIndex, RowMatch

__all__ = ["Given", "InputReader"]

_ROWS_SEEN = 1024


@dataclass
class Given:
    """One data argument in normal form.

    Attributes:
        description: the fields that go into evidence.
        x, y: the rows looked at (all of them for arrays); None where there are none.
        weights: per-row weights, where given.
        whole: whether `x` holds every row.
        count: number of rows in all, None where unknown.
        argument: what to hand on in place of the argument (a generator that was looked into is replaced).
    """

    description: dict[str, Any]
    x: Any = None
    y: Any = None
    weights: Any = None
    whole: bool = False
    count: int | None = None
    argument: Any = None
    match: RowMatch | None = field(default=None, repr=False)

    def head(self, rows: int) -> tuple[Any, Any, Any]:
        """The first rows of x, y and weights, None staying None."""
        import keras

        def cut(value: Any) -> Any:
            return keras.tree.map_structure(lambda leaf: leaf[:rows], value)

        return tuple(None if value is None else cut(value) for value in (self.x, self.y, self.weights))  # type: ignore[return-value]


class InputReader:
    """Turns data arguments into `Given`, matching their rows with the served data."""

    def __init__(self, index: RowIndex, log: EventLog) -> None:
        self._index = index
        self._log = log
        self._seen: dict[tuple[int, ...], RowMatch | None] = {}

    def read(self, x: Any, y: Any = None, weights: Any = None) -> Given:
        """Bring the data arguments of a Keras call into normal form."""
        with self._log.recording():
            return self._read(x, y, weights)
        return Given({"kind": "other", "type": type(x).__name__}, x=x, y=y, weights=weights, argument=x)

    def _read(self, x: Any, y: Any, weights: Any) -> Given:
        kind = _kind(x)
        if kind == "array":
            return self._arrays(x, y, weights)
        if kind == "tf.data":
            return self._batches(kind, x, iter(x), _cardinality(x))
        if kind == "pydataset":
            number = _length(x)
            return self._batches(kind, x, (x[i] for i in _numbers_up_to(number)), number)
        if kind == "generator":
            iterator = iter(x)
            taken: list[Any] = []
            given = self._batches(kind, x, _tee(iterator, taken), None)
            given.argument = _put_back(taken, iterator)
            return given
        return Given({"kind": kind, "type": type(x).__name__}, x=x, y=y, weights=weights, argument=x)

    def describe_array(self, array: NDArray[Any]) -> tuple[dict[str, Any], RowMatch | None]:
        """Shape, dtype, range over a sample, and row match of one array."""
        # Arrays stay large and mostly as they are: their place and a checksum tell whether they were matched before.
        key = (array.__array_interface__["data"][0], *array.shape, _checksum(array))
        if key not in self._seen:
            self._seen[key] = self._index.find(array)
        match = self._seen[key]
        description: dict[str, Any] = {"shape": array.shape, "dtype": array.dtype.name}
        if array.size and array.dtype.kind in "iuf":
            sample = array[:: max(1, len(array) // 256)] if array.ndim else array
            description |= {"low": sample.min(), "high": sample.max()}
        if match is not None:
            description["rows"] = match.as_event()
        return description, match

    def describe_labels(self, labels: Any, match: RowMatch | None) -> dict[str, Any]:
        """Encoding of labels, and the share of them that equals the served label of the matched row."""
        array = as_array(labels)
        if array is None:
            return {"kind": _kind(labels)}
        description: dict[str, Any] = {"shape": array.shape, "dtype": array.dtype.name, "encoding": "other"}
        classes: NDArray[np.int64] | None = None
        if array.ndim == 2 and array.shape[1] > 1 and array.size and array.dtype.kind in "iufb":
            sums = array[:: max(1, len(array) // 256)].sum(axis=1)
            description["encoding"] = "one_hot" if np.allclose(sums, 1) else "other"
            classes = array.argmax(axis=1)
        elif array.ndim in (1, 2) and array.size == len(array) > 0 and array.dtype.kind in "iufb":
            description["encoding"] = "sparse"
            classes = np.nan_to_num(array.reshape(-1), nan=-1, posinf=-1, neginf=-1).astype(np.int64)
        if classes is not None and match is not None and len(classes) == match.count:
            found = match.indices >= 0
            if found.any():
                agrees = match.labels[found] == classes[found]
                description["agree"] = agrees.mean()
        return description

    def _arrays(self, x: Any, y: Any, weights: Any) -> Given:
        argument = x
        if isinstance(x, (list, tuple)) and len(x) == 1 and getattr(x[0], "ndim", 0) > 1:
            x = x[0]  # the inputs of a network with one input
        array = as_array(x)
        if array is None or array.ndim == 0:
            return Given({"kind": "other", "type": type(x).__name__}, x=x, y=y, weights=weights, argument=argument)
        description, match = self.describe_array(array)
        description |= {"kind": "array", "count": len(array), "whole": True}
        if y is not None:
            description["labels"] = self.describe_labels(y, match)
        return Given(
            description,
            x=x,
            y=y,
            weights=weights,
            whole=True,
            count=len(array),
            argument=argument,
            match=match,
        )

    def _batches(self, kind: str, source: Any, batches: Iterator[Any], number: int | None) -> Given:
        taken, rows = [], 0
        for batch in batches:
            parts = batch if isinstance(batch, (tuple, list)) else (batch,)
            taken.append(tuple(parts) + (None,) * (3 - len(parts)))
            rows += _rows(parts[0])
            if rows >= _ROWS_SEEN:
                break
        description: dict[str, Any] = {"kind": kind, "type": type(source).__name__, "whole": False}
        if not taken:
            return Given(description | {"count": 0}, argument=source)
        x, y, weights = (_concatenate([batch[part] for batch in taken]) for part in range(3))
        array = as_array(x)
        match = None
        if array is not None:
            fields, match = self.describe_array(array)
            description |= fields
        if y is not None:
            description["labels"] = self.describe_labels(y, match)
        batch_size = _rows(taken[0][0])
        count = rows if number == len(taken) else _count(source, number, batch_size)
        description |= {"batch_size": batch_size, "batches": number, "count": count}
        return Given(description, x=x, y=y, weights=weights, count=count, argument=source, match=match)


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
        return exact if isinstance(exact, int) else (number - 1) * batch_size + _rows(source[number - 1][0])
    step = source
    while step is not None:
        rows = _cardinality(getattr(step, "_input_dataset", step))
        if "Batch" in type(step).__name__ and rows is not None and -(-rows // batch_size) == number:
            return rows
        step = getattr(step, "_input_dataset", None)
    return number * batch_size


def as_array(value: Any) -> NDArray[Any] | None:
    """The value as a NumPy array without a copy where possible; None if it is no array of numbers."""
    if isinstance(value, np.ndarray):
        return value
    numpy = getattr(value, "numpy", None)
    if callable(numpy):
        try:
            array = numpy()
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


def _checksum(array: NDArray[Any]) -> int:
    """A checksum over dtype and 64 rows spread over the array."""
    rows = array[:: max(1, len(array) // 64)] if array.ndim else array
    return zlib.crc32(np.ascontiguousarray(rows).tobytes(), zlib.crc32(array.dtype.str.encode()))


def _kind(value: Any) -> str:
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


def _cardinality(dataset: Any) -> int | None:
    number = int(dataset.cardinality())
    return number if number >= 0 else None


def _length(dataset: Any) -> Any:
    try:
        return dataset.num_batches
    except NotImplementedError:  # no length, which means no end
        return None


def _numbers_up_to(number: int | None) -> Iterator[int]:
    return itertools.count() if number is None else iter(range(number))


def _put_back(taken: list[Any], iterator: Iterator[Any]) -> Iterator[Any]:
    """What was taken, then the rest. Keras wants a true generator, not any iterator."""
    yield from taken
    yield from iterator


def _tee(iterator: Iterator[Any], taken: list[Any]) -> Iterator[Any]:
    for item in iterator:
        taken.append(item)
        yield item


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
