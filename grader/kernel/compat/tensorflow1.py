"""TensorFlow 1 names: sessions, configurations, seeds and logging at the top level of ``tf``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import tensorflow as tf

from .imports import resolve, serve_attributes

if TYPE_CHECKING:
    from types import ModuleType

    from .calls import Remark

__all__ = ["install"]

# Module below `tf`: its old names, and where below `tf` they are now.
_NAMES: dict[str, dict[str, str]] = {
    "": {
        "ConfigProto": "compat.v1.ConfigProto",
        "GPUOptions": "compat.v1.GPUOptions",
        "InteractiveSession": "compat.v1.InteractiveSession",
        "Session": "compat.v1.Session",
        "VERSION": "__version__",
        "get_default_graph": "compat.v1.get_default_graph",
        "global_variables_initializer": "compat.v1.global_variables_initializer",
        "logging": "compat.v1.logging",
        "reset_default_graph": "compat.v1.reset_default_graph",
        "set_random_seed": "random.set_seed",
        "to_float": "compat.v1.to_float",
    },
    "random": {"set_random_seed": "random.set_seed"},
    "test": {"is_gpu_available": "compat.v1.test.is_gpu_available"},
}


def install(remark: Remark) -> None:
    """Serve the names that this TensorFlow lacks."""
    for place, names in _NAMES.items():
        module = resolve(tf, place)
        missing = {old: now for old, now in names.items() if old not in vars(module)}
        serve_attributes(module, {old: partial(_fetch, tf, place, old, now, remark) for old, now in missing.items()})


def _fetch(root: ModuleType, place: str, old: str, now: str, remark: Remark) -> Any:
    name = ".".join(filter(None, ("tf", place, old)))
    remark(f"name {name}", f"`{name}` is TensorFlow 1; `tf.{now}` was used.")
    return resolve(root, now)
