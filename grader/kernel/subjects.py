"""Which class or function of the notebook a probe is about, and how it takes the arguments that an exercise names.

Nobody is bound to the names of an exercise: a class is known by its name in any spelling, else by what it takes; an
argument is given by its name where the student uses that name, else by its place.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

__all__ = ["Arguments", "arguments_for", "find"]


class Arguments(NamedTuple):
    """One way to hand arguments on; `left_out` are the switches that the subject does not have."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    left_out: tuple[str, ...]


def find(namespace: Mapping[str, Any], kind: str, pattern: str, arguments: Mapping[str, Any]) -> Any:
    """The layer class or function written in the notebook that takes these arguments; None if there is none.

    One whose name has the pattern comes before all others, and of several that are as good the last.
    """
    best, found = (0, False), None
    for value in _written(namespace, kind):
        named = re.search(pattern, value.__name__, re.IGNORECASE) is not None
        rank = (2 * named + _takes(value, arguments), _shares_names(value, arguments))
        if rank >= best and (named or rank == (1, True)):
            best, found = rank, value
    return found


def arguments_for(subject: Callable[..., Any], arguments: Mapping[str, Any]) -> Iterator[Arguments]:
    """Ways to hand the arguments on that the signature allows, the likeliest first.

    By keyword; by place, a switch by whatever name it has; and with the numbers in one list. A switch that the subject
    does not have is left out.
    """
    numbers = {name: value for name, value in arguments.items() if not isinstance(value, bool)}
    switches = {name: value for name, value in arguments.items() if isinstance(value, bool)}
    parameters = _parameters(subject)
    names = {name: _switch(parameters, name) for name in switches}
    renamed = {own: switches[name] for name, own in names.items() if own is not None}
    left_out = tuple(name for name, own in names.items() if own is None)
    ways = [
        Arguments((), dict(arguments), ()),
        Arguments((), numbers | renamed, left_out),
        Arguments(tuple(numbers.values()), renamed, left_out),
        Arguments((list(numbers.values()),), renamed, left_out),
    ]
    known = {parameter.name for parameter in parameters}
    for way in ways:
        # `**kwargs` would swallow names that mean nothing to the subject.
        if set(way.kwargs) <= known and _binds(subject, way):
            yield way


def _written(namespace: Mapping[str, Any], kind: str) -> Iterable[Any]:
    import keras

    for name, value in list(namespace.items()):
        if name.startswith("_") or getattr(value, "__module__", None) != "__main__":
            continue
        is_layer = isinstance(value, type) and issubclass(value, keras.layers.Layer)
        if is_layer if kind == "layer" else inspect.isfunction(value):
            yield value


def _takes(subject: Callable[..., Any], arguments: Mapping[str, Any]) -> bool:
    return next(arguments_for(subject, arguments), None) is not None


def _shares_names(subject: Callable[..., Any], arguments: Mapping[str, Any]) -> bool:
    """Whether most of the arguments are known to the subject by name, in any spelling."""
    names = {_plain(parameter.name) for parameter in _parameters(subject)}
    return 2 * len(names & {_plain(name) for name in arguments}) > len(arguments)


def _parameters(subject: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters that can be named."""
    try:
        parameters = inspect.signature(subject).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return [parameter for parameter in parameters if parameter.kind in kinds]


def _switch(parameters: Iterable[inspect.Parameter], name: str) -> str | None:
    """The student's name for a switch: the same in another spelling, one that shares a word, or the only switch."""
    parameters = list(parameters)
    words = {word for word in re.findall("[a-z]+", name.lower()) if len(word) > 3} | {"bn"}
    for parameter in parameters:
        if _plain(parameter.name) == _plain(name):
            return parameter.name
    for parameter in parameters:
        if any(word in parameter.name.lower() for word in words):
            return parameter.name
    switches = [parameter.name for parameter in parameters if isinstance(parameter.default, bool)]
    return switches[0] if len(switches) == 1 else None


def _binds(subject: Callable[..., Any], way: Arguments) -> bool:
    try:
        inspect.signature(subject).bind(*way.args, **way.kwargs)
    except (TypeError, ValueError):
        return False
    return True


def _plain(name: str) -> str:
    return name.lower().replace("_", "")
