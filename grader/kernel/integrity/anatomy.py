"""Names and what they stand for, remembered by identity; functions and what they are made of."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import is_
from types import CellType, FunctionType, MappingProxyType, MethodType
from typing import Any

__all__ = ["Closures", "Comparison", "Names", "functions_in"]


class Names:
    """Names in a class, a module or an object, and what they stood for when they were remembered."""

    def __init__(
        self,
        where: str,
        space: Mapping[str, Any],
        wanted: Iterable[str],
        absent: Iterable[str] = (),
        owner: Any = None,
    ) -> None:
        """Remember names.

        Args:
            where: what they belong to, for people.
            space: the names of the class, module or object; live.
            wanted: those to remember; what is not there is left out.
            absent: those that are not there and should not be added: in a class, names that it has from its bases.
            owner: the class or object, where its own class and bases matter, too.
        """
        self.where = where
        self.space = space
        self.owner = owner
        self.known = {name: space[name] for name in wanted if name in space}
        self.absent = tuple(absent)

    def changes(self) -> Iterator[tuple[str, str]]:
        """Names that are not as they were, each with what became of it."""
        for name, value in self.known.items():
            if name not in self.space:
                yield name, "removed"
            elif self.space[name] is not value:
                yield name, "replaced"
        for name in self.absent:
            if name in self.space:
                yield name, "overridden"


class Comparison:
    """Many names, laid out so that no Python runs for a single one: they are compared before every event."""

    def __init__(self, many: Iterable[Names]) -> None:
        self._many = list(many)
        self._groups = [_Group(self._many, dict), _Group(self._many, MappingProxyType)]

    @property
    def is_intact(self) -> bool:
        """Whether every name stands for what it stood for, and none was added that should not be there."""
        return all(group.is_intact for group in self._groups)

    def changes(self) -> Iterator[tuple[Names, str, str]]:
        """Names that are not as they were, with where they are and what became of them."""
        for names in self._many:
            for name, how in names.changes():
                yield names, name, how


class _Group:
    """Names in spaces of one type: dictionaries of modules and objects, or the read-only views of classes."""

    def __init__(self, many: Iterable[Names], kind: type[dict[str, Any]] | type[MappingProxyType[str, Any]]) -> None:
        mine = [names for names in many if type(names.space) is kind]
        known = [(names.space, name, value) for names in mine for name, value in names.known.items()]
        absent = [(names.space, name) for names in mine for name in names.absent]
        self._find: Callable[..., Any] = kind.get
        self._has: Callable[..., bool] = kind.__contains__
        self._spaces, self._names, self._values = ([row[column] for row in known] for column in range(3))
        self._closed, self._absent = ([row[column] for row in absent] for column in range(2))

    @property
    def is_intact(self) -> bool:
        found = map(self._find, self._spaces, self._names)
        return all(map(is_, self._values, found)) and not any(map(self._has, self._closed, self._absent))


class Closures:
    """The variables of enclosing functions that hold functions: where a wrapper keeps what it wraps."""

    def __init__(self) -> None:
        self._owners: list[str] = []
        self._cells: list[CellType] = []
        self._contents: list[Any] = []

    def add(self, owner: str, function: FunctionType) -> None:
        """Remember the variables of a function; `owner` is its name for people."""
        for cell, content in _contents(function):
            self._owners.append(owner)
            self._cells.append(cell)
            self._contents.append(content)

    @property
    def is_intact(self) -> bool:
        """Whether every variable holds what it held."""
        return all(map(is_, self._contents, map(_content, self._cells)))

    def changes(self) -> Iterator[str]:
        """The owners of those that hold something else."""
        for owner, cell, content in zip(self._owners, self._cells, self._contents, strict=True):
            if _content(cell) is not content:
                yield owner


def functions_in(value: Any) -> Iterator[FunctionType]:
    """The functions behind a value: a wrapper and what it wraps, the functions of a property or a method."""
    seen: set[int] = set()
    waiting: list[Any] = [value]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, FunctionType):
            yield one
            waiting += [content for _, content in _contents(one)]
        elif isinstance(one, property):
            waiting += [one.fget, one.fset, one.fdel]
        elif isinstance(one, (classmethod, staticmethod, MethodType)):
            waiting.append(one.__func__)
        elif isinstance(one, functools.partial):
            waiting.append(one.func)


def _contents(function: FunctionType) -> Iterator[tuple[CellType, Any]]:
    """The variables of enclosing functions that a function uses, and what they hold, where that is a function."""
    for cell in function.__closure__ or ():
        content = _content(cell)
        if isinstance(content, (FunctionType, MethodType, functools.partial)):
            yield cell, content


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # nothing yet
        return None
