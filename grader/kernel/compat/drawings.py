"""Drawings of models: ``plot_model`` needs a program that is not there everywhere, and no exercise needs a drawing."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from keras.src.utils import model_visualization  # the public module does not tell whether drawing is possible

from .modules import under_both_roots

if TYPE_CHECKING:
    from .calls import Remark

__all__ = ["install"]


def install(remark: Remark) -> None:
    """Let ``plot_model`` draw where Graphviz is installed, and leave the drawing out where it is not."""
    original = model_visualization.plot_model

    @functools.wraps(original)
    def plot_model(*args: Any, **kwargs: Any) -> Any:
        if model_visualization.check_graphviz():
            return original(*args, **kwargs)
        remark(
            "plot_model",
            "`plot_model` draws with Graphviz, which is not installed where notebooks are graded; "
            "the drawing was left out.",
        )
        return None

    for module in under_both_roots("utils").values():
        vars(module)["plot_model"] = plot_model
