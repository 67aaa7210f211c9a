"""What was given to fit, evaluate, predict or a call, in one normal form, whatever its type.

Arrays and tensors are seen whole. Of a `tf.data.Dataset`, a `PyDataset` or a generator some rows are looked at, and
the arrays behind it are matched whole where they can be told (see `pipelines`). The batches taken from a generator
are put back in front of it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..events import EventLog
from .batches import as_array, kind_of, read_batches
from .disguises import DisguiseReader
from .pipelines import Sources, sources_of
from .rows import RowIndex, RowMatch

__all__ = ["Given", "InputReader", "as_array"]

_ROWS_SEEN = 1024
"""Rows that are looked at where the arrays behind them cannot be told."""
_EXACT = 0.5
"""Largest deviation, in steps of the served pixel values, of images that were scaled and nothing else."""
_ROWS_BESIDE = 256
"""Rows that are looked at beside the arrays behind them, to see what became of the values."""


@dataclass
class Given:
    """One data argument in normal form.

    Attributes:
        description: the fields that go into evidence.
        x, y: the rows looked at (all of them for arrays), the first ones first; None where there are none.
        weights: per-row weights, where given.
        whole: whether `x` holds every row.
        count: number of rows in all, None where unknown.
        argument: what to hand on in place of the argument (a generator that was looked into is replaced).
        match: where the rows of `x` come from; the description tells of all rows where these are known.
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
        self._disguises = DisguiseReader(index)
        self._log = log
        self._seen: dict[tuple[Any, ...], RowMatch | None] = {}

    def read(self, x: Any, y: Any = None, weights: Any = None) -> Given:
        """Bring the data arguments of a Keras call into normal form."""
        with self._log.recording():
            return self._read(x, y, weights)
        return Given({"kind": "other", "type": type(x).__name__}, x=x, y=y, weights=weights, argument=x)

    def _read(self, x: Any, y: Any, weights: Any) -> Given:
        kind = kind_of(x)
        if kind == "array":
            return self._arrays(x, y, weights)
        if kind != "other":
            return self._batches(kind, x)
        return Given({"kind": kind, "type": type(x).__name__}, x=x, y=y, weights=weights, argument=x)

    def describe_array(self, array: NDArray[Any], *, closer: bool = True) -> tuple[dict[str, Any], RowMatch | None]:
        """Shape, dtype, range over a sample, and row match of one array; rows in disguise only if looked at closer."""
        match = self._match((array,), closer=closer)
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
            return {"kind": kind_of(labels)}
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

    def _batches(self, kind: str, source: Any) -> Given:
        behind = sources_of(source)
        some = read_batches(source, _ROWS_SEEN if behind is None else _ROWS_BESIDE)
        # Where all was seen, nothing is left to choose; images that come one by one are no batches for a network.
        if behind is not None and ((some.ended and not behind.exact) or (behind.size == 1 and some.batch_size > 1)):
            behind = None
        description: dict[str, Any] = {"kind": kind, "type": type(source).__name__, "whole": some.ended}
        array, match = as_array(some.x), None
        if array is not None:
            of_all = None if behind is None else self._rows_behind(behind, array)
            fields, match = self.describe_array(array, closer=of_all is None)
            description |= fields
            if behind is not None and of_all is not None:
                altered = 0.0 if match is None else match.unknown / match.count
                rows = _with_values(of_all, match, altered > 0).as_event() | {"altered": altered}
                description |= {"rows": rows, "whole": behind.exact}
        if some.y is not None:
            description["labels"] = self.describe_labels(some.y, match)
        description |= {"batch_size": some.batch_size or None, "batches": some.batches, "count": some.count}
        return Given(
            description,
            x=some.x,
            y=some.y,
            weights=some.weights,
            count=some.count,
            argument=some.argument,
            match=match,
        )

    def _rows_behind(self, behind: Sources, seen: NDArray[Any]) -> RowMatch | None:
        """Where all rows come from, by the arrays behind those that were seen."""
        arrays = behind.arrays
        if behind.one_of:
            match = self._index.find(seen)
            known = np.empty(0) if match is None else match.indices[match.indices >= 0]
            if len(known) or len(arrays) > 1:
                arrays = tuple(array for array in arrays if self._holds(array, known))
        rows = self._match(arrays) if behind.count and arrays else None
        return rows if rows is None or behind.exact else replace(rows, runs=())

    def _holds(self, array: NDArray[Any], indices: NDArray[Any]) -> bool:
        match = self._match((array,))
        return match is not None and bool(np.isin(indices, match.indices).any())

    def _match(self, arrays: tuple[NDArray[Any], ...], *, closer: bool = True) -> RowMatch | None:
        """Where the rows of arrays come from, one array after the other; in disguise only if looked at closer."""
        # Arrays stay large and mostly as they are: their place and a checksum tell whether they were matched before.
        key = tuple((array.__array_interface__["data"][0], *array.shape, _checksum(array)) for array in arrays)
        if (key, True) not in self._seen and (key, closer) not in self._seen:
            self._seen[key, closer] = (self._disguises if closer else self._index).find(*arrays)
        return self._seen[(key, True) if (key, True) in self._seen else (key, closer)]


def _with_values(rows: RowMatch, seen: RowMatch | None, altered: bool) -> RowMatch:
    """The match of all rows, with what is known of the values of those that were seen.

    Of images that are varied at random some stay as they were. A map that does not fit even these is one of chance.
    """
    if seen is None or seen.scale is None or (altered and seen.residual > _EXACT * max(map(abs, seen.scale))):
        return replace(rows, scale=None, offset=None, residual=0.0, per_image=False, standardised=None)
    return replace(
        rows,
        scale=seen.scale,
        offset=seen.offset,
        residual=seen.residual,
        per_image=seen.per_image,
        standardised=seen.standardised,
    )


def _checksum(array: NDArray[Any]) -> int:
    """A checksum over dtype and 64 rows spread over the array."""
    rows = array[:: max(1, len(array) // 64)] if array.ndim else array
    return zlib.crc32(np.ascontiguousarray(rows).tobytes(), zlib.crc32(array.dtype.str.encode()))
