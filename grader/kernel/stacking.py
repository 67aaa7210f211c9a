"""`Sequential.add` in time that does not grow with the network.

Keras builds a `Sequential` anew, from its first layer, each time a layer is added: a GoogLeNet of 22 layers runs its
inception modules a hundred times before it is complete. Here the new layer is called on what the others gave out, to
the same result.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["install", "left_unbuilt"]


def install() -> None:
    """Let a built `Sequential` grow by one layer at a time. Once a process."""
    import keras
    from keras.src.models.functional import Functional

    original = keras.Sequential._maybe_rebuild

    @functools.wraps(original)
    def maybe_rebuild(model: Any) -> None:
        grown = vars(model).get("_grader_stack")
        if not (model._functional is not None and grown == [id(layer) for layer in model._layers[:-1]]):
            original(model)
        else:
            first, last = model._layers[0], model._layers[-1]
            try:
                outputs = last(model._functional.outputs[0])
                model._functional = Functional(inputs=first.output, outputs=outputs)
            except Exception:  # Keras says best what does not fit
                original(model)
        complete = model._functional is not None and isinstance(model._layers[0], keras.layers.InputLayer)
        stack = [id(layer) for layer in model._layers] if complete else None
        object.__setattr__(model, "_grader_stack", stack)

    keras.Sequential._maybe_rebuild = maybe_rebuild


@contextmanager
def left_unbuilt() -> Iterator[None]:
    """Let a `Sequential` only gather its layers in here, and call none of them."""
    import keras

    before = keras.Sequential._maybe_rebuild
    keras.Sequential._maybe_rebuild = lambda _model: None
    try:
        yield
    finally:
        keras.Sequential._maybe_rebuild = before
