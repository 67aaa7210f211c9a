"""Published weights of `keras.applications`: nothing is downloaded in a run, so what is not at hand stays random."""

from __future__ import annotations

import functools
import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import keras
from keras.src.backend import config
from keras.src.utils import file_utils

if TYPE_CHECKING:
    from .calls import Remark

__all__ = ["install"]

_FOLDER = "models"
"""Where Keras keeps published weights below its home."""


class _Absent(str):
    """The name of a file of weights that is not there."""

    __slots__ = ()


class _Files(ModuleType):
    """The file functions of Keras as its applications see them."""

    def __getattr__(self, name: str) -> Any:
        return getattr(file_utils, name)


def install(remark: Remark) -> None:
    """Let models of `keras.applications` keep their first weights where the published ones are not on this machine."""

    @functools.wraps(file_utils.get_file)
    def get_file(fname: str | None = None, *args: Any, **kwargs: Any) -> Any:
        given = inspect.signature(file_utils.get_file).bind(fname, *args, **kwargs).arguments
        home = Path(given.get("cache_dir") or config.keras_home())
        if given.get("cache_subdir") == _FOLDER and not (home / _FOLDER / str(fname)).exists():
            return _Absent(fname)
        return file_utils.get_file(fname, *args, **kwargs)

    files = _Files("file_utils")
    vars(files)["get_file"] = get_file
    for name, module in list(sys.modules.items()):
        if name.startswith("keras.src.applications.") and hasattr(module, "file_utils"):
            vars(module)["file_utils"] = files
    _leave_absent_weights(remark)


def _leave_absent_weights(remark: Remark) -> None:
    owner = next(cls for cls in keras.Model.__mro__ if "load_weights" in vars(cls))
    original = vars(owner)["load_weights"]

    @functools.wraps(original)
    def load_weights(self: Any, filepath: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(filepath, _Absent):
            return original(self, filepath, *args, **kwargs)
        remark(
            f"pretrained {self.name}",
            f"The published weights of {self.name} were not at hand and could not be downloaded where notebooks are "
            "run: it has random weights. What is asked about it is judged all the same.",
        )
        return None

    setattr(owner, "load_weights", load_weights)  # noqa: B010 - the checker takes it for a method of a class
