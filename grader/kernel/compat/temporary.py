"""Files below ``/tmp``: where the sandbox cannot give a run a folder of that name, its own stands in for it.

Notebooks write there as documentation shows it (``ModelCheckpoint("/tmp/best.keras")``), and a sandbox without
namespaces keeps them from everybody's. What is opened through Python or HDF5 is led to the temporary folder of the run.
"""

from __future__ import annotations

import builtins
import functools
import io
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import keras
from IPython.core import interactiveshell

from .calls import Arguments, translate_calls

__all__ = ["install", "leading"]

_SHARED = "/tmp"  # noqa: S108 - the name that notebooks use
_OF_ONE_PATH = (
    *("open", "mkdir", "rmdir", "remove", "unlink", "stat", "lstat", "listdir", "scandir", "access", "chdir", "chmod"),
    *("truncate", "utime", "readlink"),
)
_OF_TWO_PATHS = ("rename", "replace", "link", "symlink")


def install(reachable: Sequence[str]) -> None:
    """Lead files below ``/tmp`` to the run's temporary folder, once a process.

    Args:
        reachable: files and folders that the run can reach as they are, some of which may lie below ``/tmp``.
    """
    lead = leading(tempfile.gettempdir(), reachable)
    opened = _led(builtins.open, lead, 1)
    builtins.open = io.open = opened
    interactiveshell.io_open = opened  # what is behind the `open` of cells
    for names, count in ((_OF_ONE_PATH, 1), (_OF_TWO_PATHS, 2)):
        for name in names:
            original = getattr(os, name)
            setattr(os, name, _led(original, lead, count))
            for able in (os.supports_dir_fd, os.supports_effective_ids, os.supports_fd, os.supports_follow_symlinks):
                if original in able:
                    able.add(getattr(os, name))

    def first(_self: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
        named = {name: lead(value) if name in ("name", "log_dir") else value for name, value in kwargs.items()}
        return (*map(lead, args[:1]), *args[1:]), named

    # These open their files in other languages than Python.
    translate_calls(h5py.File, "__init__", first)
    translate_calls(keras.callbacks.TensorBoard, "__init__", first)


def leading(own: str, reachable: Sequence[str]) -> Callable[[Any], Any]:
    """A function that leads paths below ``/tmp`` to the folder `own`, and leaves everything else as it is."""
    kept = {place for place in (own, *reachable) if place.startswith(f"{_SHARED}/")}
    ways = {str(parent) for place in kept for parent in Path(place).parents} - {_SHARED, "/"}

    def lead(path: Any) -> Any:
        if not isinstance(path, (str, os.PathLike)):
            return path
        text = os.fspath(path)
        if not isinstance(text, str) or not (text == _SHARED or text.startswith(f"{_SHARED}/")) or text in ways:
            return path
        # By hand and not by `pathlib`: where Python itself lies below /tmp, a traceback asks a hundred thousand times.
        above = text
        while above not in ("", _SHARED):
            if above in kept:
                return path
            above = above.rpartition("/")[0]
        return own + text[len(_SHARED) :]

    return lead


def _led(function: Callable[..., Any], lead: Callable[[Any], Any], count: int) -> Callable[..., Any]:
    @functools.wraps(function)
    def led(*args: Any, **kwargs: Any) -> Any:
        return function(*map(lead, args[:count]), *args[count:], **kwargs)

    return led
