"""The work of the process that trains: one network, step by step, towards a target and within a budget."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from grader.models.operations.base import volume
from grader.models.rebuild import NotRebuildableError, rebuild_fresh
from grader.training import components
from grader.training.components import UnknownSettingError
from grader.training.protocol import Look, Order, Outcome
from grader.training.recipe import Part, Recipe, Scaling

__all__ = ["work"]

_BATCH = 500
"""Images that are looked at at once."""
_LOOKING = 0.05
"""Share of the time that goes into looks on the way."""
_PASSES = 3
"""What a step costs for each image, in passes forward: one forward, and about two back."""
_WARM_UP_STEPS, _WARM_UP_SECONDS = 5, 10.0
"""Steps that are not counted for the pace, and time after which it is known."""

Tell = Callable[[Look], None]


def work(order: Order, tell: Tell) -> Outcome:
    """Do the training; `tell` hears how it stands."""
    import keras
    import tensorflow as tf

    keras.backend.clear_session()
    keras.utils.set_random_seed(order.seed)
    tf.config.experimental.enable_op_determinism()
    try:
        model = _fresh(order.recipe)
        run = _Run(model, order, tell)
        return run.all_parts()
    except (NotRebuildableError, UnknownSettingError) as error:
        return Outcome(ended="refused", reason=str(error)[:500])


def _fresh(recipe: Recipe) -> Any:
    """The network with weights drawn anew, as its layers say."""
    replacements = {
        name: components.augmentation(settings["layer"])
        for name, settings in recipe.layers.items()
        if "layer" in settings
    }
    model, layers = rebuild_fresh(recipe.nodes, replacements)
    for name, settings in recipe.layers.items():
        for part, setting in settings.items():
            if part != "layer" and name in layers:
                weight = _weight(layers[name], part)
                if weight is not None:
                    weight.assign(components.initializer(setting)(weight.shape, dtype="float32"))
    return model


def _weight(layer: Any, part: str) -> Any:
    """The weight of a layer that an initializer is for; None where the layer has none."""
    names = {"depthwise": ("depthwise_kernel", "kernel"), "pointwise": ("pointwise_kernel",)}.get(part, (part,))
    return next((found for name in names if (found := getattr(layer, name, None)) is not None), None)


class _Run:
    """A training while it goes on; it listens to Keras as a callback does."""

    def __init__(self, model: Any, order: Order, tell: Tell) -> None:
        self.model = model
        self.steps = 0
        self.ended: str | None = None
        self._order = order
        self._tell = tell
        self._images = _Images(order, model)
        self._found: list[tuple[int, float]] = []
        self._times: list[tuple[int, float]] = []
        self._started = self._paced = 0.0
        self._wanted = order.target or 0.0
        self._per_epoch = 1
        self._interval = 1

    def all_parts(self) -> Outcome:
        """Train part after part, as long as nothing ends it."""
        self._started = time.monotonic()
        for part in self._order.recipe.parts:
            if self.ended is None:
                self._part(part)
        if self.ended is None:
            self.ended = "complete"
        if self.ended not in ("reached", "hopeless"):
            self._try_all()
        return Outcome(
            ended=self.ended,  # type: ignore[arg-type]  # one of those set here
            steps=self.steps,
            accuracies=tuple(self._found),
            seconds=tuple(self._times),
        )

    def _part(self, part: Part) -> None:
        if part.optimizer is not None:
            self.model.compile(
                optimizer=components.optimizer(part.optimizer), loss=components.loss(part), metrics=["accuracy"]
            )
        self._per_epoch = part.steps_per_epoch
        self._interval = max(1, math.ceil(len(self._order.rows) / (_PASSES * part.batch_size * _LOOKING)))
        weights = part.class_weight
        self.model.fit(
            self._images.training(part),
            epochs=part.epochs,
            steps_per_epoch=part.steps,
            validation_data=self._images.validation(part),
            callbacks=[_listener(self), *components.callbacks(part)],
            class_weight={int(number): value for number, value in weights.items()} if weights else None,
            verbose=0,
        )

    def after_step(self, loss: float) -> None:
        """Look how it stands, where it is time to, and end it where something says so."""
        self.steps += 1
        now = time.monotonic()
        if self.steps == _WARM_UP_STEPS:
            self._paced = now
        if not math.isfinite(loss):
            self._end("diverged")
        elif self._order.target is not None and self.steps % self._interval == 0 and self._has_reached():
            self._end("reached")
        elif self._order.steps <= self.steps < self._order.recipe.steps:
            self._end("steps")
        elif now - self._started > self._order.seconds:
            self._end("seconds")
        elif self._is_hopeless(now):
            self._end("hopeless")
        elif self.steps in self._order.looks:
            self._try_all()

    def _end(self, why: str) -> None:
        self.ended = why
        self.model.stop_training = True

    def _has_reached(self) -> bool:
        """Whether the target is reached: on the images that are looked at, and then on all."""
        accuracy = self._images.accuracy(self._order.rows)
        self._tell(Look(steps=self.steps, accuracy=accuracy))
        if accuracy < self._wanted:
            return False
        share = self._try_all()
        assert self._order.target is not None
        # The images that are looked at may be easier than the rest: then it takes more on them.
        self._wanted += max(0.0, self._order.target - share)
        return share >= self._order.target

    def _try_all(self) -> float:
        """The share of right answers on all test images, kept with the steps that it took."""
        share = self._images.accuracy(None)
        self._found.append((self.steps, share))
        self._times.append((self.steps, round(time.monotonic() - self._started, 3)))
        return share

    def _is_hopeless(self, now: float) -> bool:
        """Whether the time is not even enough for one look at each image: then no bar comes into sight."""
        if not self._paced or now - self._paced < _WARM_UP_SECONDS:
            return False
        pace = (self.steps - _WARM_UP_STEPS) / (now - self._paced)
        within = self.steps + pace * (self._order.seconds - (now - self._started))
        return within < min(self._per_epoch, self._order.steps)


def _listener(run: _Run) -> Any:
    import keras

    class Listener(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002 - its signature
            run.after_step(float((logs or {}).get("loss", 0.0)))

    return Listener()


class _Images:
    """The data set as a network is given it, made batch by batch from the bytes it is served as."""

    def __init__(self, order: Order, model: Any) -> None:
        folder = Path(order.dataset)
        self._order, self._model = order, model
        self._shape = tuple(model.inputs[0].shape[1:])
        if volume(self._shape) != 32 * 32 * 3:
            raise NotRebuildableError("it takes no images of 32×32 pixels")
        self._arrays = {
            name: (np.load(folder / f"x_{name}.npy", mmap_mode="r"), np.load(folder / f"y_{name}.npy").reshape(-1))
            for name in ("train", "test")
        }
        self._guess: Any = None

    def training(self, part: Part) -> Any:
        """Batches of a training, in another order in each epoch if they are to be shuffled."""
        import tensorflow as tf

        numbers = tf.data.Dataset.range(part.images)
        if part.shuffle:
            numbers = numbers.shuffle(part.images, seed=self._order.seed)
        if part.steps is not None:
            numbers = numbers.repeat()
        return self._batches(numbers, part, "train", 0, part.images, part.scaling)

    def validation(self, part: Part) -> Any:
        """Batches of what callbacks look at; None where they look at nothing."""
        import tensorflow as tf

        chosen = part.validation
        if chosen is None or chosen.images == 0:
            return None
        first = len(self._arrays[chosen.source][0]) - chosen.images
        numbers = tf.data.Dataset.range(chosen.images)
        return self._batches(numbers, part, chosen.source, first, chosen.images, chosen.scaling)

    def _batches(self, numbers: Any, part: Part, source: str, first: int, count: int, scaling: Scaling) -> Any:
        import tensorflow as tf

        images, labels = (
            tf.constant(np.ascontiguousarray(array[first : first + count])) for array in self._arrays[source]
        )
        many = components.one_hot(part)

        def batch(chosen: Any) -> tuple[Any, Any]:
            classes = tf.gather(labels, chosen)
            wanted = tf.one_hot(tf.cast(classes, tf.int32), 10) if many else tf.cast(classes, tf.int32)
            return self._prepared(tf.gather(images, chosen), scaling), wanted

        return numbers.batch(part.batch_size).map(batch, num_parallel_calls=2, deterministic=True).prefetch(2)

    def accuracy(self, rows: tuple[int, ...] | None) -> float:
        """Share of right answers on these test images, or on all."""
        import tensorflow as tf

        images, labels = self._arrays["test"]
        chosen = np.arange(len(images)) if rows is None else np.array(rows)
        scaling = self._order.recipe.parts[-1].scaling
        if self._guess is None:
            self._guess = tf.function(
                lambda given: tf.argmax(self._model(self._prepared(given, scaling), training=False), axis=-1)
            )
        parts = np.array_split(chosen, -(-len(chosen) // _BATCH))
        right = [np.asarray(self._guess(tf.constant(images[part]))).reshape(-1) == labels[part] for part in parts]
        return float(np.concatenate(right).mean())

    def _prepared(self, images: Any, scaling: Scaling) -> Any:
        import tensorflow as tf

        given = tf.cast(images, tf.float32) * tf.constant(scaling.scale) + tf.constant(scaling.offset)
        return tf.reshape(given, (-1, *self._shape))
