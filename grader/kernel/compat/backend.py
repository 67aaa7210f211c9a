"""``keras.backend``: the functions of the TensorFlow 1 days that notebooks still call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from .imports import serve_attributes
from .modules import under_both_roots

if TYPE_CHECKING:
    from .calls import Remark

__all__ = ["install"]

_ORDERINGS = {"tf": "channels_last", "th": "channels_first"}


def install(remark: Remark) -> None:
    """Serve the old functions, and those that only ``tf.keras.backend`` kept, under both roots."""
    functions = _functions()
    for module in under_both_roots("backend").values():
        missing = functions.keys() - vars(module).keys()
        serve_attributes(module, {name: partial(_fetch, name, functions[name], remark) for name in missing})
        if "set_value" in vars(module):  # Keras 3 kept it for variables of TensorFlow only
            vars(module)["set_value"] = _set_value


def _fetch(name: str, value: Any, remark: Remark) -> Any:
    remark(f"name backend.{name}", f"`keras.backend.{name}` is gone from Keras 3; a stand-in was used.")
    return value


def _functions() -> dict[str, Any]:
    return {
        "function": _function,
        "get_session": tf.compat.v1.Session,
        "image_dim_ordering": _image_dim_ordering,
        "learning_phase": lambda: 0,
        "manual_variable_initialization": _nothing,
        "set_image_dim_ordering": _set_image_dim_ordering,
        "set_learning_phase": _nothing,
        "set_session": _nothing,
        "tf": tf,
    }


def _nothing(*_args: Any, **_kwargs: Any) -> None:
    """What a session or a learning phase was set for happens by itself today."""


def _set_value(variable: Any, value: Any) -> None:
    """Assign a number or an array to a variable of Keras or of TensorFlow."""
    variable.assign(value)


def _image_dim_ordering() -> str:
    return "tf" if keras.config.image_data_format() == "channels_last" else "th"


def _set_image_dim_ordering(ordering: str) -> None:
    keras.config.set_image_data_format(_ORDERINGS.get(ordering, ordering))


def _function(inputs: Any, outputs: Any, *_args: Any, **_kwargs: Any) -> Callable[..., Any]:
    """A function from arrays for `inputs` to a list of arrays, one for each of `outputs`.

    A number among `inputs` stands for the learning phase: what the function is called with there chooses
    training (1) or inference (0).
    """
    given = list(inputs) if isinstance(inputs, Sequence) else [inputs]
    tensors = [each for each in given if keras.utils.is_keras_tensor(each)]
    wanted = list(outputs) if isinstance(outputs, Sequence) else [outputs]
    model = keras.Model(tensors, wanted)

    def call(values: Any) -> list[Any]:
        values = values if isinstance(values, Sequence) else [values]
        arrays = [np.asarray(value) for value, each in zip(values, given, strict=False) if _is_in(each, tensors)]
        phases = [value for value, each in zip(values, given, strict=False) if not _is_in(each, tensors)]
        results = model(arrays, training=bool(phases and phases[0]))
        return [keras.ops.convert_to_numpy(result) for result in keras.tree.flatten(results)]

    return call


def _is_in(value: Any, tensors: list[Any]) -> bool:
    return any(value is tensor for tensor in tensors)
