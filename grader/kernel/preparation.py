"""How images are prepared inside a network, decided by what it computes.

A few images go through the network; what reaches its first layer with weights is fitted as a map of the served pixel
values, enlarged where the network enlarges them. So a `Rescaling` layer, a `Normalization` layer, a `Lambda` or plain
arithmetic count alike. Two passes that differ tell of random layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .graph import as_functional
from .images.inputs import Given, as_array
from .images.rows import RowIndex
from .taps import tapped

__all__ = ["describe_preparation", "state_kept"]

_IMAGES = 4
_INTERPOLATIONS = ("bilinear", "nearest", "bicubic", "area", "lanczos3")
_WELL_FITTED = 0.02
"""A deviation below this share of the range of values needs no other interpolation to explain it."""
_WITHOUT_EFFECT = ("InputLayer", "Identity", "Flatten", "Reshape")


def describe_preparation(model: Any, given: Given, index: RowIndex) -> dict[str, Any] | None:
    """What the network makes of the images; None where it has no preparation or does not show it."""
    if given.match is None or not model.built or not _prepares(model):
        return None
    images = as_array(given.head(_IMAGES)[0])
    if images is None:
        return None
    with state_kept(model):
        plain, again = (_first_input(model, images, training=False) for _ in range(2))
        trained, once_more = (_first_input(model, images, training=True) for _ in range(2))
    if plain is None or len(plain) != len(images):
        return None
    if plain.size == images.size:  # flattened, perhaps
        plain = plain.reshape(images.shape)
    fields = {
        "shape": plain.shape[1:],
        "random_training": _differ(trained, once_more),
        "random_inference": _differ(plain, again),
    }
    mapped = _map_of_served(plain, given.match.indices[:_IMAGES], index)
    if mapped is None and not any((fields["random_training"], fields["random_inference"])):
        return None
    return fields | (mapped or {"scale": None, "offset": None, "residual": None})


def _first_input(model: Any, images: NDArray[Any], *, training: bool) -> NDArray[Any] | None:
    """What the first layer with weights is given; None where none is reached."""
    tap = _FirstInput()
    try:
        with tapped(tap):
            model(images, training=training)
    except _ReachedError:
        pass
    except Exception:  # a network that cannot take these images fails in its own words when it is trained
        return None
    return None if tap.seen is None else as_array(tap.seen)


@contextmanager
def state_kept(model: Any) -> Iterator[None]:
    """Leave moving averages and random states as they are."""
    kept = [(variable, variable.numpy()) for variable in model.non_trainable_variables]
    try:
        yield
    finally:
        for variable, value in kept:
            variable.assign(value)


def _differ(one: NDArray[Any] | None, other: NDArray[Any] | None) -> bool:
    return one is not None and other is not None and (one.shape != other.shape or not np.array_equal(one, other))


def _map_of_served(seen: NDArray[Any], indices: NDArray[np.int64], index: RowIndex) -> dict[str, Any] | None:
    """Scale and offset, per channel, by which the values follow from the served images; None if they do not."""
    match = index.find(seen)
    if match is not None and match.scale is not None:
        fields = ("scale", "offset", "residual", "standardised")
        return {name: getattr(match, name) for name in fields}
    if match is not None or seen.ndim != 4 or seen.shape[3] != 3 or (indices < 0).any():
        return None
    if not np.isfinite(seen).all():
        return None
    return _best_fit(seen.astype(np.float64), np.stack([index.image(number) for number in indices]))


def _best_fit(seen: NDArray[np.float64], served: NDArray[np.uint8]) -> dict[str, Any]:
    """The map of the served images in another size, by the interpolation that explains it best."""
    import tensorflow as tf

    fits = []
    for method in _INTERPOLATIONS:
        resized = np.asarray(tf.image.resize(served, seen.shape[1:3], method=method), dtype=np.float64)
        lines = [np.polyfit(resized[..., c].ravel(), seen[..., c].ravel(), 1) for c in range(3)]
        scale, offset = np.array(lines).T
        fits.append((float(np.abs(seen - (scale * resized + offset)).max()), scale.tolist(), offset.tolist()))
        if fits[-1][0] <= _WELL_FITTED * float(np.ptp(seen)):
            break
    residual, scale, offset = min(fits)
    return {"scale": scale, "offset": offset, "residual": residual}


def _prepares(model: Any) -> bool:
    """Whether anything stands before the first layer with weights; a subclassed model may hide it anywhere."""
    functional = as_functional(model)
    if functional is None:
        return True
    for step in functional.operations:  # layers, and arithmetic such as ``x / 255``
        if type(step).__name__ not in _WITHOUT_EFFECT:
            return not _is_weighted(step) or bool(getattr(step, "layers", None))
    return True


def _is_weighted(layer: Any) -> bool:
    return type(layer).__name__.startswith(("Conv", "Dense", "SeparableConv", "DepthwiseConv"))


class _ReachedError(Exception):
    """The first layer with weights was reached; the rest of the network need not run."""


class _FirstInput:
    """Notes what the first convolution or dense layer is given."""

    def __init__(self) -> None:
        self.seen: Any = None

    def __call__(self, layer: Any, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        if _is_weighted(layer) and not getattr(layer, "layers", None):
            self.seen = np.asarray(args[0])
            raise _ReachedError
        return call(layer, *args, **kwargs)
