"""The arrays that a pipeline, a generator or a Keras data set takes its rows from.

What comes out of them is augmented, shuffled, and as long as an epoch; what goes in are arrays that are matched at
memory speed. `tf.data` pipelines are followed step by step to their tensors. Of an iterator over arrays that is
Keras's own, its arrays are taken; of a Python generator, those among its variables.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .pixels import as_images

__all__ = ["Sources", "sources_of"]

_DEPTH = 64
"""Steps that a pipeline is followed through."""
_WITHOUT_EFFECT = (
    "AssertCardinality",
    "Cache",
    "Map",
    "Options",
    "ParallelMap",
    "Prefetch",
    "Restructured",
    "Snapshot",
)
"""Steps of `tf.data` that hand on the same rows in the same order."""


@dataclass(frozen=True)
class Sources:
    """Where rows come from.

    Attributes:
        arrays: arrays that hold the rows; views where only some of the rows are used.
        size: rows in an element of the pipeline, None if that varies.
        ordered: whether the rows come in this order.
        exact: whether these rows come and no others, else they are those to choose from.
        one_of: whether some of the arrays may have nothing to do with it.
    """

    arrays: tuple[NDArray[Any], ...]
    size: int | None = 1
    ordered: bool = True
    exact: bool = True
    one_of: bool = False

    @property
    def count(self) -> int:
        """Number of rows."""
        return sum(map(len, self.arrays))

    def part(self, start: int, stop: int | None) -> Sources:
        """The elements from `start` to `stop`; all rows, and inexact, where it cannot be told which rows they hold."""
        if self.size is None:
            return replace(self, exact=False)
        first = start * self.size
        last = self.count if stop is None else min(stop * self.size, self.count)
        if first == 0 and last == self.count:
            return self
        if not self.ordered or not self.exact:
            return replace(self, exact=False)
        arrays, before = [], 0
        for array in self.arrays:
            piece = array[max(first - before, 0) : max(last - before, 0)]
            before += len(array)
            if len(piece):
                arrays.append(piece)
        return replace(self, arrays=tuple(arrays))


def sources_of(source: Any, depth: int = _DEPTH) -> Sources | None:
    """The sources of a `tf.data` pipeline, a `PyDataset` of Keras or a generator; None where they cannot be told."""
    import keras
    import tensorflow as tf

    if depth == 0:
        return None
    if isinstance(source, tf.data.Dataset):
        return _of_dataset(source, depth)
    if isinstance(source, keras.utils.PyDataset):
        return _of_iterator(source)
    if isinstance(source, types.GeneratorType):
        return _of_generator(source, depth)
    return None


def _of_dataset(dataset: Any, depth: int) -> Sources | None:
    step = type(dataset).__name__.strip("_").removesuffix("Dataset")
    if step in ("TensorSlice", "Tensor"):
        array = _tensor(dataset._tensors)
        if array is None:
            return None
        return Sources((array,), size=1 if step == "TensorSlice" else len(array))
    inputs = [found for found in (sources_of(part, depth - 1) for part in dataset._inputs()) if found is not None]
    if step == "Zip":
        # Images with their labels: labels are no images.
        return next((found for found in inputs if _are_images(found)), None)
    if not inputs or len(inputs) < len(dataset._inputs()) - (step == "DirectedInterleave"):
        return None
    if step in ("Concatenate", "DirectedInterleave"):
        return _joined(inputs, in_turn=step == "Concatenate")
    change = _CHANGES.get(step)
    return None if change is None else change(inputs[0], dataset)


def _joined(parts: Sequence[Sources], *, in_turn: bool) -> Sources:
    sizes = {part.size for part in parts}
    size = sizes.pop() if len(sizes) == 1 else None
    if size is not None and any(part.count % size for part in parts[:-1]):
        size = None  # a smaller element in the middle
    return Sources(
        arrays=tuple(array for part in parts for array in part.arrays),
        size=size,
        ordered=in_turn and all(part.ordered for part in parts),
        exact=in_turn and all(part.exact for part in parts),
        one_of=any(part.one_of for part in parts),
    )


def _batched(found: Sources, dataset: Any) -> Sources:
    if found.size is None:
        return found
    batched = replace(found, size=found.size * int(dataset._batch_size))
    if bool(dataset._drop_remainder) and batched.ordered:
        return batched.part(0, batched.count // batched.size) if batched.size else batched
    return batched


def _sharded(found: Sources, dataset: Any) -> Sources:
    number, index = int(dataset._num_shards), int(dataset._index)
    if found.size != 1 or not found.ordered or len(found.arrays) != 1:
        return replace(found, exact=False)
    return replace(found, arrays=(found.arrays[0][index::number],))


def _taken(found: Sources, dataset: Any) -> Sources:
    count = int(dataset._count)
    return found if count < 0 else found.part(0, count)


def _skipped(found: Sources, dataset: Any) -> Sources:
    count = int(dataset._count)
    return replace(found, arrays=()) if count < 0 else found.part(count, None)


_CHANGES: dict[str, Callable[[Sources, Any], Sources]] = {
    **dict.fromkeys(_WITHOUT_EFFECT, lambda found, _: found),
    **dict.fromkeys(("Batch", "ParallelBatch", "PaddedBatch"), _batched),
    "Filter": lambda found, _: replace(found, exact=False),
    # Once all over, a part of it may begin anywhere.
    "Repeat": lambda found, dataset: replace(found, ordered=found.ordered and int(dataset._count) == 1),
    "Rebatch": lambda found, _: replace(found, size=None),
    "Shard": _sharded,
    "Shuffle": lambda found, _: replace(found, ordered=False),
    "Skip": _skipped,
    "Take": _taken,
    "Unbatch": lambda found, _: replace(found, size=1),
}
"""What steps of `tf.data` do to their rows; of any other step, nothing is known."""


def _tensor(tensors: Sequence[Any]) -> NDArray[Any] | None:
    """The first tensor of an element that has rows, without a copy."""
    for tensor in tensors:
        if getattr(tensor, "ndim", 0):
            try:
                return np.asarray(tensor)
            except Exception:  # symbolic tensors, made within a function, have no value
                return None
    return None


def _are_images(found: Sources) -> bool:
    return all(array.ndim > 2 or as_images(array) is not None for array in found.arrays)


def _of_iterator(source: Any) -> Sources | None:
    """What `ImageDataGenerator.flow` returns holds the images of its subset as `x`."""
    images = getattr(source, "x", None)
    if not type(source).__module__.startswith("keras.") or not isinstance(images, np.ndarray):
        return None
    return Sources((images,), size=source.batch_size, ordered=not source.shuffle)


def _of_generator(generator: types.GeneratorType[Any, Any, Any], depth: int) -> Sources | None:
    """Arrays of images among the variables that the code of a generator uses; not exact, since code may choose."""
    found = []
    for value in _variables(generator):
        if isinstance(value, np.ndarray):
            if as_images(value) is not None:
                found.append(Sources((value,)))
        elif (inner := sources_of(value, min(depth - 1, 3))) is not None:
            found.append(inner)
    return replace(_joined(found, in_turn=False), size=None, one_of=True) if found else None


def _variables(generator: types.GeneratorType[Any, Any, Any]) -> Iterator[Any]:
    frame = generator.gi_frame
    if frame is None:  # it has ended
        return
    yield from frame.f_locals.values()
    yield from (frame.f_globals[name] for name in generator.gi_code.co_names if name in frame.f_globals)
