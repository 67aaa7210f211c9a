"""What a notebook may draw of its networks: feature maps that layers gave out, and kernels of convolutions.

Maps are those of every layer that was called on few images outside a graph; what `predict` of a compiled network
gives back is added by `saw_outputs`. Kernels are those of the models that are alive when a figure is recorded, and
those that ``get_weights`` has handed out since. Both are kept within a bound of memory, the latest longest.
"""

from __future__ import annotations

import functools
import math
import weakref
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .. import graph
from ..models import ModelRegistry
from . import likeness

__all__ = ["Match", "Source", "Visuals"]

_MAX_ROWS = 64
_MAX_BYTES = 64 * 2**20
_MAX_SLICES = 16_384
"""Kernels of a convolution with more (filter, channel) pairs are not for looking at."""
_LEAST_SIDE = 3
"""A smaller window has too few values to be told from others."""
_ALL = -1
"""Stands for the channel where all three are shown as colours."""
_UNSEEN = ("dropout", "flatten", "dense", "random", "reshape")
"""Outputs that are no maps of their own: dropout hands on what it gets when nothing is trained."""


@dataclass(frozen=True)
class Source:
    """A layer that drawings may come from; `model` is -1 where it is not known any more."""

    kind: str
    model: int
    layer: str
    op: str


class Match(NamedTuple):
    """A drawing shows a part of a source: (row, channel) of a feature map, (filter, channel) of a kernel."""

    source: Source
    part: tuple[int, int]
    cut: bool


class _Kept(NamedTuple):
    """An array (n, h, w, c) of feature maps, or a kernel (h, w, channels, filters), and the layer it is from."""

    layer: weakref.ref[Any]
    name: str
    op: str
    values: Any
    """A NumPy array or a tensor."""

    @property
    def size(self) -> int:
        return 4 * int(math.prod(self.values.shape))


class _Store:
    """The latest arrays that fit into the bound of memory."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque()
        self._bytes = 0

    def __iter__(self) -> Iterator[_Kept]:
        return iter(self._kept)

    def add(self, new: _Kept) -> None:
        self._kept.append(new)
        self._bytes += new.size
        while self._bytes > _MAX_BYTES:
            self._bytes -= self._kept.popleft().size


class _Bank(NamedTuple):
    """All slices of one size, a row each, with where each is from."""

    rows: NDArray[np.generic]
    normal: NDArray[np.float32]
    parts: list[tuple[Source, tuple[int, int]]]


class Visuals:
    """Remembers what can be drawn, and finds drawings in it."""

    def __init__(self, registry: ModelRegistry) -> None:
        self._registry = registry
        self._maps = _Store()
        self._handed_out = _Store()
        self._banks: dict[tuple[int, ...], _Bank | None] = {}
        self._ops: dict[type, str | None] = {}

    def install(self) -> None:
        """Notice weights that are handed out; outputs of layers come through `taps`, to `saw_output`."""
        import keras

        original, visuals = keras.layers.Layer.get_weights, self

        @functools.wraps(original)
        def get_weights(layer: Any) -> Any:
            arrays = original(layer)
            for variable, array in zip(layer.weights, arrays, strict=False):
                if _is_kernel(array.shape):
                    name = variable.path.split("/")[-2] if "/" in variable.path else layer.name
                    # A copy: notebooks scale what they got in place.
                    visuals._handed_out.add(_Kept(weakref.ref(layer), name, "conv2d", array.copy()))
            return arrays

        keras.layers.Layer.get_weights = get_weights

    def saw_output(self, layer: Any, output: Any) -> None:
        """A layer gave out a tensor or an array; kept if it holds maps of few images."""
        shape: tuple[int, ...] = tuple(getattr(output, "shape", ()))
        if len(shape) != 4 or not 0 < shape[0] <= _MAX_ROWS or min(shape[1:3]) < _LEAST_SIDE:
            return
        op = self._op(layer)
        if op is not None:
            self._maps.add(_Kept(weakref.ref(layer), layer.name, op, output))

    def saw_outputs(self, model: Any, outputs: Any) -> None:
        """A compiled model gave back arrays, each computed by one of its layers."""
        import keras

        functional = graph.as_functional(model)
        if functional is None:
            return
        for tensor, values in zip(functional.outputs, keras.tree.flatten(outputs), strict=False):
            layer = tensor._keras_history[0]
            if isinstance(layer, keras.layers.Layer) and getattr(values, "ndim", 0) == 4:
                self.saw_output(layer, np.array(values[:_MAX_ROWS]))

    def refresh(self) -> None:
        """Forget what was worked out: models and weights may have changed since the last figure."""
        self._banks.clear()

    def sizes(self, dimensions: int) -> list[tuple[int, int]]:
        """The sizes (h, w) of what could be drawn with that many dimensions, the largest first."""
        found = {tuple(kept.values.shape[:2]) for kept in self._kernels() if dimensions == 2 or _is_rgb(kept)}
        if dimensions == 2:
            found |= {tuple(kept.values.shape[1:3]) for kept in self._maps}
        return sorted(((int(h), int(w)) for h, w in found), reverse=True)

    def find(self, drawings: NDArray[Any]) -> list[list[Match]]:
        """What each of the drawings (n, h, w) or (n, h, w, 3) may show; more than one layer may hold the same."""
        bank = self._bank(drawings.shape[1:])
        if bank is None or not len(drawings):
            return [[] for _ in drawings]
        rows = drawings.reshape(len(drawings), -1)
        found = []
        for row, candidates in zip(rows, likeness.best(rows, bank.rows, bank.normal), strict=True):
            if np.ptp(row) == 0:
                # A map of equal values is that of a unit that stays silent; any silent one may be meant.
                candidates = [(place, likeness.Fit(cut=False)) for place in _silent(bank)]
            matches: dict[Source, Match] = {}
            for place, how in candidates:
                source, part = bank.parts[place]
                matches.setdefault(source, Match(source, part, how.cut))
            found.append(list(matches.values()))
        return found

    def _bank(self, shape: tuple[int, ...]) -> _Bank | None:
        if shape not in self._banks:
            self._banks[shape] = self._collect(shape)
        return self._banks[shape]

    def _collect(self, shape: tuple[int, ...]) -> _Bank | None:
        owners = self._owners()
        rows: list[NDArray[np.generic]] = []
        parts: list[tuple[Source, tuple[int, int]]] = []

        def add(kind: str, kept: _Kept, slices: NDArray[np.generic], columns: int) -> None:
            source = Source(kind, owners.get(id(kept.layer()), -1), kept.name, kept.op)
            rows.append(slices.reshape(len(slices), -1))
            parts.extend((source, divmod(i, columns) if columns else (i, _ALL)) for i in range(len(slices)))

        seen: set[bytes] = set()
        for kept in self._kernels():
            kernel = np.asarray(kept.values)
            if kernel.shape[:2] != shape[:2] or not _is_new(kept, kernel, seen):
                continue
            by_filter = kernel.transpose(3, 2, 0, 1)  # (filters, channels, h, w)
            if len(shape) == 2:
                add("kernel", kept, by_filter.reshape(-1, *shape), kernel.shape[2])
                if shape[0] == shape[1]:  # `kernel.T` turns each of them over, too
                    add("kernel", kept, by_filter.swapaxes(2, 3).reshape(-1, *shape), kernel.shape[2])
            elif _is_rgb(kept):
                add("kernel", kept, kernel.transpose(3, 0, 1, 2), 0)
                add("kernel", kept, kernel.transpose(3, 1, 0, 2), 0)
        for kept in self._maps if len(shape) == 2 else ():
            if tuple(kept.values.shape[1:3]) == shape:
                maps = np.asarray(kept.values)
                if _is_new(kept, maps, seen):
                    add("features", kept, maps.transpose(0, 3, 1, 2).reshape(-1, *shape), maps.shape[3])
        if not rows:
            return None
        together = np.concatenate(rows)
        return _Bank(together, likeness.normalised(together), parts)

    def _kernels(self) -> Iterator[_Kept]:
        """The kernels of the convolutions of living models, then those handed out."""
        import keras

        for _, model in self._registry.living():
            for layer in model._flatten_layers():
                if isinstance(layer, keras.layers.Conv2D) and layer.built:
                    kernel = layer.kernel.value
                    if _is_kernel(kernel.shape):
                        yield _Kept(weakref.ref(layer), layer.name, "conv2d", kernel)
        yield from self._handed_out

    def _owners(self) -> dict[int, int]:
        """By id of a layer the number of the model that it was first built into."""
        found: dict[int, int] = {}
        for uid, model in self._registry.living():
            for layer in model._flatten_layers():
                found.setdefault(id(layer), uid)
        return found

    def _op(self, layer: Any) -> str | None:
        kind = type(layer)
        if kind not in self._ops:
            steps = [] if graph.is_composite(layer) else graph.steps_of(layer)
            self._ops[kind] = steps[0].op if steps and steps[0].op not in _UNSEEN else None
        return self._ops[kind]


def _is_kernel(shape: Any) -> bool:
    """Whether weights of that shape are the kernel of a convolution that one can look at."""
    return len(shape) == 4 and min(shape[:2]) >= _LEAST_SIDE and shape[2] * shape[3] <= _MAX_SLICES


def _is_rgb(kept: _Kept) -> bool:
    return bool(kept.values.shape[2] == 3)


def _is_new(kept: _Kept, values: NDArray[np.generic], seen: set[bytes]) -> bool:
    """Whether the layer's values are not held already: what is asked for twice is kept twice."""
    key = f"{kept.name} {values.shape} ".encode() + np.ascontiguousarray(values).tobytes()[: 2**14]
    known = key in seen
    seen.add(key)
    return not known


def _silent(bank: _Bank) -> list[int]:
    """The maps of one value throughout, and those of which ReLU makes one."""
    silent = ~bank.normal.any(axis=1) | (bank.rows.max(axis=1) <= 0)
    return [int(place) for place in np.flatnonzero(silent) if bank.parts[place][0].kind == "features"]
