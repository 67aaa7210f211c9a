"""What is seen of compile, fit, evaluate, predict and summary, at every effort.

Each method of `keras.Model` is wrapped once. The wrapper records what was asked for, lets Keras (or `Sketch`) do it,
and records what came of it. What one of these methods calls in turn is part of it and not recorded again.
"""

from __future__ import annotations

import functools
import inspect
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .compat import wrap_history
from .compiled import describe_compile
from .events import EventLog
from .inputs import Given, InputReader, as_array
from .models import ModelRegistry
from .preparation import describe_preparation
from .replay import Replay
from .rows import RowIndex
from .sketch import LARGE_CALL, ROWS, Sketch, repeat_rows

__all__ = ["TrainingRecorder"]

_SLICE = 2000
"""Test images whose predicted labels a full run keeps at each evaluation, for the trusted side's own accuracy."""


class TrainingRecorder:
    """Wraps the methods of `keras.Model` that a grading is about."""

    def __init__(
        self,
        log: EventLog,
        registry: ModelRegistry,
        reader: InputReader,
        index: RowIndex,
        sketch: Sketch | None,
        seed: int,
    ) -> None:
        self._log = log
        self._index = index
        self._registry = registry
        self._reader = reader
        self.sketch = sketch
        self._seed = seed
        self._depth = 0
        self.forced: Callable[[Given], Any] | None = None
        """Replaces the outcome of predictions while a cell is replayed."""
        self.replay: Replay | None = None
        """Told what cells do, so that it knows which to replay."""
        self.histories: dict[int, tuple[int, Any]] = {}
        """Results of fits: id of the dictionary of curves → (`seq` of the fit, that dictionary)."""

    def install(self) -> None:
        """Wrap the methods, in place, for models of every kind."""
        import keras

        for name in ("compile", "fit", "evaluate", "predict", "summary"):
            # On the class that defines it: Keras asks whether `Model.compile` was overridden.
            owner = next(cls for cls in keras.Model.__mro__ if name in vars(cls))
            setattr(owner, name, self._wrapped(vars(owner)[name], getattr(self, f"_{name}")))

    def _wrapped(self, original: Callable[..., Any], record: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(original)

        @functools.wraps(original)
        def method(model: Any, *args: Any, **kwargs: Any) -> Any:
            bound = signature.bind(model, *args, **kwargs)  # a wrong argument is the student's TypeError
            bound.apply_defaults()
            arguments = dict(bound.arguments)
            arguments.pop("self", None)
            arguments |= arguments.pop("kwargs", {})
            return record(model, arguments, functools.partial(original, model))

        return method

    @contextmanager
    def _inside(self) -> Iterator[bool]:
        """Count nesting; yields whether this is the outermost recorded method."""
        self._depth += 1
        try:
            yield self._depth == 1
        finally:
            self._depth -= 1

    def _compile(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> None:
        with self._inside():
            original(**arguments)
            self._tell("saw_training")
            uid, version = self._registry.snapshot(model)
            self._log.emit("compile", model=uid, version=version, **describe_compile(model))

    def _summary(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> None:
        lines: list[str] = []
        print_fn = arguments.pop("print_fn", None)
        original(**arguments, print_fn=lambda text, **_: lines.append(str(text)))
        text = "\n".join(lines)
        uid, version = self._registry.snapshot(model)
        self._log.emit("summary", model=uid, version=version, text=text, built=bool(model.built))
        if print_fn is None:
            print(text)
        else:
            for line in lines:
                print_fn(line)

    def _fit(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> Any:
        with self._inside() as outermost:
            self._tell("saw_training")
            train = self._reader.read(arguments["x"], arguments["y"], arguments["sample_weight"])
            validation = self._validation(arguments["validation_data"])
            arguments["x"] = train.argument
            if validation is not None and validation.argument is not None:
                arguments["validation_data"] = _like(arguments["validation_data"], validation.argument)
            number = self._start_fit(model, arguments, train, validation) if outermost else -1
            status = "failed"
            try:
                if self.sketch is None:
                    history = original(**arguments)
                else:
                    history = self._sketch_fit(model, arguments, train, validation)
                status = "completed"
            except KeyboardInterrupt:
                status = "interrupted"
                raise
            finally:
                if outermost:
                    self._end_fit(model, number, status)
            history.history = wrap_history(history.history)
            self.histories[id(history.history)] = (number, history.history)
            return history

    def _start_fit(self, model: Any, arguments: dict[str, Any], train: Given, validation: Given | None) -> int:
        """Record what was asked for before it starts: a kernel killed in mid-training still tells."""
        self._note_input(model, train)
        uid, version = self._registry.snapshot(model)
        self._prepared(model, train)
        batch_size = train.description.get("batch_size") or arguments["batch_size"] or 32
        return self._log.emit(
            "fit",
            model=uid,
            version=version,
            x=train.description,
            validation=None if validation is None else validation.description,
            validation_split=arguments["validation_split"] or 0.0,
            batch_size=batch_size,
            epochs=arguments["epochs"],
            initial_epoch=arguments["initial_epoch"],
            steps_per_epoch=arguments["steps_per_epoch"],
            callbacks=[_callback(c) for c in _as_list(arguments["callbacks"])],
            compiled=describe_compile(model) if model.compiled else None,
            weights=_weights_digest(model),
        )

    def _end_fit(self, model: Any, number: int, status: str) -> None:
        uid, version = self._registry.snapshot(model)
        history = getattr(model, "history", None)
        curves = getattr(history, "history", None) or {}
        self._log.emit(
            "fit_end",
            fit=number,
            model=uid,
            version=version,
            status=status,
            history={str(key): [_number(v) for v in values] for key, values in curves.items()},
            weights=_weights_digest(model),
        )

    def _sketch_fit(self, model: Any, arguments: dict[str, Any], train: Given, validation: Given | None) -> Any:
        assert self.sketch is not None
        _check_lengths(train)
        split = arguments["validation_split"]
        if validation is None and split:
            if not train.whole:
                raise ValueError(
                    "`validation_split` is only supported for tensors or NumPy arrays, not for "
                    f"{train.description.get('type', 'this input')}."
                )
            validation = train
        if validation is not None:
            _check_lengths(validation)
        batch_size = train.description.get("batch_size") or arguments["batch_size"] or 32
        return self.sketch.fit(
            model,
            train,
            validation,
            epochs=arguments["epochs"],
            initial_epoch=arguments["initial_epoch"],
            steps=arguments["steps_per_epoch"] or -(-(train.count or batch_size) // batch_size),
            callbacks=arguments["callbacks"],
            class_weight=arguments["class_weight"],
        )

    def _validation(self, data: Any) -> Given | None:
        if data is None:
            return None
        if isinstance(data, (tuple, list)):
            return self._reader.read(*data)
        return self._reader.read(data)

    def _evaluate(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> Any:
        as_dict = arguments.pop("return_dict")
        with self._inside() as outermost:
            given = self._reader.read(arguments["x"], arguments["y"], arguments["sample_weight"])
            arguments["x"] = given.argument
            if self.sketch is None:
                values = original(**arguments, return_dict=True)
            else:
                _check_lengths(given)
                values = self.sketch.evaluate(model, given)
                _print_progress(arguments["verbose"], values)
            if outermost:
                self._note_input(model, given)
                uid, version = self._registry.snapshot(model)
                self._prepared(model, given)
                labels = self._sample_labels(model, given) if self.sketch is None else None
                self._log.emit(
                    "evaluate",
                    model=uid,
                    version=version,
                    x=given.description,
                    values={name: _number(value) for name, value in values.items()},
                    predicted=labels,
                )
        if as_dict:
            return values
        return model._flatten_metrics_in_order(values)

    def _sample_labels(self, model: Any, given: Given) -> dict[str, Any] | None:
        """Labels that the model predicts for a random slice of the served test images."""
        if given.match is None or not given.whole or not given.match.test:
            return None
        places = np.flatnonzero(given.match.indices >= 50_000)
        chosen = np.random.default_rng(self._seed).permutation(places)[:_SLICE]
        array = as_array(given.x)
        assert array is not None
        labels = np.asarray(model.predict(array[chosen], verbose=0)).argmax(axis=-1)
        return {"rows": given.match.indices[chosen] - 50_000, "classes": labels}

    def _predict(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> Any:
        with self._inside() as outermost:
            given = self._reader.read(arguments["x"])
            arguments["x"] = given.argument
            if self.forced is not None and outermost:
                forced = self.forced(given)
                if forced is not None:
                    return forced
            if self.sketch is None or given.count is None:
                outcome = original(**arguments)
            else:
                outcome = self.sketch.predict(model, given, given.count)
            if outermost:
                self._record_prediction(model, given, outcome, via="predict", training=False)
            return outcome

    def model_call(self, model: Any, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """A model called as a function: ``model(images)`` outside the methods above is a prediction, too."""
        if self._depth or not args or as_array(args[0]) is None or isinstance(args[0], (list, tuple)):
            return call(model, *args, **kwargs)
        import tensorflow as tf

        with self._inside():
            given = self._reader.read(args[0])
            training = bool(kwargs.get("training", args[1] if len(args) > 1 else False))
            forced = None if self.forced is None else self.forced(given)
            if forced is not None:
                return tf.convert_to_tensor(forced)
            if self.sketch is not None and (given.count or 0) > LARGE_CALL:
                head = call(model, given.head(ROWS)[0], *args[1:], **kwargs)
                outcome = tf.nest.map_structure(
                    lambda leaf: tf.convert_to_tensor(repeat_rows(leaf, given.count or 0)), head
                )
            else:
                outcome = call(model, *args, **kwargs)
            self._record_prediction(model, given, outcome, via="call", training=training)
            return outcome

    def _record_prediction(self, model: Any, given: Given, outcome: Any, *, via: str, training: bool) -> None:
        self._note_input(model, given)
        uid, version = self._registry.snapshot(model)
        sequence = self._log.emit(
            "predict",
            model=uid,
            version=version,
            via=via,
            training=training,
            x=given.description,
            shape=list(outcome.shape) if hasattr(outcome, "shape") else None,
            classes=self._classes(outcome),
        )
        if self.replay is not None and not self._log.muted:
            self.replay.saw_prediction(sequence, given)

    def _tell(self, what: str) -> None:
        if self.replay is not None and not self._log.muted:
            getattr(self.replay, what)()

    def _classes(self, outcome: Any) -> Any:
        array = as_array(outcome)
        if array is None or array.ndim != 2 or not array.shape[1]:
            return None
        return array[: 1 if self.sketch else 10_000].argmax(axis=1)

    def _prepared(self, model: Any, given: Given) -> None:
        prepared = describe_preparation(model, given, self._index)
        if prepared is not None:
            given.description["prepared"] = prepared

    def _note_input(self, model: Any, given: Given) -> None:
        array = as_array(given.x) if given.x is not None else None
        if array is not None:
            self._registry.saw_input(model, array.shape, array.dtype.name)


def _check_lengths(given: Given) -> None:
    """Keras refuses images and labels of different number before it trains."""
    if given.whole and given.y is not None and len(given.x) != len(given.y):
        raise ValueError(
            f"Data cardinality is ambiguous. Make sure all arrays contain the same number of samples: "
            f"x has {len(given.x)}, y has {len(given.y)}."
        )


def _like(original: Any, argument: Any) -> Any:
    """`validation_data` with its first part replaced by the argument to hand on."""
    return (argument, *original[1:]) if isinstance(original, (tuple, list)) else argument


def _print_progress(verbose: Any, values: dict[str, float]) -> None:
    if verbose not in (0, "0"):
        print(" - ".join(f"{name}: {value:.4f}" for name, value in values.items()))


def _callback(callback: Any) -> dict[str, Any]:
    description: dict[str, Any] = {"name": type(callback).__name__}
    for name in ("monitor", "patience", "restore_best_weights", "save_best_only"):
        value = getattr(callback, name, None)
        if isinstance(value, (str, bool, int)):
            description[name] = value
    return description


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, (list, tuple)):
        return list(value)
    return list(getattr(value, "callbacks", [value]))


def _number(value: Any) -> float | None:
    try:
        return float(np.asarray(value))
    except (TypeError, ValueError):
        return None


def _weights_digest(model: Any) -> int:
    """A checksum of all weights: equal before and after means that nothing was learned in between."""
    digest = 0
    for weight in model.weights:
        digest = zlib.crc32(np.ascontiguousarray(weight.numpy()).tobytes(), digest)
    return digest
