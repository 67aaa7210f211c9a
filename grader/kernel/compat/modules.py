"""Old modules and old names within modules: ``keras.layers.core``, ``keras.initializers.normal``.

Both are tables. Paths are below the root that a notebook names: ``keras`` or ``tf.keras``.
"""

from __future__ import annotations

import importlib
import sys
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from .imports import BuiltModules, import_below, resolve, serve_attributes, unify_keras

if TYPE_CHECKING:
    from .calls import Remark

__all__ = ["install", "under_both_roots"]

# Old module: the modules of today that hold its names, looked through in this order ("" is Keras itself).
_MODULES: dict[str, tuple[str, ...]] = {
    "backend.common": ("backend",),
    "backend.tensorflow_backend": ("backend",),
    "callbacks.callbacks": ("callbacks",),
    "engine": ("",),
    "engine.base_layer": ("layers",),
    "engine.functional": ("models",),
    "engine.input_layer": ("layers",),
    "engine.input_spec": ("layers",),
    "engine.network": ("models",),
    "engine.sequential": ("models",),
    "engine.topology": ("layers", "models", "utils"),
    "engine.training": ("models",),
    "layers.advanced_activations": ("layers",),
    "layers.convolutional": ("layers",),
    "layers.core": ("layers",),
    "layers.embeddings": ("layers",),
    "layers.experimental": ("layers",),
    "layers.experimental.preprocessing": ("layers",),
    "layers.merge": ("layers",),
    "layers.noise": ("layers",),
    "layers.normalization": ("layers",),
    "layers.normalization.batch_normalization": ("layers",),
    "layers.pooling": ("layers",),
    "layers.recurrent": ("layers",),
    "layers.wrappers": ("layers",),
    "objectives": ("losses",),
    "optimizers.adam_v2": ("optimizers",),
    "optimizers.experimental": ("optimizers",),
    "optimizers.gradient_descent_v2": ("optimizers",),
    "optimizers.rmsprop_v2": ("optimizers",),
    "utils.data_utils": ("utils",),
    "utils.generic_utils": ("utils", "saving"),
    "utils.layer_utils": ("utils",),
    "utils.np_utils": ("utils",),
    "utils.training_utils": ("utils",),
    "utils.vis_utils": ("utils",),
}

# Module of today: its old names, and where the thing is now.
_NAMES: dict[str, dict[str, str]] = {
    "initializers": {
        "normal": "initializers.RandomNormal",
        "one": "initializers.Ones",
        "uniform": "initializers.RandomUniform",
        "zero": "initializers.Zeros",
    },
    "optimizers": {
        "adadelta": "optimizers.Adadelta",
        "adagrad": "optimizers.Adagrad",
        "adam": "optimizers.Adam",
        "adamax": "optimizers.Adamax",
        "nadam": "optimizers.Nadam",
        "rmsprop": "optimizers.RMSprop",
        "sgd": "optimizers.SGD",
    },
    "optimizers.legacy": {
        name: f"optimizers.{name}"
        for name in ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "Optimizer", "RMSprop", "SGD")
    },
    "regularizers": {
        "WeightRegularizer": "regularizers.L1L2",
        "activity_l1": "regularizers.L1",
        "activity_l2": "regularizers.L2",
        "l1l2": "regularizers.L1L2",
    },
}

# What only `tf.keras` keeps of the old API; asked for under `keras`, it is fetched there.
_KEPT_BY_TF_KERAS = ("backend", "layers", "losses", "metrics", "preprocessing", "preprocessing.image")


def install(remark: Remark) -> None:
    """Serve the tables under ``keras``, ``tf.keras`` and ``tensorflow.keras``."""
    tf_keras = sys.modules[tf.keras.__name__]  # the attribute itself may be a lazy loader
    unify_keras(tf_keras)
    roots = {"keras": keras, "tensorflow.keras": tf_keras, tf_keras.__name__: tf_keras}

    def claims(name: str) -> bool:
        return _below_a_root(name, roots) is not None

    def build(name: str) -> ModuleType:
        below = _below_a_root(name, roots)
        assert below is not None  # claimed
        root, path = below
        return _OldModule(name, roots[root], path, remark)

    sys.meta_path.append(BuiltModules(claims, build))
    _serve_old_modules()
    _serve_old_names(tf_keras, remark)


def under_both_roots(path: str) -> dict[str, ModuleType]:
    """The module at `path` by root, ``keras`` and ``tensorflow.keras``; once where the roots share it."""
    here, there = import_below("keras", path), import_below("tensorflow.keras", path)
    return {"keras": here} if here is there else {"keras": here, "tensorflow.keras": there}


def _below_a_root(name: str, roots: dict[str, ModuleType]) -> tuple[str, str] | None:
    """The root and the path below it of an old module; None for any other module."""
    for root in roots:
        path = name.removeprefix(f"{root}.")
        if path != name and path in _MODULES:
            return root, path
    return None


class _OldModule(ModuleType):
    """A module that is gone: finds its names in the modules of today."""

    def __init__(self, name: str, root: ModuleType, path: str, remark: Remark) -> None:
        super().__init__(name, "Serves the names of a module that Keras no longer has.")
        self.__dict__["_find"] = (root, path, _MODULES[path], remark)

    def __getattr__(self, name: str) -> Any:
        root, path, places, remark = self.__dict__["_find"]
        if name == "__all__":
            return sorted({each for place in places for each in _public(resolve(root, place))})
        if f"{path}.{name}" in _MODULES:
            return importlib.import_module(f"{self.__name__}.{name}")
        if not name.startswith("_"):
            for place in places:
                try:
                    found = getattr(resolve(root, place), name)
                except AttributeError:
                    continue
                now = ".".join(filter(None, ("keras", place)))
                remark(f"module {path}", f"The module `keras.{path}` is gone; `{now}` has what it held.")
                return found
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")


def _public(module: ModuleType) -> list[str]:
    return [
        name for name, value in vars(module).items() if not name.startswith("_") and not isinstance(value, ModuleType)
    ]


def _serve_old_modules() -> None:
    """``keras.utils.np_utils`` by attribute: the import that the notebook left out is made."""
    children: dict[str, list[str]] = {}
    for path in _MODULES:
        parent, _, child = path.rpartition(".")
        if parent not in _MODULES:  # those see to it themselves
            children.setdefault(parent, []).append(child)
    for parent, names in children.items():
        for root, module in under_both_roots(parent).items():
            paths = {name: f"{parent}.{name}".removeprefix(".") for name in names}
            serve_attributes(module, {name: partial(import_below, root, path) for name, path in paths.items()})


def _serve_old_names(tf_keras: ModuleType, remark: Remark) -> None:
    def fetch(place: str, old: str, now: str) -> Any:
        remark(f"name {place}.{old}", f"`keras.{place}.{old}` is called `keras.{now}` today; that was used.")
        return resolve(keras, now)

    def fetch_kept(place: str, name: str) -> Any:
        remark(
            f"name {place}.{name}",
            f"`keras.{place}.{name}` is in `tf.keras` only today; it was taken from there.",
        )
        return resolve(tf_keras, f"{place}.{name}")

    for place, names in _NAMES.items():
        for module in under_both_roots(place).values():
            # Keras 3 has classes under `optimizers.legacy` that only raise.
            for old in names:
                vars(module).pop(old, None)
            serve_attributes(module, {old: partial(fetch, place, old, now) for old, now in names.items()})
    for place in _KEPT_BY_TF_KERAS:
        here = import_below("keras", place)
        kept = set(_public(resolve(tf_keras, place))) - set(vars(here))
        serve_attributes(here, {name: partial(fetch_kept, place, name) for name in kept})
