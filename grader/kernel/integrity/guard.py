"""Notices where a notebook puts something else in the place of what evidence rests on.

What was there before the first cell is remembered by identity and compared before every event and after every cell.
So the log tells of a change before it tells of anything that was seen through it, and each change once.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from types import CodeType
from typing import Any

from ..events import EventLog
from . import acts, parts
from .anatomy import Closures, Comparison, Names, functions_in
from .private import current

__all__ = ["Guard"]

_NAME = "grader_kernel"
_MAX_TEXT = 200
_MAX_REMARKS = 20
_getframe = sys._getframe
_audit = sys.audit


class Guard:
    """Watches over the recorder and what it wraps, for the whole run of a notebook."""

    def __init__(self, log: EventLog, shell: Any) -> None:
        self._log = log
        self._shell = shell
        self._codes = {} if current is None else current.codes
        self._telling = False
        self._noticed: set[str] = set()
        self._mentioned: set[str] = set()
        self._close = Comparison(())
        self._closures = Closures()
        self._registered: dict[str, Any] = shell.events.callbacks
        self._callbacks: list[tuple[str, Any]] = []
        self._replaceable: dict[str, Names] = {}
        self._transformers: list[tuple[str, list[Any], tuple[Any, ...]]] = []

    def start(self, recorder: Any) -> None:
        """Remember everything. Once a process, when the recorder is in place and before the first cell.

        Args:
            recorder: holds, directly or through what it holds, all objects of the recorder.
        """
        self._log.before, self._log._write = self._before_event, self._seen_writing(self._log._write)
        package = __name__.partition(".")[0]
        close = [
            *parts.of_keras(self._codes),
            *parts.of_drawing(),
            *parts.of_shell(self._shell),
            *parts.of_own_modules({} if current is None else current.modules()),
            *parts.of_objects(recorder, package),
            Names("the recorder's log", vars(self._log), ("before", "_write")),
        ]
        self._close = Comparison(close)
        functions = {
            id(function): (f"{names.where}.{name}", function)
            for names in reversed(close)
            for name, value in names.known.items()
            for function in functions_in(value)
        }
        for title, function in functions.values():
            self._closures.add(title, function)
        self._callbacks = [
            (event, each)
            for event, registered in self._registered.items()
            for each in registered
            if str(getattr(each, "__module__", "")).startswith(package)
        ]
        lists = ("ast_transformers", "input_transformers_cleanup", "input_transformers_post")
        self._transformers = [(name, each, tuple(each)) for name in lists for each in [getattr(self._shell, name)]]
        self._remember_replaceable()
        things = {id(names.owner): (names.where, names.owner) for names in close if names.owner is not None}
        acts.Listener(self, self._shell.user_ns, functions, things, self._codes).start()

    def before_cell(self, source: str) -> None:
        """A cell is about to run: one that knows the recorder by its name is no exercise."""
        if _NAME in source and _names_it(source):
            self.notice(f"the code names `{_NAME}`")

    def after_cell(self) -> None:
        """Compare everything, also what may be replaced at no cost."""
        self.check()
        for names in self._replaceable.values():
            for name, how in names.changes():
                self._mention_replaced(names, name, how)
        self._remember_replaceable()
        for name, transformers, known in self._transformers:
            now = getattr(self._shell, name)
            if now is not transformers or [id(one) for one in now] != [id(one) for one in known]:
                self.mention(
                    name,
                    f"The notebook changes its own code on its way to Python (`{name}`); it costs no points, but cells "
                    "may do something else than they say.",
                )

    def check(self) -> None:
        """Compare what evidence rests on."""
        self._tell((what, "") for what in self._changes())

    def notice(self, what: str, detail: str = "") -> None:
        """Tell, once, of something that no notebook does by accident."""
        self._tell([(what, detail)])

    def mention(self, key: str, text: str) -> None:
        """Tell, once a key and only so often, of something that a reader may want to know and that costs nothing."""
        if not self._log.muted and len(self._mentioned) < _MAX_REMARKS:
            self._mentioned.add(key)
            self._log.remark(f"integrity {key}", text)

    def _before_event(self) -> None:
        _audit(acts.BEFORE_EVENT)
        self._see_caller(_getframe(2).f_code, "the recorder's log was called by other code")
        self.check()

    def _seen_writing(self, write: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """`write`, for the recorder's own code."""

        def seen(line: bytes) -> None:
            self._see_caller(_getframe(1).f_code, "a line was written to the recorder's log by other code")
            write(line)

        return seen

    def _see_caller(self, code: CodeType, what: str) -> None:
        if self._codes and id(code) not in self._codes:
            self.notice(what, f"in `{code.co_name}`")

    def _tell(self, findings: Iterable[tuple[str, str]]) -> None:
        """Write an event for each that is new: what happened and more about it."""
        with self._log.turn:  # so that only what is written here can find that something is being told
            if self._telling or self._log.muted:
                return
            self._telling = True
            try:
                with self._log.recording():
                    for what, detail in findings:
                        if what not in self._noticed:
                            self._noticed.add(what)
                            self._log.emit("tampering", what=what[:_MAX_TEXT], detail=detail[:_MAX_TEXT])
            finally:
                self._telling = False

    def _changes(self) -> Iterator[str]:
        if not self._close.is_intact:
            yield from (f"`{names.where}.{name}` was {how}" for names, name, how in self._close.changes())
        if not self._closures.is_intact:
            yield from (f"`{owner}` was changed" for owner in self._closures.changes())
        for event, ours in self._callbacks:
            registered = self._registered.get(event)
            if type(registered) is not list or not any(each is ours for each in registered):
                yield f"the recorder is told of `{event}` no longer"

    def _remember_replaceable(self) -> None:
        """Remember what the modules hold that were imported since the last cell."""
        self._replaceable |= dict(parts.replaceable(self._replaceable))

    def _mention_replaced(self, names: Names, name: str, how: str) -> None:
        if not _is_the_same_anew(names.known[name], names.space.get(name)):
            self.mention(
                f"{names.where}.{name}",
                f"`{names.where}.{name}` was {how} by the notebook; the recorder does not need it, and it costs no "
                "points.",
            )


def _is_the_same_anew(one: Any, other: Any) -> bool:
    """Whether both come of the same source: a module that is imported once more defines all that it holds again."""
    if isinstance(one, type) and isinstance(other, type):
        return (one.__module__, one.__qualname__) == (other.__module__, other.__qualname__)
    first, second = ({function.__code__ for function in functions_in(value)} for value in (one, other))
    return type(one) is type(other) and bool(first) and first == second


def _names_it(source: str) -> bool:
    """Whether the code of a cell, and not only a comment, holds the name of the recorder."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):  # magics and commands; what does not parse otherwise does not run
        return any(_NAME in line.partition("#")[0] for line in source.splitlines())
    texts = chain.from_iterable(
        (getattr(node, field, None) for field in ("id", "attr", "name", "module", "value")) for node in ast.walk(tree)
    )
    return any(isinstance(text, str) and _NAME in text for text in texts)
