"""Effort ``sketch``: a step of real training for the errors it would raise, then results of the right form.

Figures of merit are made up: they improve from epoch to epoch, never reach thresholds that a callback may wait for,
and are different for every run, epoch and metric, so that a curve or a printed figure shows where it comes from.
They depend on the seed and on how many runs went before, and on nothing else.
"""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .images.inputs import Given, as_array

__all__ = ["LARGE_CALL", "ROWS", "Sketch", "repeat_on_tape", "repeat_rows", "run_functions_eagerly"]

ROWS = 4
"""Images that go through the network in a step."""

LARGE_CALL = 64
"""A direct call of a model on more images than this is cut and padded."""

_NOISE = 0.002
"""Largest relative deviation of a made-up figure from its smooth course."""

_SCATTER = 0.05
"""Largest relative deviation of a made-up test result: enough for the scatter of several runs to be seen."""

_REMEMBERED = 3
"""Outcomes for the same images that are computed; what is asked for more often gets one of them."""

_MAX_KNOWN = 2000
_SCORES = 2
"""Dimensions of scores by class; feature maps are no matter for a loop, and are looked at one by one."""

_WRITERS = ("ModelCheckpoint", "BackupAndRestore", "TensorBoard", "CSVLogger")
"""Callbacks that write to disk after each epoch; in sketch they see the last one."""


class Sketch:
    """Stands in for the expensive parts of `fit`, `evaluate` and `predict`."""

    def __init__(self, seed: int, known: Sketch | None = None) -> None:
        """`known` is one that has seen the notebook before: what it measured a model by need not be found out again."""
        self._seed = seed
        self._measures: dict[Hashable, tuple[Any, list[str]]] = {} if known is None else known._measures
        """By id of what a model was compiled to: that itself, so that the id stays its own, and the metrics' names."""
        self._again = known is not None
        self._runs = 0
        self._drawn = 0
        self._stochastic: dict[int, Any] = {}
        """By number of a model that was called with ``training=True``: what one of its rows looks like, None where
        two calls gave the same."""
        self._known: dict[Hashable, list[Any]] = {}
        self._turn = 0

    def fit(
        self,
        model: Any,
        train: Given,
        validation: Given | None,
        *,
        epochs: int,
        initial_epoch: int,
        steps: int,
        callbacks: Any,
        class_weight: Any,
    ) -> Any:
        """One training step and one validation step; returns a History with an entry for each epoch asked for."""
        self._runs += 1
        x, y, weights = train.head(ROWS)
        with _eagerly(model):
            measured = model.train_on_batch(x, y, weights, class_weight, return_dict=True)
            names = list(measured)
            if validation is not None:
                x, y, weights = validation.head(ROWS)
                names += [f"val_{name}" for name in model.test_on_batch(x, y, weights, return_dict=True)]
        return self._call_back(model, names, epochs, initial_epoch, steps, callbacks)

    def evaluate(self, model: Any, given: Given) -> dict[str, float]:
        """One test step; returns a value for each metric."""
        self._runs += 1
        return {name: self._value(name, 1.0, "evaluate", _SCATTER) for name in self._names(model, given)}

    def _names(self, model: Any, given: Given) -> list[str]:
        """The names of a model's metrics, found out by a step; when cells are run again, those found the first time."""
        compiled = getattr(model, "_compile_loss", None)
        key = (id(compiled), given.y is None)
        if not self._again or compiled is None or key not in self._measures:
            x, y, weights = given.head(ROWS)
            with _eagerly(model):
                self._measures[key] = compiled, list(model.test_on_batch(x, y, weights, return_dict=True))
        return self._measures[key][1]

    def predict(self, model: Any, given: Given, rows: int, place: Hashable) -> Any:
        """One forward step; returns its rows, repeated to `rows` of them. `place` is as for `remembered`."""
        import keras

        def computed() -> Any:
            with _eagerly(model):
                return model.predict_on_batch(given.head(ROWS)[0])

        head = self.remembered(place, given, computed)
        return keras.tree.map_structure(lambda leaf: repeat_rows(leaf, rows), head)

    def remembered(self, place: Hashable, given: Given, compute: Callable[[], Any]) -> Any:
        """The outcome for some images; asked for again and again in one `place`, one of the first three outcomes.

        A loop of hundreds of predictions has to come to its end. Three outcomes keep apart what gives the same each
        time and what does not.
        """
        key = None if given.match is None else (place, int(given.match.indices[0]), given.count)
        kept = [] if key is None else self._known.get(key, [])
        if len(kept) == _REMEMBERED:
            self._turn += 1
            return kept[self._turn % _REMEMBERED]
        outcome = compute()
        if key is not None and getattr(outcome, "ndim", 0) == _SCORES and len(self._known) < _MAX_KNOWN:
            self._known.setdefault(key, kept).append(outcome)
        return outcome

    def draw(self, model: int, given: Given, call: Callable[[], Any]) -> Any:
        """A made-up outcome of a call in training mode, another one each time; None where none is called for.

        The model of that number (by `call`, on a few rows) runs twice, to see whether it gives different values at all.
        Probabilities lean towards the true class, so that an average over passes is more often right than one pass.
        """
        import tensorflow as tf

        if model not in self._stochastic:
            one, two = as_array(call()), as_array(call())
            plain = one is None or two is None or one.ndim != 2 or np.allclose(one, two, atol=1e-7)
            self._stochastic[model] = None if plain else one
        row = self._stochastic[model]
        if row is None or given.match is None or given.match.count != given.count:
            return None
        self._drawn += 1
        values = np.random.default_rng([self._seed, self._drawn]).normal(size=(given.count, row.shape[1]))
        values[np.arange(given.count), given.match.labels % row.shape[1]] += 1.0
        if np.allclose(row.sum(axis=1), 1, atol=1e-3):
            values = np.exp(values)
            values /= values.sum(axis=1, keepdims=True)
        return tf.convert_to_tensor(values, dtype=row.dtype)

    def _call_back(
        self, model: Any, names: list[str], epochs: int, initial_epoch: int, steps: int, callbacks: Any
    ) -> Any:
        """Play the epochs to the callbacks as Keras would."""
        import keras

        given = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
        history = keras.callbacks.History()
        runner = keras.callbacks.CallbackList(
            [*given, history], add_progbar=False, model=model, verbose=0, epochs=epochs, steps=steps
        )
        last = epochs - 1
        model.stop_training = False
        runner.on_train_begin()
        logs: dict[str, float] = {}
        for epoch in range(initial_epoch, epochs):
            share = (epoch + 1) / epochs
            noise = min(_NOISE, 0.2 / epochs)  # less than a step, so that no epoch is worse than the one before
            logs = {name: self._value(name, share, str(epoch), noise) for name in names}
            self._epoch(runner, epoch, dict(logs), write=epoch == last)
            if model.stop_training:
                break
        runner.on_train_end(logs)
        model.history = history
        return history

    @staticmethod
    def _epoch(runner: Any, epoch: int, logs: dict[str, float], *, write: bool) -> None:
        silent = [] if write else [c for c in runner.callbacks if type(c).__name__ in _WRITERS]
        everyone = runner.callbacks
        runner.callbacks = [callback for callback in everyone if callback not in silent]
        try:
            runner.on_epoch_begin(epoch)
            runner.on_train_batch_begin(0)
            runner.on_train_batch_end(0, {k: v for k, v in logs.items() if not k.startswith("val_")})
            runner.on_epoch_end(epoch, logs)
        finally:
            runner.callbacks = everyone

    def _value(self, name: str, share: float, moment: str, noise: float = _NOISE) -> float:
        """A plausible figure for a metric after `share` of the training."""
        random = zlib.crc32(f"{self._seed}/{self._runs}/{name}/{moment}".encode()) / 2**32
        validation = name.startswith("val_") or moment == "evaluate"
        if "loss" in name or "error" in name or "crossentropy" in name:
            return (2.2 - (1.0 if validation else 1.4) * share) * (1 + noise * random)
        return (0.15 + (0.35 if validation else 0.45) * share) * (1 + noise * random)


def repeat_rows(head: Any, rows: int) -> NDArray[Any]:
    """The rows of `head` over and over, `rows` of them."""
    array = as_array(head)
    assert array is not None
    return np.resize(array, (rows, *array.shape[1:])) if len(array) else array


def repeat_on_tape(head: Any, rows: int) -> Any:
    """Like `repeat_rows` for tensors, alone or in a structure, so that gradients flow through it."""
    import tensorflow as tf

    def repeat(leaf: Any) -> Any:
        return tf.gather(leaf, np.arange(rows) % max(1, int(leaf.shape[0])))

    return tf.nest.map_structure(repeat, head)


def run_functions_eagerly() -> None:
    """Run what the notebook wraps in `tf.function` step by step, so that calls of models in it are seen and cut."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    # tf.data compiles its functions all the same, and says so each time.
    warnings.filterwarnings("ignore", message="Even though the `tf.config.experimental_run_functions_eagerly`")


@contextmanager
def _eagerly(model: Any) -> Iterator[None]:
    """Run single steps of the model without compiling a graph for them."""
    names = ("train_function", "test_function", "predict_function")
    compiled = {name: getattr(model, name, None) for name in names}
    before = model.run_eagerly
    model.run_eagerly = True
    _set(model, dict.fromkeys(names))
    try:
        yield
    finally:
        model.run_eagerly = before
        _set(model, compiled)


def _set(model: Any, functions: dict[str, Callable[..., Any] | None]) -> None:
    for name, function in functions.items():
        setattr(model, name, function)
