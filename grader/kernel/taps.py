"""One door to every layer call: `Layer.__call__` asks the innermost active tap, if there is one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Tap", "install", "tapped"]

Tap = Callable[[Any, Callable[..., Any], Any, Any], Any]
"""Called as ``tap(layer, call, args, kwargs)``; makes the call, or not, and returns its result."""

_active: list[Tap] = []


def install(model_call: Tap, saw_output: Callable[[Any, Any], None] = lambda _layer, _output: None) -> None:
    """Let `Layer.__call__` pass through the taps; without an active one, calls of models go to `model_call`.

    `saw_output` is told of what other layers give out for tensors that have values.
    """
    import keras

    original = keras.layers.Layer.__call__

    @functools.wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _active:
            return _active[-1](self, original, args, kwargs)
        if isinstance(self, keras.Model):
            return model_call(self, original, args, kwargs)
        output = original(self, *args, **kwargs)
        if type(output).__name__ == "EagerTensor":
            saw_output(self, output)
        return output

    keras.layers.Layer.__call__ = call


@contextmanager
def tapped(tap: Tap) -> Iterator[None]:
    """Let `tap` see every layer call made within."""
    _active.append(tap)
    try:
        yield
    finally:
        _active.remove(tap)
