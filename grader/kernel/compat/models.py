"""Models: ``Model(input=, output=)`` of Keras 1, ``multi_gpu_model`` and the names `layer_utils` had."""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any

import keras
from keras.src.models.functional import Functional  # public only as the type of a model

from .calls import Arguments, Remark, rename_keywords, translate_calls
from .imports import serve_attributes
from .modules import under_both_roots

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["install"]

_ENDS = {"input": "inputs", "output": "outputs"}


def install(remark: Remark) -> None:
    """Serve the old ways of making a model and of counting its parameters."""

    def translation(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        rename_keywords(kwargs, _ENDS, remark)
        return args, kwargs

    # `Model` decides in `__new__` to become a functional model, whose own `__init__` is called then.
    for owner in (keras.Model, Functional):
        translate_calls(owner, "__init__", translation)
    make = keras.Model.__new__

    @functools.wraps(make)
    def new(cls: type, *args: Any, **kwargs: Any) -> Any:
        return make(cls, *args, **{_ENDS.get(name, name): value for name, value in kwargs.items()})

    keras.Model.__new__ = staticmethod(new)

    for end, ends in _ENDS.items():
        setattr(keras.Sequential, end, property(functools.partial(_end_of, getattr(keras.Sequential, end), ends)))

    def multi_gpu_model() -> Any:
        remark("multi_gpu_model", "`multi_gpu_model` is gone from Keras; the model itself was used.")
        return _multi_gpu_model

    for module in under_both_roots("utils").values():
        serve_attributes(module, {"multi_gpu_model": multi_gpu_model, "count_params": lambda: _count_params})


def _end_of(original: property, ends: str, model: Any) -> Any:
    """``model.input`` or ``model.output`` of a `Sequential`, which Keras 3 knows only after a first symbolic call."""
    if original.fget is not None and model._inbound_nodes:
        return original.fget(model)
    tensors = getattr(model, ends, None)
    if not tensors:
        raise AttributeError(f"The layer {model.name} has never been called and thus has no defined {ends[:-1]}.")
    return tensors[0]


def _multi_gpu_model(model: Any, *_args: Any, **_kwargs: Any) -> Any:
    """The model given: one device computes the same."""
    return model


def _count_params(weights: Iterable[Any]) -> int:
    """Numbers held by `weights` in all."""
    return sum(math.prod(weight.shape) for weight in weights)
