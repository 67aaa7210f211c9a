"""What is noticed in the moment in which it is done, by way of Python's audit events, which nothing can switch off.

The hook hears of every file opened and every module imported: it looks up the name of the event and, nearly always,
does nothing more.
"""

from __future__ import annotations

import os
import re
import sys
from _lsprof import Profiler  # of which those of `cProfile` are made
from collections.abc import Callable, Collection, Mapping
from types import FrameType
from typing import Any, Protocol

__all__ = ["BEFORE_EVENT", "Listener", "Observer"]

BEFORE_EVENT = "grader.event"
"""Audit event of our own, to have a look from where no trace function can follow."""

_OF_A_PROCESS = re.compile(r"/proc/(self|thread-self|\d+)(?:/task/\d+)?/(mem|environ)")
_CHANGED = frozenset(("__code__", "__defaults__", "__kwdefaults__"))
_ANCESTRY = frozenset(("__bases__", "__class__"))
_NEAR = 3
"""Frames of a library that may lie between a cell and what it does with it."""

Titled = tuple[str, Any]
"""A thing and its name for people. It is kept, so that its id stays its own."""


class Observer(Protocol):
    """Whoever hears of acts."""

    def notice(self, what: str, detail: str = "") -> None:
        """Something was done that no notebook does by accident."""

    def mention(self, key: str, text: str) -> None:
        """Something was done that a reader may want to know, and that costs nothing."""


class Listener:
    """Hears of acts from its `start` on, until the process ends."""

    def __init__(
        self,
        observer: Observer,
        notebook: Mapping[str, Any],
        functions: Mapping[int, Titled],
        things: Mapping[int, Titled],
        codes: Collection[int],
    ) -> None:
        """Know what matters.

        Args:
            observer: is told of acts.
            notebook: the namespace in which cells run; live.
            functions: by id, the functions that evidence rests on, each with its name before it.
            things: by id, classes that evidence rests on and objects of the recorder, likewise.
            codes: ids of the recorder's code.
        """
        self._observer, self._notebook = observer, notebook
        self._functions, self._things, self._codes = functions, things, codes
        self._own = str(os.getpid())
        self._tracer, self._profiler, self._frame = sys.gettrace, sys.getprofile, sys._getframe
        handlers: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "object.__setattr__": self._changed,
            "open": self._opened,
            "gc.get_referrers": self._searched,
            "gc.get_referents": self._searched,
            "sys.settrace": self._traced,
            "sys.setprofile": self._traced,
            BEFORE_EVENT: self._writing,
            "ctypes.dlopen": self._reached,
            "ctypes.dlsym": self._reached,
            "ctypes.cdata": self._reached,
            "ctypes.addressof": self._reached,
        }
        self._find = handlers.get

    def start(self) -> None:
        """Begin to hear."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        handler = self._find(event)
        if handler is not None:
            handler(args)

    def _changed(self, args: tuple[Any, ...]) -> None:
        owner, name = args[0], args[1]
        known = self._functions if name in _CHANGED else self._things if name in _ANCESTRY else {}
        if id(owner) in known:
            self._observer.notice(f"`{known[id(owner)][0]}` was changed", f"its `{name}` was set")

    def _opened(self, args: tuple[Any, ...]) -> None:
        path = args[0]
        if not isinstance(path, (str, bytes)) or "proc" not in (text := os.fsdecode(path)):
            return
        found = _OF_A_PROCESS.fullmatch(os.path.normpath(text))
        if found is not None and found[2] == "mem":
            self._observer.notice("the memory of a process was opened", text)
        elif found is not None and found[1] not in ("self", "thread-self", self._own) and self._is_done_by_a_cell():
            self._observer.notice("the environment of another process was opened", text)

    def _searched(self, args: tuple[Any, ...]) -> None:
        for one in args[0] if len(args) == 1 and isinstance(args[0], tuple) else args:
            if id(one) in self._things and not isinstance(one, type):
                what = f"holders of {self._things[id(one)][0]} were looked for"
                self._observer.notice(what, "in the garbage collector's lists")

    def _writing(self, _args: tuple[Any, ...]) -> None:
        # What measures times in C changes nothing, unless something written in Python is behind it.
        measuring = self._profiler()
        is_harmless = measuring is None or (isinstance(measuring, Profiler) and not callable(measuring))
        if self._tracer() is not None or not is_harmless:
            what = "the recorder was followed by a function of the notebook"
            self._observer.notice(what, "sys.settrace or sys.setprofile")

    def _traced(self, _args: tuple[Any, ...]) -> None:
        # Before it is replaced: one that takes itself away in time is seen here.
        frame: FrameType | None = self._frame(2)
        while frame is not None and id(frame.f_code) not in self._codes:
            frame = frame.f_back
        if frame is not None:
            self._writing(())
        if self._is_done_by_a_cell():
            text = "The notebook follows its own run with a trace function; it costs no points."
            self._observer.mention("trace", text)

    def _reached(self, _args: tuple[Any, ...]) -> None:
        if self._is_done_by_a_cell():
            self._observer.mention("ctypes", "The notebook reaches around Python with `ctypes`; it costs no points.")

    def _is_done_by_a_cell(self) -> bool:
        frame: FrameType | None = self._frame(2)  # that of `_hear`
        for _ in range(_NEAR + 1):
            frame = None if frame is None else frame.f_back
            if frame is not None and frame.f_globals is self._notebook:
                return True
        return False
