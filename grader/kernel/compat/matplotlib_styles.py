"""Matplotlib styles: ``seaborn`` and ``seaborn-…`` were renamed ``seaborn-v0_8`` and ``seaborn-v0_8-…``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from .imports import after_import

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from .calls import Remark

__all__ = ["install"]


def install(remark: Remark) -> None:
    """Let ``plt.style.use`` and ``plt.style.context`` accept the old names once Matplotlib is imported."""
    after_import("matplotlib.style", functools.partial(_accept_old_names, remark=remark))


def _accept_old_names(style: ModuleType, remark: Remark) -> None:
    def today(name: Any) -> Any:
        if isinstance(name, list | tuple):
            return [today(one) for one in name]
        if not isinstance(name, str) or not name.startswith("seaborn") or name in style.library:
            return name
        renamed = name.replace("seaborn", "seaborn-v0_8", 1)
        if renamed not in style.library:
            return name
        remark(f"style {name}", f"The Matplotlib style `{name}` is called `{renamed}` today; that one was used.")
        return renamed

    def accepting(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(style: Any, *args: Any, **kwargs: Any) -> Any:
            return function(today(style), *args, **kwargs)

        return call

    for name in ("use", "context"):
        vars(style)[name] = accepting(vars(style)[name])
