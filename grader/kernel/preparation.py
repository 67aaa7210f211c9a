"""How images are prepared inside a network, decided by what it computes.

A few images go through the network; what reaches its first layer with weights is fitted as a map of the served pixel
values. So a `Rescaling` layer, a `Normalization` layer, a `Lambda` or plain arithmetic count alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .graph import as_functional
from .inputs import Given, as_array
from .rows import RowIndex
from .taps import tapped

__all__ = ["describe_preparation"]

_IMAGES = 4
_WITHOUT_EFFECT = ("InputLayer", "Identity", "Flatten", "Reshape")


def describe_preparation(model: Any, given: Given, index: RowIndex) -> dict[str, Any] | None:
    """Scale and offset of the prepared values; None where the network has no preparation or does not show it."""
    if given.match is None or not model.built or not _prepares(model):
        return None
    images = as_array(given.head(_IMAGES)[0])
    if images is None:
        return None
    tap = _FirstInput()
    try:
        with tapped(tap):
            model(images, training=False)
    except _ReachedError:
        pass
    except Exception:  # a network that cannot take these images fails in its own words when it is trained
        return None
    seen = None if tap.seen is None else as_array(tap.seen)
    if seen is None or seen.shape != images.shape:
        return None
    match = index.find(seen)
    if match is None or match.scale is None:
        return None
    return {"scale": match.scale, "offset": match.offset, "residual": match.residual}


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
