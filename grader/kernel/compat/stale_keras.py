"""``tensorflow.python.keras``: a copy of Keras 2 inside TensorFlow that nothing here can see or grade.

TensorFlow itself needs the copy, so it stays where it is; the notebook's code is pointed at
``tensorflow.keras``.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calls import Remark

__all__ = ["install"]

_STALE, _REAL = "tensorflow.python.keras", "tensorflow.keras"


def install(shell: Any, remark: Remark) -> None:
    """Change every cell of the IPython `shell` between parsing and execution; lines stay as they are."""
    shell.ast_transformers.append(_ToTensorflowKeras(remark))


class _ToTensorflowKeras(ast.NodeTransformer):
    def __init__(self, remark: Remark) -> None:
        self._remark = remark

    def visit_Import(self, node: ast.Import) -> ast.Import:
        for alias in node.names:
            alias.name = self._real(alias.name)
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom | list[ast.ImportFrom]:
        if node.module is None or node.level:
            return node
        if node.module != "tensorflow.python":
            node.module = self._real(node.module)
            return node
        keras = [alias for alias in node.names if alias.name == "keras"]
        if not keras:
            return node
        self._real(_STALE)
        parts = [
            (_REAL.partition(".")[0], keras),
            (node.module, [a for a in node.names if a.name != "keras"]),
        ]
        return [
            ast.copy_location(ast.ImportFrom(module=module, names=names, level=0), node)
            for module, names in parts
            if names
        ]

    def visit_Attribute(self, node: ast.Attribute) -> ast.Attribute:
        self.generic_visit(node)
        match node.value:
            case ast.Attribute(attr="python", value=ast.Name(id="tf" | "tensorflow") as root) if node.attr == "keras":
                self._real(_STALE)
                node.value = root
        return node

    def _real(self, name: str) -> str:
        if name != _STALE and not name.startswith(f"{_STALE}."):
            return name
        self._remark(
            f"module {_STALE}",
            f"`{_STALE}` is an old private copy of Keras inside TensorFlow; `{_REAL}` was used.",
        )
        return _REAL + name.removeprefix(_STALE)
