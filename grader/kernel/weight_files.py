"""Files that weights are written to and read from, and whether this run wrote them itself."""

from __future__ import annotations

import functools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .compat.modules import under_both_roots
from .compat.saving import where_saved
from .training import weights_digest
from .watch import Watch, wrap_method

__all__ = ["WeightFiles"]


class WeightFiles:
    """Records what models write to files and read from them."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._started = time.time()

    def install(self) -> None:
        """Wrap the methods of models; before `compat`, so that file names arrive as Keras takes them."""
        wrap_method("save", self._save)
        wrap_method("save_weights", self._save)
        wrap_method("load_weights", self._load_weights)

    def install_functions(self) -> None:
        """Wrap ``load_model``; after `compat`, which makes one module of those under ``keras`` and ``tf.keras``."""
        for place in ("models", "saving"):
            for module in under_both_roots(place).values():
                vars(module)["load_model"] = self._recording(vars(module)["load_model"])

    def _save(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> Any:
        outcome = original(**arguments)
        with self._watch.log.recording():
            uid, version = self._watch.registry.snapshot(model)
            self._watch.log.emit("weights_saved", model=uid, version=version, weights=weights_digest(model))
        return outcome

    def _load_weights(self, model: Any, arguments: dict[str, Any], original: Callable[..., Any]) -> Any:
        if _by_keras_itself():
            return original(**arguments)
        path = arguments["filepath"]
        loaded, written = False, self._is_written_here(path)
        try:
            outcome = original(**arguments)
            loaded = True
        finally:
            self._emit(path, model, written=written, loaded=loaded)
        return outcome

    def _recording(self, load_model: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(load_model)
        def load(*args: Any, **kwargs: Any) -> Any:
            path = args[0] if args else kwargs.get("filepath")
            model, written = None, self._is_written_here(path)
            try:
                model = load_model(*args, **kwargs)
            finally:
                self._emit(path, model, written=written, loaded=model is not None)
            return model

        return load

    def _is_written_here(self, path: Any) -> bool:
        """Whether there is such a file that changed since the run began."""
        if not isinstance(path, (str, os.PathLike)):
            return True  # an open file or a buffer: nothing that was there before
        try:
            return Path(where_saved(os.fspath(path))).stat().st_mtime >= self._started
        except (OSError, ValueError):
            return False

    def _emit(self, path: Any, model: Any | None, *, written: bool, loaded: bool) -> None:
        """Record an attempt to read weights; `model` is None where there never was one."""
        with self._watch.log.recording():
            name = Path(path).name if isinstance(path, (str, os.PathLike)) else ""
            self._watch.log.emit(
                "weights_loaded",
                model=None if model is None else self._watch.registry.snapshot(model)[0],
                file=name[:200],
                written=written,
                weights=weights_digest(model) if loaded else None,
            )


def _by_keras_itself() -> bool:
    """Whether a model of `keras.applications` is about to get the weights that were published with it."""
    frame = sys._getframe(1)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).startswith("keras.src.applications"):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
