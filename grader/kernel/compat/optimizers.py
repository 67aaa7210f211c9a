"""Optimizers: ``lr=``, ``decay=``, ``epsilon=None`` and ``optimizer.lr``."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import keras

from .calls import Arguments, Remark, Translation, by_name, drop_keywords, rename_keywords, translate_calls

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DecayPerStep", "install"]

_OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD")


@keras.saving.register_keras_serializable("grader")
class DecayPerStep(keras.optimizers.schedules.InverseTimeDecay):  # type: ignore[misc]  # Keras has no types
    """Keras 2's ``decay``: after `n` steps the rate is ``learning_rate / (1 + decay * n)``.

    Unlike other schedules its start can be assigned to, because notebooks combine ``decay=`` with
    ``LearningRateScheduler`` and ``ReduceLROnPlateau``.
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: int = 1,
        decay_rate: float = 0.0,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        # A variable, because a number would be frozen into the compiled training step.
        start = keras.Variable(initial_learning_rate, dtype="float32", trainable=False, name="learning_rate")
        super().__init__(start, decay_steps, decay_rate, staircase, name)

    def get_config(self) -> dict[str, Any]:
        """The schedule's arguments, as numbers."""
        return {**super().get_config(), "initial_learning_rate": float(self.initial_learning_rate.numpy())}


def install(remark: Remark) -> None:
    """Let the optimizers of Keras, and classes made from them, take the old keywords."""
    for name in _OPTIMIZERS:
        optimizer = getattr(keras.optimizers, name)
        translate_calls(optimizer, "__init__", _constructor(optimizer.__init__, remark))
    base = next(cls for cls in keras.optimizers.Optimizer.__mro__ if "learning_rate" in vars(cls))
    _make_decay_settable(base)
    _serve_lr(base, remark)


def _constructor(constructor: Callable[..., None], remark: Remark) -> Translation:
    def translation(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        rename_keywords(kwargs, {"lr": "learning_rate"}, remark)
        drop_keywords(kwargs, {"schedule_decay": "Nadam has a fixed schedule for its momentum today"}, remark)
        if kwargs.get("epsilon", 0) is None:
            del kwargs["epsilon"]
            remark("keyword epsilon=None", "`epsilon=None` is no longer accepted; the default was used.")
        decay = kwargs.pop("decay", None)
        if decay is None:
            return args, kwargs
        arguments = by_name(constructor, args, kwargs)
        default = inspect.signature(constructor).parameters["learning_rate"].default
        rate = arguments.get("learning_rate", default)
        if decay and isinstance(rate, int | float):
            arguments["learning_rate"] = DecayPerStep(float(rate), decay_rate=float(decay))
        effect = f"divided by 1 + {decay} n after n steps, as Keras 2 did" if decay else "left as it is"
        remark(
            "keyword decay=",
            f"`decay=` is gone from Keras 3, which ignores it; the learning rate is {effect}.",
        )
        return (), arguments

    return translation


def _make_decay_settable(base: Any) -> None:
    keras_property = base.learning_rate

    def set_learning_rate(self: Any, value: Any) -> None:
        schedule = self._learning_rate
        if isinstance(schedule, DecayPerStep) and not callable(value):
            schedule.initial_learning_rate.assign(value)
        else:
            keras_property.fset(self, value)

    base.learning_rate = keras_property.setter(set_learning_rate)


def _serve_lr(base: Any, remark: Remark) -> None:
    def read(self: Any) -> Any:
        if "lr" in vars(self):  # set before, so it is what Keras would give back
            return vars(self)["lr"]
        remark("read optimizer.lr", "`optimizer.lr` is called `optimizer.learning_rate` today; that was read.")
        return self.learning_rate

    def write(self: Any, value: Any) -> None:
        # As in Keras 3: a new attribute that nothing looks at.
        vars(self)["lr"] = value
        remark(
            "set optimizer.lr",
            "`optimizer.lr = …` has no effect in Keras 3: the learning rate stayed as it was. "
            "Write `optimizer.learning_rate = …`.",
        )

    base.lr = property(read, write)
