"""File names: Keras 3 insists on ``.keras`` and ``.weights.h5``, older notebooks use any name."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras

from .calls import Arguments, Remark, Translation, translate_calls
from .modules import under_both_roots

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["accepted_name", "install", "where_saved"]

_MODEL, _WEIGHTS = ".keras", ".weights.h5"


def install(remark: Remark) -> None:
    """Let models be saved under any name and found again under the same."""

    def saving(*, weights: bool, accepted: tuple[str, ...] = ()) -> Translation:
        def translation(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
            return _with_path(
                args,
                kwargs,
                lambda path: path if path.endswith(accepted) else accepted_name(path, weights=weights, remark=remark),
            )

        return translation

    def loading(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        return _with_path(args, kwargs, where_saved)

    translate_calls(keras.Model, "save", saving(weights=False, accepted=(".hdf5",)))
    translate_calls(keras.Model, "save_weights", saving(weights=True))
    translate_calls(keras.Model, "load_weights", loading)
    for place in ("models", "saving"):
        for module in under_both_roots(place).values():
            vars(module)["load_model"] = _finding(vars(module)["load_model"])


def accepted_name(path: str, *, weights: bool, remark: Remark) -> str:
    """Where to save `weights` or a whole model: `path` where Keras accepts it, else with a suffix."""
    suffix = _WEIGHTS if weights else _MODEL
    if path.endswith((suffix,) if weights else (suffix, ".h5")):
        return path
    remark(
        f"file name {suffix}",
        f"Keras 3 saves {'weights' if weights else 'models'} in files ending in `{suffix}` only; "
        f"`{path}` was saved as `{path}{suffix}`.",
    )
    return path + suffix


def _with_path(args: tuple[Any, ...], kwargs: dict[str, Any], change: Callable[[str], str]) -> Arguments:
    """The arguments with their file path changed; what is no path (an open file) stays as it is."""
    given = args[0] if args else kwargs.get("filepath")
    if not isinstance(given, str | os.PathLike):
        return args, kwargs
    path = change(os.fspath(given))
    return ((path, *args[1:]), kwargs) if args else (args, {**kwargs, "filepath": path})


def where_saved(path: str) -> str:
    """The file that holds what the notebook saved as `path`; `path` itself where there is none."""
    candidates = (path, path + _WEIGHTS, path + _MODEL)
    return next((candidate for candidate in candidates if Path(candidate).exists()), path)


def _finding(load_model: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(load_model)
    def load(*args: Any, **kwargs: Any) -> Any:
        args, kwargs = _with_path(args, kwargs, where_saved)
        return load_model(*args, **kwargs)

    return load
