"""Libraries that are not installed: their imports are passed over, so that the rest of the cell still runs.

Notebooks import everything in their first cell. One library that grading does without, in the middle of it, must not
take Keras and NumPy with it; only what uses the library fails, in the cell that uses it.
"""

from __future__ import annotations

import ast
import importlib.util
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calls import Remark

__all__ = ["install"]


def install(shell: Any, remark: Remark) -> None:
    """Change every cell of the IPython `shell` between parsing and execution; lines stay as they are."""
    shell.ast_transformers.append(_WithoutMissing(remark))


class _WithoutMissing(ast.NodeTransformer):
    def __init__(self, remark: Remark) -> None:
        self._remark = remark

    def visit_Try(self, node: ast.Try) -> ast.Try:
        # A notebook that tries an import has its own answer to a failure.
        return node

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        kept = [alias for alias in node.names if not self._is_missing(alias.name)]
        return ast.copy_location(ast.Import(kept), node) if kept else ast.copy_location(ast.Pass(), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        if node.level or node.module is None or not self._is_missing(node.module):
            return node
        return ast.copy_location(ast.Pass(), node)

    def _is_missing(self, module: str) -> bool:
        library = module.partition(".")[0]
        try:
            missing = importlib.util.find_spec(library) is None
        except (ImportError, ValueError):  # a module that was put in place by hand
            return False
        if missing:
            self._remark(
                f"library {library}",
                f"`{library}` is not installed where notebooks are graded. Its import was passed over; "
                "what needs it fails.",
            )
        return missing
