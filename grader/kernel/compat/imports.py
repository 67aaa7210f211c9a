"""Imports: one module object under every Keras name, old module names, work done once a module is imported.

Keras reaches a notebook as ``keras``, as ``tf.keras`` and as ``tensorflow.keras``. Python would load the last
of them a second time from the same files, and a shim put on one copy would be missing from the other.
"""

from __future__ import annotations

import importlib
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["BuiltModules", "after_import", "import_below", "resolve", "serve_attributes", "unify_keras"]


class _Existing(Loader):
    """Loads a name by pointing it at a module that exists already."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def exec_module(self, module: ModuleType) -> None:
        sys.modules[module.__name__] = self._module


class _PublicKeras(MetaPathFinder):
    """Importing ``keras.a.b`` gives the very module that the attribute ``keras.a.b`` is."""

    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = tuple(f"{root}." for root in roots)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        parent, _dot, child = fullname.rpartition(".")
        if not fullname.startswith(self._roots) or parent not in sys.modules:
            return None
        # Within Keras, attributes and modules of one name may differ on purpose.
        if fullname.startswith("keras.src."):
            return None
        # vars, not getattr: served old names must not answer here.
        module = vars(sys.modules[parent]).get(child)
        return ModuleSpec(fullname, _Existing(module)) if isinstance(module, ModuleType) else None


def unify_keras(tf_keras: ModuleType) -> None:
    """Make ``tensorflow.keras`` and every module below it the same objects as ``tf.keras`` (given) has."""
    for name in [name for name in sys.modules if name.startswith("tensorflow.keras.")]:
        del sys.modules[name]
    sys.modules["tensorflow.keras"] = tf_keras
    # A notebook may say `tensorflow.keras.layers.Dense` after a bare `import tensorflow`.
    vars(sys.modules["tensorflow"])["keras"] = tf_keras
    sys.meta_path.insert(0, _PublicKeras(("keras", "tensorflow.keras", tf_keras.__name__)))


class _Built(Loader):
    def __init__(self, build: Callable[[str], ModuleType]) -> None:
        self._build = build

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._build(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to execute: the module was built whole."""


class BuiltModules(MetaPathFinder):
    """Modules made by `build(name)` for each name that `claims(name)` and that no other finder knows."""

    def __init__(self, claims: Callable[[str], bool], build: Callable[[str], ModuleType]) -> None:
        self._claims = claims
        self._loader = _Built(build)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """The specification of a module to build; None for a name that is not claimed."""
        # Every one is a package, so that deeper old names can be imported from it.
        return ModuleSpec(fullname, self._loader, is_package=True) if self._claims(fullname) else None


class _Hooked(Loader):
    """A module's own loader, followed by `action`."""

    def __init__(self, loader: Loader, action: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._action = action

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._action(module)


class _OnImport(MetaPathFinder):
    def __init__(self, name: str, action: Callable[[ModuleType], None]) -> None:
        self._name = name
        self._action = action

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        sys.meta_path.remove(self)  # once; and find_spec below must not come back here
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _Hooked(spec.loader, self._action)
        return spec


def after_import(name: str, action: Callable[[ModuleType], None]) -> None:
    """Call `action` with the module `name`: now if it is imported, else as soon as it is."""
    if name in sys.modules:
        action(sys.modules[name])
    else:
        sys.meta_path.insert(0, _OnImport(name, action))


def serve_attributes(module: ModuleType, names: Mapping[str, Callable[[], Any]]) -> None:
    """Let `module` answer for `names` that it does not have: each maps to the function that fetches it.

    What the module has is untouched, and so is its own ``__getattr__`` for all other names.
    """
    before: Callable[[str], Any] | None = vars(module).get("__getattr__")

    def __getattr__(name: str) -> Any:  # noqa: N807 - the module protocol's name (PEP 562)
        if name in names:
            return names[name]()
        if before is not None:
            return before(name)
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")

    vars(module)["__getattr__"] = __getattr__


def resolve(root: ModuleType, path: str) -> Any:
    """The object at the dotted `path` below `root`; `root` itself for an empty path.

    Raises AttributeError where a name is missing.
    """
    found: Any = root
    for name in filter(None, path.split(".")):
        found = getattr(found, name)
    return found


def import_below(root: str, path: str) -> ModuleType:
    """The module at the dotted `path` below the package `root`."""
    return importlib.import_module(f"{root}.{path}" if path else root)
