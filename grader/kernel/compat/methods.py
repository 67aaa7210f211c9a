"""Methods of models: ``fit_generator`` and its kin, ``predict_classes``, keywords that ``fit`` lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import keras
import numpy as np

from .calls import Arguments, Remark, Translation, drop_keywords, rename_keywords, translate_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["install"]

_DROPPED = {
    "workers": "it does not change what is computed",
    "use_multiprocessing": "it does not change what is computed",
    "max_queue_size": "it does not change what is computed",
    "max_q_size": "it does not change what is computed",
    "nb_worker": "it does not change what is computed",
    "pickle_safe": "it does not change what is computed",
    "show_accuracy": "ask for it with `compile(metrics=['accuracy'])`",
    "class_mode": "the loss says as much",
    "sample_weight_mode": "weights are taken as they are shaped",
}
_RENAMED: dict[str, Mapping[str, str]] = {
    "compile": {},
    "evaluate": {},
    "fit": {"nb_epoch": "epochs"},
    "predict": {},
}
_STEPS = ("steps_per_epoch", "validation_steps", "steps")


def install(remark: Remark) -> None:
    """Add the old methods to ``keras.Model`` and let the methods of today take old keywords."""
    for method, names in _RENAMED.items():
        translate_calls(keras.Model, method, _arguments(names, remark))
    translate_calls(keras.Model, "compile", _metrics_by_position(remark))
    _add_generator_methods(remark)
    _add_class_methods(remark)


def _arguments(names: Mapping[str, str], remark: Remark) -> Translation:
    def translation(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        rename_keywords(kwargs, names, remark)
        drop_keywords(kwargs, _DROPPED, remark)
        for name in _STEPS:
            if isinstance(kwargs.get(name), float):
                _round_up(kwargs, name, remark)
        return args, kwargs

    return translation


def _metrics_by_position(remark: Remark) -> Translation:
    """``compile(optimizer, loss, metrics)``: today the third argument is `loss_weights`, which holds no names."""

    def translation(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        metrics = args[2] if len(args) > 2 else None
        if isinstance(metrics, (list, tuple)) and not all(isinstance(one, (int, float)) for one in metrics):
            kwargs |= dict(zip(("metrics", "loss_weights"), args[2:4], strict=False))
            args = args[:2]
            remark(
                "third argument of compile",
                "The third argument of `compile` is `loss_weights` in Keras 3, where it was `metrics` before; "
                "metrics were taken from it.",
            )
        return args, kwargs

    return translation


def _round_up(kwargs: dict[str, Any], name: str, remark: Remark) -> None:
    """Old Keras began another step as long as it had made fewer than asked for: a fraction counted as one."""
    asked, kwargs[name] = kwargs[name], math.ceil(kwargs[name])
    remark(
        f"keyword {name}=float",
        f"`{name}={asked}` is no whole number, which Keras 3 does not accept. Treated as {kwargs[name]}.",
    )


def _add_generator_methods(remark: Remark) -> None:
    def fit_generator(
        self: Any,
        generator: Any,
        steps_per_epoch: float | None = None,
        epochs: int = 1,
        verbose: Any = 1,
        callbacks: Any = None,
        validation_data: Any = None,
        validation_steps: float | None = None,
        validation_freq: int = 1,
        class_weight: Any = None,
        max_queue_size: int = 10,  # noqa: ARG001 - accepted by position, as it was
        workers: int = 1,  # noqa: ARG001
        use_multiprocessing: bool = False,  # noqa: ARG001
        shuffle: bool = True,
        initial_epoch: int = 0,
        **old: Any,
    ) -> Any:
        """What Keras 2 called ``fit`` on a generator."""
        _remark_generator("fit", remark)
        samples, validation = old.pop("samples_per_epoch", None), old.pop("nb_val_samples", None)
        return self.fit(
            generator,
            steps_per_epoch=steps_per_epoch or _steps(samples, generator),
            validation_data=validation_data,
            validation_steps=validation_steps or _steps(validation, validation_data),
            validation_freq=validation_freq,
            class_weight=class_weight,
            verbose=verbose,
            callbacks=callbacks,
            shuffle=shuffle,
            initial_epoch=initial_epoch,
            **({} if "nb_epoch" in old else {"epochs": epochs}),
            **old,
        )

    keras.Model.fit_generator = fit_generator
    for name in ("evaluate", "predict"):
        setattr(keras.Model, f"{name}_generator", _generator_method(name, remark))


def _generator_method(name: str, remark: Remark) -> Callable[..., Any]:
    """What Keras 2 called ``evaluate`` or ``predict`` on a generator."""

    def method(
        self: Any,
        generator: Any,
        steps: float | None = None,
        callbacks: Any = None,
        max_queue_size: int = 10,  # noqa: ARG001 - accepted by position, as it was
        workers: int = 1,  # noqa: ARG001
        use_multiprocessing: bool = False,  # noqa: ARG001
        verbose: Any = 0,
        **old: Any,
    ) -> Any:
        _remark_generator(name, remark)
        steps = steps or _steps(old.pop("val_samples", None), generator)
        return getattr(self, name)(generator, steps=steps, callbacks=callbacks, verbose=verbose, **old)

    method.__name__ = f"{name}_generator"
    return method


def _remark_generator(method: str, remark: Remark) -> None:
    remark(
        f"method {method}_generator",
        f"`{method}_generator` is gone from Keras 3, whose `{method}` takes generators; that was called.",
    )


def _steps(samples: int | None, generator: Any) -> int | None:
    """Batches for `samples`, which Keras 1 counted in; 32 a batch where the generator does not tell."""
    return None if samples is None else max(1, samples // getattr(generator, "batch_size", 32))


def _add_class_methods(remark: Remark) -> None:
    def predict_proba(self: Any, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Any:
        """What Keras 2 called ``predict``, array of shape (images, classes)."""
        remark("method predict_proba", "`predict_proba` is gone from Keras 3; `predict` was called.")
        return self.predict(x, batch_size=batch_size, verbose=verbose)

    def predict_classes(self: Any, x: Any, batch_size: int | None = None, verbose: Any = 0) -> Any:
        """Most likely class an image, shape (images,); 0 or 1 for one sigmoid output, shape (images, 1)."""
        remark(
            "method predict_classes",
            "`predict_classes` is gone from Keras 3; `predict(…).argmax(axis=-1)` was computed.",
        )
        scores = np.asarray(self.predict(x, batch_size=batch_size, verbose=verbose))
        return scores.argmax(axis=-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")

    for method in (predict_proba, predict_classes):
        setattr(keras.Model, method.__name__, method)
