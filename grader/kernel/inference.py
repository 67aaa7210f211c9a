"""What is seen of evaluate, predict and models called as functions, at every effort."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .exports import WeightExports
from .images.inputs import Given, as_array
from .passes import PassRecorder
from .sketch import LARGE_CALL, ROWS, repeat_on_tape
from .training import weights_digest
from .watch import Watch, as_number, check_lengths, wrap_method

__all__ = ["InferenceRecorder"]

_SLICE = 2000
"""Test images whose predicted labels a full run keeps at each evaluation, for the trusted side's own accuracy."""
_MIRRORED = 500
"""Of them, those that are predicted in the mirror, too, where the trusted side cannot do so."""
_RECORDED = 64
"""Predictions of one model in one cell that have events of their own; a loop may make thousands."""


class InferenceRecorder:
    """Wraps what asks a model for its results."""

    def __init__(self, watch: Watch, seed: int) -> None:
        self._watch = watch
        self._seed = seed
        self._recorded: Counter[tuple[int, int]] = Counter()
        """Predictions by model and cell."""
        self._latest: dict[int, int] = {}
        """The version of each model at its last event."""
        self.passes = PassRecorder(watch.log, watch.index)
        self._exports = WeightExports(watch.log, watch.registry, watch.index.train_size)

    def install(self) -> None:
        """Wrap the methods; calls of models come through `taps`, to `model_call`."""
        import keras

        # As Keras has it: what a notebook puts in its place is not asked for the labels that count.
        self._original_predict = keras.Model.predict
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
        weights, is_sent = self._weights(model, version, given)
        self._watch.log.emit(
            "evaluate",
            model=uid,
            version=version,
            x=given.description,
            values={name: as_number(value) for name, value in values.items()},
            predicted=self._sample_labels(model, given, mirrored=not is_sent) if self._watch.sketch is None else None,
            weights=weights,
        )

    def _weights(self, model: Any, version: int, given: Given) -> tuple[int | None, bool]:
        """Checksum of the weights of a model that is tried on test images, and whether the trusted side has them."""
        if self._watch.sketch is not None or given.match is None or not given.match.test:
            return None, False
        weights = weights_digest(model)
        return weights, self._exports.send(model, version, weights, given)

    def _sample_labels(self, model: Any, given: Given, *, mirrored: bool) -> dict[str, Any] | None:
        """Labels that the model predicts for a random slice of the served test images, and for some in the mirror."""
        if given.match is None or not given.whole or not given.match.test:
            return None
        first = self._watch.index.train_size
        places = np.flatnonzero(given.match.indices >= first)
        chosen = np.random.default_rng(self._seed).permutation(places)[:_SLICE]
        array = as_array(given.x)
        assert array is not None
        labels = self._labels(model, array[chosen])
        sampled = {"rows": given.match.indices[chosen] - first, "classes": labels}
        if mirrored:
            some = array[chosen[:_MIRRORED]]
            sampled["mirrored"] = self._labels(model, some.reshape(-1, 32, 32, 3)[:, :, ::-1].reshape(some.shape))
        return sampled

    def _labels(self, model: Any, images: NDArray[Any]) -> NDArray[np.int64]:
        return np.asarray(np.asarray(self._original_predict(model, images, verbose=0)).argmax(axis=-1))

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
                if self._watch.visuals is not None and outermost:
                    with self._watch.log.recording():
                        self._watch.visuals.saw_outputs(model, outcome)
            else:
                outcome = self._watch.sketch.predict(model, given, given.count, self._place(model))
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
            outcome = self._called(model, given, training, lambda x: call(model, x, *args[1:], **kwargs), args[0])
            with self._watch.log.recording():
                self._record_prediction(model, given, outcome, via="call", training=training)
            return outcome

    def _called(self, model: Any, given: Given, training: bool, call: Callable[[Any], Any], images: Any) -> Any:
        """The outcome of a call: in sketch a few rows are computed and stand for all."""
        count, sketch = given.count or 0, self._watch.sketch
        if sketch is None or count <= ROWS:
            return call(images)
        head = given.head(ROWS)[0]
        if training and not _on_tape():
            drawn = sketch.draw(self._watch.registry.uid(model), given, lambda: call(head))
            if drawn is not None:
                return drawn
        if _on_tape():
            return repeat_on_tape(call(head), count) if count > LARGE_CALL else call(images)
        if count > LARGE_CALL:
            return repeat_on_tape(sketch.remembered(self._place(model), given, lambda: call(head)), count)
        return sketch.remembered(self._place(model), given, lambda: call(images))

    def _place(self, model: Any) -> tuple[int, int]:
        """The model and the running cell, by number."""
        return self._watch.registry.uid(model), self._watch.log.cell

    def _record_prediction(self, model: Any, given: Given, outcome: Any, *, via: str, training: bool) -> None:
        place = self._place(model)
        self._recorded[place] += 1
        if self._recorded[place] > _RECORDED:
            self.passes.saw((place[0], self._latest[place[0]]), given, outcome, via=via, training=training)
            return
        self._watch.saw_input(model, given)
        uid, version = self._watch.registry.snapshot(model)
        self._latest[uid] = version
        classes = self._classes(outcome)
        # Feature maps are no prediction that anybody compares with a label.
        weights = None if classes is None or training else self._weights(model, version, given)[0]
        sequence = self._watch.log.emit(
            "predict",
            model=uid,
            version=version,
            via=via,
            training=training,
            x=given.description,
            shape=list(outcome.shape) if hasattr(outcome, "shape") else None,
            classes=classes,
            weights=weights,
        )
        if classes is not None:
            self._watch.saw_prediction(sequence, given)
        self.passes.saw((uid, version), given, outcome, via=via, training=training)

    def _classes(self, outcome: Any) -> Any:
        array = as_array(outcome)
        if array is None or array.ndim != 2 or not array.shape[1]:
            return None
        return array[: 1 if self._watch.sketch else 10_000].argmax(axis=1)


def _on_tape() -> bool:
    """Whether a `GradientTape` follows: what is called then is part of a training loop and must be differentiable."""
    from tensorflow.python import pywrap_tfe

    return not pywrap_tfe.TFE_Py_TapeSetIsEmpty()


def _print_progress(verbose: Any, values: dict[str, float]) -> None:
    if verbose not in (0, "0"):
        print(" - ".join(f"{name}: {value:.4f}" for name, value in values.items()))
