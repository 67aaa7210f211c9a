"""Old calls: translate the arguments of a method in place, so that classes keep their identity."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

__all__ = [
    "Arguments",
    "Remark",
    "Translation",
    "by_name",
    "drop_keywords",
    "rename_keywords",
    "translate_calls",
]

Remark: TypeAlias = Callable[[str, str], None]
"""Takes a stable key and a sentence for the feedback. The same key may come many times."""

Arguments: TypeAlias = tuple[tuple[Any, ...], dict[str, Any]]
Translation: TypeAlias = Callable[[Any, tuple[Any, ...], dict[str, Any]], Arguments]
"""From (self, positional, keywords) to the positional and keyword arguments of today."""


def translate_calls(owner: type, method: str, translation: Translation) -> None:
    """Pass the arguments of ``owner.method`` through `translation`, which may change its keywords.

    The class stays the same object and the method keeps its signature, which Keras inspects to save layers.
    The method is changed in the class that defines it: Keras takes any other ``compile`` than its trainer's
    for the student's own, and then loads saved models without compiling them.
    """
    definer = next(cls for cls in owner.__mro__ if method in vars(cls))
    original = getattr(definer, method)

    @functools.wraps(original)
    def translated(self: Any, *args: Any, **kwargs: Any) -> Any:
        args, kwargs = translation(self, args, kwargs)
        return original(self, *args, **kwargs)

    vars(translated)["__signature__"] = inspect.signature(original)
    setattr(definer, method, translated)


def by_name(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """All arguments of a call of the method `function` as keywords, without ``self``.

    Raises TypeError where there are more of them than parameters, as the call would have.
    """
    names = list(inspect.signature(function).parameters)[1:]
    if len(args) > len(names):
        raise TypeError(f"{function.__qualname__}() takes {len(names)} arguments but {len(args)} were given")
    return {**dict(zip(names, args, strict=False)), **kwargs}


def rename_keywords(kwargs: dict[str, Any], names: Mapping[str, str], remark: Remark) -> None:
    """Give the old keywords in `kwargs` their names of today, in place, each with a remark.

    A keyword given under both names is left for Keras to complain about.
    """
    for old, new in names.items():
        if old in kwargs and new not in kwargs:
            kwargs[new] = kwargs.pop(old)
            remark(
                f"keyword {old}=",
                f"`{old}=` is the old name of `{new}=`; Keras 3 no longer accepts it. "
                f"Treated as `{new}={_short(kwargs[new])}`.",
            )


def drop_keywords(kwargs: dict[str, Any], names: Mapping[str, str], remark: Remark) -> None:
    """Take keywords without a successor out of `kwargs`; `names` gives the reason for the remark on each."""
    for old, reason in names.items():
        if old in kwargs:
            del kwargs[old]
            remark(f"keyword {old}=", f"`{old}=` is gone from Keras 3 and was left out: {reason}.")


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 and "\n" not in text else "…"
