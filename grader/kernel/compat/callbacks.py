"""Callbacks: lost keywords, file names that Keras 3 refuses, ``monitor='val_acc'``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import keras

from .calls import Arguments, Remark, Translation, by_name, drop_keywords, translate_calls
from .history import OTHER_NAME
from .saving import accepted_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["install"]

_DROPPED = {
    "ModelCheckpoint": {"period": "`save_freq` says when to save"},
    "TensorBoard": dict.fromkeys(
        ("batch_size", "embeddings_data", "embeddings_layer_names", "write_grads"),
        "TensorBoard is written without it",
    ),
}
_MONITORS = ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau")


def install(remark: Remark) -> None:
    """Let the callbacks of Keras, and classes made from them, take what older notebooks give them."""
    for name, dropped in _DROPPED.items():
        callback = getattr(keras.callbacks, name)
        translate_calls(callback, "__init__", _constructor(callback.__init__, dropped, remark))
    for name in _MONITORS:
        translate_calls(getattr(keras.callbacks, name), "on_epoch_end", _watching(remark))


def _constructor(constructor: Callable[..., None], dropped: Mapping[str, str], remark: Remark) -> Translation:
    def translation(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        kwargs = by_name(constructor, args, kwargs)
        drop_keywords(kwargs, dropped, remark)
        if isinstance(kwargs.get("filepath"), str | os.PathLike):
            weights = bool(kwargs.get("save_weights_only"))
            kwargs["filepath"] = accepted_name(os.fspath(kwargs["filepath"]), weights=weights, remark=remark)
        return (), kwargs

    return translation


def _watching(remark: Remark) -> Translation:
    """Follow ``val_acc`` where Keras calls it ``val_accuracy``, and the reverse, once an epoch tells."""

    def translation(self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        logs = kwargs.get("logs", args[-1] if len(args) > 1 else None) or {}
        other = OTHER_NAME.get(self.monitor)
        if self.monitor not in logs and other in logs:
            remark(
                f"monitor {self.monitor}",
                f"`monitor='{self.monitor}'` names no metric of this model; Keras calls it `{other}`, "
                "which was followed.",
            )
            self.monitor = other
        return args, kwargs

    return translation
