"""Keras objects from settings: of known classes only, whose arguments are numbers and words.

TensorFlow is imported when the first one is built.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from grader.evidence.recipes import Setting
from grader.training.recipe import CROSSENTROPY, Part

__all__ = ["UnknownSettingError", "augmentation", "callbacks", "initializer", "loss", "one_hot", "optimizer"]

_OPTIMIZERS = (
    *("Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion", "Muon", "Nadam"),
    *("RMSprop", "SGD"),
)
_SCHEDULES = (
    *("CosineDecay", "CosineDecayRestarts", "ExponentialDecay", "InverseTimeDecay", "PiecewiseConstantDecay"),
    "PolynomialDecay",
)
_INITIALIZERS = (
    *("Constant", "GlorotNormal", "GlorotUniform", "HeNormal", "HeUniform", "LecunNormal", "LecunUniform", "Ones"),
    *("Orthogonal", "RandomNormal", "RandomUniform", "TruncatedNormal", "VarianceScaling", "Zeros"),
)
_AUGMENTATIONS = (
    *("RandomBrightness", "RandomContrast", "RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom"),
)
_LOSSES = (
    *("categorical_hinge", "huber", "kl_divergence", "log_cosh", "mean_absolute_error", "mean_squared_error"),
    *("mean_squared_logarithmic_error", "poisson", "squared_hinge", "hinge", "binary_crossentropy"),
)
_CALLBACKS = ("EarlyStopping", "ReduceLROnPlateau")
_OF_LAYERS = ("trainable", "build_config", "data_format")
"""Settings of every layer, which say nothing here."""


class UnknownSettingError(Exception):
    """A class that is not known here, or settings that Keras refuses; the message is a clause."""


def optimizer(setting: Setting) -> Any:
    """An optimizer.

    Raises:
        UnknownSettingError: if it is not known.
    """
    import keras

    config = dict(setting.config)
    rate = config.get("learning_rate")
    if isinstance(rate, dict):
        inner = rate.get("config")
        schedule = Setting(name=str(rate.get("class_name")), config=inner if isinstance(inner, dict) else {})
        config["learning_rate"] = _built(keras.optimizers.schedules, _SCHEDULES, schedule)
    return _built(keras.optimizers, _OPTIMIZERS, Setting.model_construct(name=setting.name, config=config))


def loss(part: Part) -> Any:
    """The loss of a training, for the labels that it is given: see `one_hot`.

    Raises:
        UnknownSettingError: if it is not known.
    """
    import keras

    config = dict(part.loss.config)
    if part.loss.name == CROSSENTROPY:
        kind = keras.losses.CategoricalCrossentropy if one_hot(part) else keras.losses.SparseCategoricalCrossentropy
        return kind(**config)
    if part.loss.name not in _LOSSES:
        raise UnknownSettingError(f"the loss {part.loss.name} is none that grader knows")
    found = keras.losses.get(part.loss.name)
    return type(found)(**config) if isinstance(found, keras.losses.Loss) else found


def one_hot(part: Part) -> bool:
    """Whether the loss takes one-hot vectors rather than numbers of classes."""
    if part.loss.name == CROSSENTROPY:
        return bool(part.loss.config.get("label_smoothing"))
    return part.labels == "one_hot"


def initializer(setting: Setting) -> Any:
    """What draws weights.

    Raises:
        UnknownSettingError: if it is not known.
    """
    import keras

    return _built(keras.initializers, _INITIALIZERS, setting)


def augmentation(setting: Setting) -> Any:
    """A layer that changes images at random while a network is trained.

    Raises:
        UnknownSettingError: if it is not known.
    """
    import keras

    config = {name: value for name, value in setting.config.items() if name not in _OF_LAYERS}
    return _built(keras.layers, _AUGMENTATIONS, Setting.model_construct(name=setting.name, config=config))


def callbacks(part: Part) -> list[Any]:
    """The callbacks that change what a training computes, with metrics by the names that they have here.

    Raises:
        UnknownSettingError: if one is not known.
    """
    import keras

    made = []
    for setting in part.callbacks:
        config = dict(setting.config)
        monitor = str(config.get("monitor", "val_loss"))
        quantity = "loss" if monitor.endswith("loss") else "accuracy"
        config["monitor"] = f"val_{quantity}" if monitor.startswith("val_") else quantity
        if "patience" in config and config["patience"] is None:  # infinity, as it is recorded
            config["patience"] = math.inf
        made.append(_built(keras.callbacks, _CALLBACKS, Setting.model_construct(name=setting.name, config=config)))
    if part.rates:
        rates = part.rates
        made.append(keras.callbacks.LearningRateScheduler(lambda epoch: rates[min(epoch, len(rates) - 1)]))
    return made


def _built(module: Any, known: tuple[str, ...], setting: Setting) -> Any:
    if setting.name not in known or not hasattr(module, setting.name):
        raise UnknownSettingError(f"{setting.name} is none of those that grader knows")
    arguments: Mapping[str, Any] = {name: _plain(value) for name, value in setting.config.items()}
    try:
        return getattr(module, setting.name)(**arguments)
    except (TypeError, ValueError) as error:
        raise UnknownSettingError(f"{setting.name} has settings that Keras refuses ({error})") from None


def _plain(value: Any) -> Any:
    """Lists as tuples, as Keras writes ranges."""
    return tuple(map(_plain, value)) if isinstance(value, list) else value
