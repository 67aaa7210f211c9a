"""NumPy names that were removed: ``np.int``, ``np.float``, ``np.product`` and their kin."""

from __future__ import annotations

import importlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from .imports import serve_attributes

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calls import Remark

__all__ = ["install"]

# Builtins for the scalar aliases removed in NumPy 1.24; NumPy names for those removed in 2.0 and later.
_BUILTINS: dict[str, type] = {
    "bool": bool,
    "int": int,
    "long": int,
    "float": float,
    "complex": complex,
    "object": object,
    "str": str,
    "unicode": str,
}
_RENAMED = {
    "float_": "float64",
    "complex_": "complex128",
    "Inf": "inf",
    "Infinity": "inf",
    "infty": "inf",
    "NaN": "nan",
    "product": "prod",
    "cumproduct": "cumprod",
    "sometrue": "any",
    "alltrue": "all",
    "round_": "round",
    "in1d": "isin",
    "row_stack": "vstack",
    "trapz": "trapezoid",
}


def install(remark: Remark) -> None:
    """Serve the removed names that this NumPy lacks, to the notebook only."""
    np = importlib.import_module("numpy")  # the notebook's: an `import` statement gives the recorder a copy of its own
    targets: dict[str, tuple[str, Any]] = {
        name: (f"`{kind.__name__}`", kind) for name, kind in _BUILTINS.items() if name not in vars(np)
    }
    for name, successor in _RENAMED.items():
        if name not in vars(np) and successor in vars(np):
            targets[name] = (f"`np.{successor}`", vars(np)[successor])
    numpys_own: Callable[[str], Any] | None = vars(np).get("__getattr__")

    def fetch(name: str) -> Any:
        # Libraries probe NumPy by these names to learn its version: they must see it as it is.
        if not _asked_by_notebook():
            if numpys_own is not None:
                return numpys_own(name)
            raise AttributeError(f"module 'numpy' has no attribute {name!r}")
        words, value = targets[name]
        remark(f"numpy {name}", f"`np.{name}` is gone from NumPy; {words} was used in its place.")
        return value

    serve_attributes(np, {name: partial(fetch, name) for name in targets})


def _asked_by_notebook() -> bool:
    """Whether the attribute is read in the notebook's own code: the first frame outside this package."""
    package = __name__.rpartition(".")[0]
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(package):
        frame = frame.f_back
    return frame.f_globals.get("__name__") == "__main__"
