"""What is seen of compile, summary and fit, at every effort.

The wrapper of a method records what was asked for, lets Keras (or `Sketch`) do it, and records what came of it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from .compat import wrap_history
from .compiled import describe_compile
from .images.inputs import Given
from .recipes import describe_recipe
from .watch import Watch, as_count, as_number, check_lengths, wrap_method

__all__ = ["TrainingRecorder", "weights_digest"]


class TrainingRecorder:
    """Wraps the methods of `keras.Model` that set a model up and train it."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def install(self) -> None:
        """Wrap the methods."""
        wrap_method("compile", self._compile)
        wrap_method("summary", self._summary)
        wrap_method("fit", self._fit)

    def _compile(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> None:
        with self._watch.inside():
            original(**arguments)
            self._watch.saw_training()
            with self._watch.log.recording():
                uid, version = self._watch.registry.snapshot(model)
                self._watch.log.emit("compile", model=uid, version=version, **describe_compile(model))

    def _summary(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> None:
        lines: list[str] = []
        print_fn = arguments.pop("print_fn", None)
        original(**arguments, print_fn=lambda text, **_: lines.append(str(text)))
        text = "\n".join(lines)
        with self._watch.log.recording():
            uid, version = self._watch.registry.snapshot(model)
            self._watch.log.emit("summary", model=uid, version=version, text=text, built=bool(model.built))
        if print_fn is None:
            print(text)
        else:
            for line in lines:
                print_fn(line)

    def _fit(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> Any:
        with self._watch.inside() as outermost:
            self._watch.saw_training()
            train = self._watch.reader.read(arguments["x"], arguments["y"], arguments["sample_weight"])
            validation = self._validation(arguments["validation_data"])
            arguments["x"] = train.argument
            if validation is not None and validation.argument is not None:
                arguments["validation_data"] = _like(arguments["validation_data"], validation.argument)
            fit, status = -1, "failed"
            if outermost:
                with self._watch.log.recording():
                    fit = self._start_fit(model, arguments, train, validation)
            try:
                if self._watch.sketch is None:
                    history = original(**arguments)
                else:
                    history = self._sketch_fit(model, arguments, train, validation)
                status = "completed"
            except KeyboardInterrupt:
                status = "interrupted"
                raise
            finally:
                if outermost:
                    with self._watch.log.recording():
                        self._end_fit(model, fit, status)
            history.history = wrap_history(history.history)
            self._watch.histories[id(history.history)] = (fit, history.history)
            return history

    def _start_fit(self, model: Any, arguments: dict[str, Any], train: Given, validation: Given | None) -> int:
        """Record what was asked for before it starts: a kernel killed in mid-training still tells."""
        self._watch.saw_input(model, train)
        uid, version = self._watch.registry.snapshot(model)
        self._watch.describe_preparation(model, train)
        batch_size = train.description.get("batch_size") or arguments["batch_size"] or 32
        return self._watch.log.emit(
            "fit",
            model=uid,
            version=version,
            x=train.description,
            validation=None if validation is None else validation.description,
            validation_split=as_number(arguments["validation_split"] or 0.0),
            batch_size=as_count(batch_size),
            epochs=as_count(arguments["epochs"]),
            initial_epoch=as_count(arguments["initial_epoch"]),
            steps_per_epoch=as_count(arguments["steps_per_epoch"]),
            callbacks=[_callback(c) for c in _as_list(arguments["callbacks"])],
            compiled=describe_compile(model) if model.compiled else None,
            weights=weights_digest(model),
            trainable=sum(int(weight.shape.num_elements()) for weight in model.trainable_weights),
            recipe=self._recipe(model, arguments, train) if model.compiled else None,
        )

    @staticmethod
    def _recipe(model: Any, arguments: dict[str, Any], train: Given) -> dict[str, Any] | None:
        """How the model is trained; None where it cannot be told, for which nothing else is lost."""
        try:
            return describe_recipe(model, arguments, _as_list(arguments["callbacks"]), train.weights)
        except Exception:  # classes of a notebook's own may answer anything
            return None

    def _end_fit(self, model: Any, fit: int, status: str) -> None:
        uid, version = self._watch.registry.snapshot(model)
        history = getattr(model, "history", None)
        curves = getattr(history, "history", None) or {}
        self._watch.log.emit(
            "fit_end",
            fit=fit,
            model=uid,
            version=version,
            status=status,
            history={str(key): [as_number(v) for v in values] for key, values in curves.items()},
            weights=weights_digest(model),
        )

    def _sketch_fit(self, model: Any, arguments: dict[str, Any], train: Given, validation: Given | None) -> Any:
        assert self._watch.sketch is not None
        check_lengths(train)
        split = arguments["validation_split"]
        if validation is None and split:
            if not train.whole:
                raise ValueError(
                    "`validation_split` is only supported for tensors or NumPy arrays, not for "
                    f"{train.description.get('type', 'this input')}."
                )
            validation = train
        if validation is not None:
            check_lengths(validation)
        batch_size = train.description.get("batch_size") or arguments["batch_size"] or 32
        rows = round((train.count or batch_size) * (1 - (split if validation is train else 0)))
        return self._watch.sketch.fit(
            model,
            train,
            validation,
            epochs=arguments["epochs"],
            initial_epoch=arguments["initial_epoch"],
            steps=arguments["steps_per_epoch"] or -(-rows // batch_size),
            callbacks=arguments["callbacks"],
            class_weight=arguments["class_weight"],
        )

    def _validation(self, data: Any) -> Given | None:
        if data is None:
            return None
        if isinstance(data, (tuple, list)):
            return self._watch.reader.read(*data)
        return self._watch.reader.read(data)


def _like(original: Any, argument: Any) -> Any:
    """`validation_data` with its first part replaced by the argument to hand on."""
    return (argument, *original[1:]) if isinstance(original, (tuple, list)) else argument


def _callback(callback: Any) -> dict[str, Any]:
    own = not type(callback).__module__.startswith("keras.")
    description: dict[str, Any] = {"name": type(callback).__name__, "own": own}
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


def weights_digest(model: Any) -> int:
    """A checksum of all weights: equal before and after means that nothing was learned in between."""
    digest = 0
    for weight in model.weights:
        digest = zlib.crc32(np.ascontiguousarray(weight.numpy()).tobytes(), digest)
    return digest
