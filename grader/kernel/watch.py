"""What the recorders of training and of inference share: one log, one count of nesting, one state of a replay."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .drawing.visuals import Visuals
from .events import EventLog
from .images.inputs import Given, InputReader, as_array
from .images.rows import RowIndex
from .models import ModelRegistry
from .preparation import describe_preparation
from .replay import Replay
from .sketch import Sketch

__all__ = ["Watch", "as_count", "as_number", "check_lengths", "wrap_method"]


class Watch:
    """The state of the recorder while a method of `keras.Model` runs.

    What one recorded method calls in turn is part of it and not recorded again.
    """

    def __init__(
        self, log: EventLog, registry: ModelRegistry, reader: InputReader, index: RowIndex, sketch: Sketch | None
    ) -> None:
        self.log = log
        self.registry = registry
        self.reader = reader
        self.sketch = sketch
        """Stands in for the expensive parts; None at effort full."""
        self.forced: Callable[[Given], Any] | None = None
        """Replaces the outcome of predictions while a cell is replayed."""
        self.replay: Replay | None = None
        """Told what cells do, so that it knows which to replay."""
        self.visuals: Visuals | None = None
        """Told what networks give out, so that it is known again when it is drawn."""
        self.histories: dict[int, tuple[int, Any]] = {}
        """Results of fits: id of the dictionary of curves → (`seq` of the fit, that dictionary)."""
        self.index = index
        self._depth = 0

    @property
    def busy(self) -> bool:
        """Whether a recorded method is running."""
        return self._depth > 0

    @contextmanager
    def inside(self) -> Iterator[bool]:
        """Count nesting; yields whether this is the outermost recorded method."""
        self._depth += 1
        try:
            yield self._depth == 1
        finally:
            self._depth -= 1

    def saw_training(self) -> None:
        """The running cell compiles or trains a model."""
        if self.replay is not None and not self.log.muted:
            self.replay.saw_training()

    def saw_prediction(self, sequence: int, given: Given) -> None:
        """The running cell predicts."""
        if self.replay is not None and not self.log.muted:
            self.replay.saw_prediction(sequence, given)

    def saw_input(self, model: Any, given: Given) -> None:
        """A model is given images; remember their form, and describe how the model prepares them."""
        array = None if given.x is None else as_array(given.x)
        if array is not None:
            self.registry.saw_input(model, array.shape, array.dtype.name)

    def describe_preparation(self, model: Any, given: Given) -> None:
        """Add to the description of images how the model prepares them."""
        prepared = describe_preparation(model, given, self.index)
        if prepared is not None:
            given.description["prepared"] = prepared


def wrap_method(name: str, record: Callable[[Any, dict[str, Any], Callable[..., Any]], Any]) -> None:
    """Let ``keras.Model.<name>`` go through `record`, in place, for models of every kind.

    `record` gets the model, all arguments by name, and the original method bound to the model.
    """
    import keras

    # On the class that defines it: Keras asks whether `Model.compile` was overridden.
    owner = next(cls for cls in keras.Model.__mro__ if name in vars(cls))
    original = vars(owner)[name]
    signature = inspect.signature(original)

    @functools.wraps(original)
    def method(model: Any, *args: Any, **kwargs: Any) -> Any:
        bound = signature.bind(model, *args, **kwargs)  # a wrong argument is the student's TypeError
        bound.apply_defaults()
        arguments = dict(bound.arguments)
        arguments.pop("self", None)
        arguments |= arguments.pop("kwargs", {})
        return record(model, arguments, functools.partial(original, model))

    setattr(owner, name, method)


def check_lengths(given: Given) -> None:
    """Keras refuses images and labels of different number before it computes anything."""
    if given.whole and given.y is not None and len(given.x) != len(given.y):
        raise ValueError(
            "Data cardinality is ambiguous. Make sure all arrays contain the same number of samples: "
            f"x has {len(given.x)}, y has {len(given.y)}."
        )


def as_number(value: Any) -> float | None:
    """The value as a float; None if it is none."""
    try:
        return float(np.asarray(value))
    except (TypeError, ValueError):
        return None


def as_count(value: Any) -> int | None:
    """The value as a number of things; None if it is none."""
    try:
        found = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if 0 <= found <= 10**12 and found == value else None
