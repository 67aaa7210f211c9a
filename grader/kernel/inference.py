"""What is seen of evaluate, predict and models called as functions, at every effort."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .inputs import Given, as_array
from .sketch import LARGE_CALL, ROWS, repeat_rows
from .watch import Watch, as_number, check_lengths, wrap_method

__all__ = ["InferenceRecorder"]

_SLICE = 2000
"""Test images whose predicted labels a full run keeps at each evaluation, for the trusted side's own accuracy."""


class InferenceRecorder:
    """Wraps what asks a model for its results."""

    def __init__(self, watch: Watch, seed: int) -> None:
        self._watch = watch
        self._seed = seed

    def install(self) -> None:
        """Wrap the methods; calls of models come through `taps`, to `model_call`."""
        wrap_method("evaluate", self._evaluate)
        wrap_method("predict", self._predict)

    def _evaluate(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> Any:
        as_dict = arguments.pop("return_dict")
        with self._watch.inside() as outermost:
            given = self._watch.reader.read(arguments["x"], arguments["y"], arguments["sample_weight"])
            arguments["x"] = given.argument
            if self._watch.sketch is None:
                values = original(**arguments, return_dict=True)
            else:
                check_lengths(given)
                values = self._watch.sketch.evaluate(model, given)
                _print_progress(arguments["verbose"], values)
            if outermost:
                with self._watch.log.recording():
                    self._record_evaluation(model, given, values)
        if as_dict:
            return values
        return model._flatten_metrics_in_order(values)

    def _record_evaluation(self, model: Any, given: Given, values: dict[str, Any]) -> None:
        self._watch.saw_input(model, given)
        uid, version = self._watch.registry.snapshot(model)
        self._watch.describe_preparation(model, given)
        self._watch.log.emit(
            "evaluate",
            model=uid,
            version=version,
            x=given.description,
            values={name: as_number(value) for name, value in values.items()},
            predicted=self._sample_labels(model, given) if self._watch.sketch is None else None,
        )

    def _sample_labels(self, model: Any, given: Given) -> dict[str, Any] | None:
        """Labels that the model predicts for a random slice of the served test images."""
        if given.match is None or not given.whole or not given.match.test:
            return None
        first = self._watch.index.train_size
        places = np.flatnonzero(given.match.indices >= first)
        chosen = np.random.default_rng(self._seed).permutation(places)[:_SLICE]
        array = as_array(given.x)
        assert array is not None
        labels = np.asarray(model.predict(array[chosen], verbose=0)).argmax(axis=-1)
        return {"rows": given.match.indices[chosen] - first, "classes": labels}

    def _predict(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> Any:
        with self._watch.inside() as outermost:
            given = self._watch.reader.read(arguments["x"])
            arguments["x"] = given.argument
            if self._watch.forced is not None and outermost:
                forced = self._watch.forced(given)
                if forced is not None:
                    return forced
            if self._watch.sketch is None or given.count is None:
                outcome = original(**arguments)
            else:
                outcome = self._watch.sketch.predict(model, given, given.count)
            if outermost:
                with self._watch.log.recording():
                    self._record_prediction(model, given, outcome, via="predict", training=False)
            return outcome

    def model_call(self, model: Any, call: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """A model called as a function: ``model(images)`` outside the methods above is a prediction, too."""
        if self._watch.busy or not args or as_array(args[0]) is None or isinstance(args[0], (list, tuple)):
            return call(model, *args, **kwargs)
        import tensorflow as tf

        with self._watch.inside():
            given = self._watch.reader.read(args[0])
            training = bool(kwargs.get("training", args[1] if len(args) > 1 else False))
            forced = None if self._watch.forced is None else self._watch.forced(given)
            if forced is not None:
                return tf.convert_to_tensor(forced)
            if self._watch.sketch is not None and (given.count or 0) > LARGE_CALL:
                head = call(model, given.head(ROWS)[0], *args[1:], **kwargs)
                outcome = tf.nest.map_structure(
                    lambda leaf: tf.convert_to_tensor(repeat_rows(leaf, given.count or 0)), head
                )
            else:
                outcome = call(model, *args, **kwargs)
            with self._watch.log.recording():
                self._record_prediction(model, given, outcome, via="call", training=training)
            return outcome

    def _record_prediction(self, model: Any, given: Given, outcome: Any, *, via: str, training: bool) -> None:
        self._watch.saw_input(model, given)
        uid, version = self._watch.registry.snapshot(model)
        sequence = self._watch.log.emit(
            "predict",
            model=uid,
            version=version,
            via=via,
            training=training,
            x=given.description,
            shape=list(outcome.shape) if hasattr(outcome, "shape") else None,
            classes=self._classes(outcome),
        )
        self._watch.saw_prediction(sequence, given)

    def _classes(self, outcome: Any) -> Any:
        array = as_array(outcome)
        if array is None or array.ndim != 2 or not array.shape[1]:
            return None
        return array[: 1 if self._watch.sketch else 10_000].argmax(axis=1)


def _print_progress(verbose: Any, values: dict[str, float]) -> None:
    if verbose not in (0, "0"):
        print(" - ".join(f"{name}: {value:.4f}" for name, value in values.items()))
