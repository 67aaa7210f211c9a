"""``google.colab`` outside Colab: Drive, uploads and downloads do nothing; images are shown."""

from __future__ import annotations

import functools
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .imports import BuiltModules

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calls import Remark

__all__ = ["install"]

_PACKAGE = "google.colab"
# What each function gives back, where a notebook may go on with it.
_FUNCTIONS: dict[str, dict[str, Callable[[], Any]]] = {
    "auth": {"authenticate_user": lambda: None},
    "data_table": {"enable_dataframe_formatter": lambda: None, "disable_dataframe_formatter": lambda: None},
    "drive": {"mount": lambda: None, "flush_and_unmount": lambda: None},
    "files": {"upload": dict, "download": lambda: None, "view": lambda: None},
    "output": {
        "clear": lambda: None,
        "eval_js": lambda: None,
        "enable_custom_widget_manager": lambda: None,
        "disable_custom_widget_manager": lambda: None,
    },
    "runtime": {"unassign": lambda: None},
    "userdata": {"get": str},
}


def install(remark: Remark) -> None:
    """Make ``google.colab`` importable beside whatever else the namespace ``google`` holds."""
    known = {_PACKAGE, f"{_PACKAGE}.patches", *(f"{_PACKAGE}.{name}" for name in _FUNCTIONS)}
    sys.meta_path.append(BuiltModules(known.__contains__, functools.partial(_build, remark=remark)))


def _build(name: str, remark: Remark) -> ModuleType:
    module = ModuleType(name, "Stands in for Colab's module of this name while a notebook is graded.")
    _, _, child = name.removeprefix(_PACKAGE).rpartition(".")
    if name == _PACKAGE:
        # `from google.colab import *` and `google.colab.drive` need to know what there is.
        vars(module)["__all__"] = ["patches", *_FUNCTIONS]
    elif child == "patches":
        vars(module)["cv2_imshow"] = _cv2_imshow
    for function, result in _FUNCTIONS.get(child, {}).items():
        vars(module)[function] = _without_effect(f"{child}.{function}", result, remark)
    return module


def _without_effect(name: str, result: Callable[[], Any], remark: Remark) -> Callable[..., Any]:
    def stand_in(*_args: Any, **_kwargs: Any) -> Any:
        remark(f"colab {name}", f"`google.colab`'s `{name}` exists in Colab only; it did nothing here.")
        return result()

    stand_in.__name__ = stand_in.__qualname__ = name.rpartition(".")[2]
    return stand_in


def _cv2_imshow(image: Any) -> None:
    """Show an OpenCV image, an array of shape (height, width) or (height, width, 3 or 4) in BGR order."""
    import matplotlib.pyplot as plt

    if image.ndim == 3:
        image = image[..., [2, 1, 0, *range(3, image.shape[-1])]]
    plt.imshow(image, cmap="gray")
    plt.axis("off")
    plt.show()
