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

__all__ = ["BEFORE_EVENT", "Observer", "listen"]

BEFORE_EVENT = "grader.event"
"""Audit event of our own, to have a look from where no trace function can follow."""

_OF_A_PROCESS = re.compile(r"/proc/(self|thread-self|\d+)(?:/task/\d+)?/(mem|environ)")
_CHANGED = frozenset(("__code__", "__defaults__", "__kwdefaults__"))
_ANCESTRY = frozenset(("__bases__", "__class__"))
_NEAR = 3
"""Frames of a library that may lie between a cell and what it does with it."""


_Titled = tuple[str, Any]
"""A thing and its name for people. It is kept, so that its id stays its own."""


class Observer(Protocol):
    """Whoever hears of acts."""

    def notice(self, what: str, detail: str = "") -> None:
        """Something was done that no notebook does by accident."""

    def mention(self, key: str, text: str) -> None:
        """Something was done that a reader may want to know, and that costs nothing."""


def listen(
    observer: Observer,
    notebook: Mapping[str, Any],
    functions: Mapping[int, _Titled],
    things: Mapping[int, _Titled],
    codes: Collection[int],
) -> None:
    """Hear of acts from now on, until the process ends.

    Args:
        observer: is told of them.
        notebook: the namespace in which cells run; live.
        functions: by id, the functions that evidence rests on, each with its name before it.
        things: by id, classes that evidence rests on and objects of the recorder, likewise.
        codes: ids of the recorder's code.
    """
    getframe, own = sys._getframe, str(os.getpid())
    tracer, profiler = sys.gettrace, sys.getprofile

    def is_done_by_a_cell() -> bool:
        frame: FrameType | None = getframe(2)  # of the hook
        for _ in range(_NEAR + 1):
            frame = None if frame is None else frame.f_back
            if frame is not None and frame.f_globals is notebook:
                return True
        return False

    def changed(args: tuple[Any, ...]) -> None:
        owner, name = args[0], args[1]
        if name in _CHANGED and id(owner) in functions:
            observer.notice(f"`{functions[id(owner)][0]}` was changed", f"its `{name}` was set")
        elif name in _ANCESTRY and id(owner) in things:
            observer.notice(f"`{things[id(owner)][0]}` was changed", f"its `{name}` was set")

    def opened(args: tuple[Any, ...]) -> None:
        path = args[0]
        if not isinstance(path, (str, bytes)) or "proc" not in (text := os.fsdecode(path)):
            return
        found = _OF_A_PROCESS.fullmatch(os.path.normpath(text))
        if found is not None and found[2] == "mem":
            observer.notice("the memory of a process was opened", text)
        elif found is not None and found[1] not in ("self", "thread-self", own) and is_done_by_a_cell():
            observer.notice("the environment of another process was opened", text)

    def searched(args: tuple[Any, ...]) -> None:
        for one in args[0] if len(args) == 1 and isinstance(args[0], tuple) else args:
            if id(one) in things and not isinstance(one, type):
                observer.notice(f"holders of {things[id(one)][0]} were looked for", "in the garbage collector's lists")

    def followed() -> bool:
        # What measures times in C changes nothing, unless something written in Python is behind it.
        measuring = profiler()
        harmless = measuring is None or (isinstance(measuring, Profiler) and not callable(measuring))
        return tracer() is not None or not harmless

    def writing(_args: tuple[Any, ...]) -> None:
        if followed():
            observer.notice("the recorder was followed by a function of the notebook", "sys.settrace or sys.setprofile")

    def traced(_args: tuple[Any, ...]) -> None:
        # Before it is replaced: one that takes itself away in time is seen here.
        frame: FrameType | None = getframe(2)
        while frame is not None and id(frame.f_code) not in codes:
            frame = frame.f_back
        if frame is not None:
            writing(())
        if is_done_by_a_cell():
            observer.mention("trace", "The notebook follows its own run with a trace function; it costs no points.")

    def reached(_args: tuple[Any, ...]) -> None:
        if is_done_by_a_cell():
            observer.mention("ctypes", "The notebook reaches around Python with `ctypes`; it costs no points.")

    handlers: dict[str, Callable[[tuple[Any, ...]], None]] = {
        "object.__setattr__": changed,
        "open": opened,
        "gc.get_referrers": searched,
        "gc.get_referents": searched,
        "sys.settrace": traced,
        "sys.setprofile": traced,
        BEFORE_EVENT: writing,
        "ctypes.dlopen": reached,
        "ctypes.dlsym": reached,
        "ctypes.cdata": reached,
        "ctypes.addressof": reached,
    }
    find = handlers.get

    def hook(event: str, args: tuple[Any, ...]) -> None:
        handler = find(event)
        if handler is not None:
            handler(args)

    sys.addaudithook(hook)
