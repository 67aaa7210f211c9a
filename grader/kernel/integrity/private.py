"""Imports of the recorder's own: built-in functions and modules as they were before any code of a student's ran.

A notebook may put something else in the place of `len`, `np.asarray` or `json.dumps`, and does so for its whole
process. What the recorder sees must not depend on it: its modules get a private dictionary of built-in functions, and
what they import from a few packages are copies. They need not know: the built-in function behind ``import`` is one of
those that are private to them.

`__main__` runs this file before all others, with built-in functions that are private already.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

__all__ = ["Imports", "current", "hide_modules", "install"]

_COPIED = frozenset(
    ("contextlib", "functools", "hashlib", "hmac", "inspect", "itertools", "math", "numpy", "re", "time", "zlib")
)
"""Packages of which the recorder gets a copy. Classes and what is written in C are shared with the notebook."""
_ANEW = frozenset(("json",))
"""Packages that are loaded a second time, classes and all; all that they hold is Python."""


class Imports(MetaPathFinder):
    """Loads the modules of the recorder, and answers their ``import`` statements."""

    def __init__(self, package: str, folder: Path) -> None:
        self.package = package
        self.codes: dict[int, CodeType] = {}
        """All code of the recorder, by id: an object that is alive keeps its id to itself."""
        self._folder = folder
        self._import = builtins.__import__
        self._builtins = {**vars(builtins), "__import__": self._answer}
        self._anew = ""
        """The package that is being loaded a second time."""
        self._hidden: dict[str, ModuleType] = {}
        self._copies: dict[str, ModuleType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The specification of a module of the recorder, or of one that it loads anew; None for all others."""
        root = fullname.partition(".")[0]
        if fullname == self.package:
            file = self._folder / "__init__.py"
            loader = _PrivateLoader(fullname, str(file), self._builtins, self.codes)
            return importlib.util.spec_from_file_location(
                fullname, file, loader=loader, submodule_search_locations=[str(self._folder)]
            )
        if root not in (self.package, self._anew):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            codes = self.codes if root == self.package else {}
            spec.loader = _PrivateLoader(fullname, spec.loader.path, self._builtins, codes)
        return spec

    def hide(self) -> None:
        """Take the recorder's modules out of reach of ``import`` and `sys.modules`; they themselves still see them."""
        for name in [name for name in sys.modules if name.partition(".")[0] == self.package]:
            self._hidden[name] = sys.modules.pop(name)
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]

    def modules(self) -> Mapping[str, ModuleType]:
        """The modules of the recorder by name, once they are hidden."""
        return self._hidden

    def _answer(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 - the signature of `__import__`
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        """What `__import__` is to the recorder's modules, and to the copies that they use."""
        absolute = name
        if level and globals is not None:
            absolute = importlib.util.resolve_name("." * level + name, globals["__package__"])
        if absolute in self._hidden:
            return self._hidden[absolute]
        root = absolute.partition(".")[0]
        if root in _ANEW:
            if root not in self._copies:
                self._load_anew(root)
            return self._copies[absolute if fromlist else root]
        found = self._import(name, globals, locals, fromlist or (), level)
        if root not in _COPIED:
            return found
        if root not in self._copies:
            self._copies |= _copied_package(root, self._builtins)
        return self._copies.get(found.__name__, found)

    def _load_anew(self, root: str) -> None:
        """Load a package of Python code once more, for the recorder alone."""
        known = _taken_out(root)
        self._anew = root
        self._builtins["__import__"] = self._import  # its modules must find each other
        try:
            importlib.import_module(root)
            self._copies |= _taken_out(root)
        finally:
            self._anew = ""
            self._builtins["__import__"] = self._answer
            sys.modules.update(known)


class _PrivateLoader(SourceFileLoader):
    """Gives a module built-in functions of its own before any of its code runs."""

    def __init__(self, name: str, path: str, private: dict[str, Any], codes: dict[int, CodeType]) -> None:
        super().__init__(name, path)
        self._private = private
        self._codes = codes

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the module; all parts of it are remembered as the recorder's."""
        code = super().get_code(fullname)
        waiting = [] if code is None else [code]
        while waiting:
            part = waiting.pop()
            self._codes[id(part)] = part
            waiting += [constant for constant in part.co_consts if isinstance(constant, CodeType)]
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Run the module."""
        vars(module)["__builtins__"] = self._private
        super().exec_module(module)


def _taken_out(root: str) -> dict[str, ModuleType]:
    """The modules of a package by name, which `sys.modules` has no longer."""
    names = [name for name in sys.modules if name.partition(".")[0] == root]
    return {name: sys.modules.pop(name) for name in names}


def _copied_package(root: str, private: dict[str, Any]) -> dict[str, ModuleType]:
    """Copies of the modules of a package, by name: their functions call each other and not what a notebook put there.

    Functions are made anew from their code, with the names of the copied module as their globals.
    """
    originals = {name: sys.modules[name] for name in list(sys.modules) if name.partition(".")[0] == root}
    copies = {name: ModuleType(name) for name in originals}
    by_module = {id(module): copies[name] for name, module in originals.items()}
    by_globals = {id(vars(module)): vars(copies[name]) for name, module in originals.items()}
    made: dict[int, Any] = {}

    def own(value: Any) -> Any:
        # NumPy wraps functions so that other array types may answer for them; none of those is handed to it here.
        function = getattr(value, "_implementation", value) if type(value).__name__ == _DISPATCHER else value
        if isinstance(function, FunctionType) and id(function.__globals__) in by_globals:
            if id(function) not in made:
                made[id(function)] = _remade(function, by_globals[id(function.__globals__)])
            return made[id(function)]
        return by_module.get(id(value), value) if isinstance(value, ModuleType) else value

    for name, module in originals.items():
        # First, as functions take their built-in functions from their globals when they are made.
        vars(copies[name])["__builtins__"] = private
        vars(copies[name]).update({key: value for key, value in vars(module).items() if key != "__builtins__"})
    for copy in copies.values():
        vars(copy).update({key: own(value) for key, value in vars(copy).items() if key != "__builtins__"})
    return copies


_DISPATCHER = "_ArrayFunctionDispatcher"


def _remade(function: FunctionType, its_globals: dict[str, Any]) -> FunctionType:
    remade = FunctionType(
        function.__code__, its_globals, function.__name__, function.__defaults__, function.__closure__
    )
    remade.__kwdefaults__ = function.__kwdefaults__
    vars(remade).update(vars(function))
    return remade


current: Imports | None = None
"""The imports of this process; None where the recorder was imported as any other module is (in tests)."""


def install(package: str, folder: Path) -> Imports:
    """Let modules of the recorder be imported under the name `package` from `folder`."""
    global current
    current = Imports(package, folder)
    sys.meta_path.insert(0, current)
    return current


def hide_modules() -> None:
    """Have the recorder's modules found by nobody else from now on; see `Imports.hide`."""
    if current is not None:
        current.hide()
