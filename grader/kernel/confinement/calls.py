"""System calls for which Python has no function."""

from __future__ import annotations

import ctypes
import os
from typing import Any

__all__ = ["checked", "prctl", "syscall"]

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long


def syscall(number: int, *arguments: Any) -> int:
    """The result of a system call; -1 with `ctypes.get_errno` where it fails. Integers are taken as 64 bits."""
    wide = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return int(_LIBC.syscall(ctypes.c_long(number), *wide))


def checked(what: str, number: int, *arguments: Any) -> int:
    """The result of a system call.

    Raises:
        OSError: where it fails, naming what was to be done.
    """
    result = syscall(number, *arguments)
    if result < 0:
        _refuse(what)
    return result


def prctl(what: str, option: int, *arguments: Any) -> None:
    """Set something of this process.

    Raises:
        OSError: where it fails, naming what was to be done.
    """
    wide = [ctypes.c_ulong(value) if isinstance(value, int) else value for value in arguments]
    wide += [ctypes.c_ulong(0)] * (4 - len(wide))
    if _LIBC.prctl(ctypes.c_int(option), *wide) != 0:
        _refuse(what)


def _refuse(what: str) -> None:
    number = ctypes.get_errno()
    raise OSError(number, f"{what}: {os.strerror(number)}")
