"""System calls that no notebook needs are denied by a filter in the kernel of the operating system (seccomp)."""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterable, Iterator

from . import numbers
from .calls import prctl

__all__ = ["program", "restrict"]

Instruction = tuple[int, int, int, int]
"""Code, steps to skip if true, steps to skip if false, operand: one `struct sock_filter`."""

_SET_SECCOMP, _FILTER = 22, 2
_LOAD, _EQUAL, _AND, _GREATER_EQUAL, _RETURN = 0x20, 0x15, 0x54, 0x35, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_FOREIGN_ABI = 0x40000000
"""Numbers from here on are those of x32, a second way to every system call of x86-64."""

_AF_UNIX, _SOCK_STREAM, _SOCK_KIND = 1, 1, 0xF
_NEW_NAMESPACES = 0x7E020000


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("true", ctypes.c_uint8),
        ("false", ctypes.c_uint8),
        ("operand", ctypes.c_uint32),
    )


def restrict(*, files_by_landlock: bool, signals_scoped: bool) -> None:
    """Put the filter in place, for this process and all that it starts.

    Args:
        files_by_landlock: whether nothing but Landlock guards files. It lets owner, mode and times of any file be
            changed, so calls that do are answered as if they had been obeyed.
        signals_scoped: whether something else keeps signals to this run's processes.

    Raises:
        OSError: if the system has no such filters, or the machine's numbers are not known.
    """
    table = numbers.TABLES.get(os.uname().machine)
    if table is None:
        raise OSError(errno.ENOSYS, f"the system calls of {os.uname().machine} are not known to grader")
    made = list(program(table, files_by_landlock=files_by_landlock, signals_scoped=signals_scoped))
    lines = (_Instruction * len(made))(*(_Instruction(*line) for line in made))
    given = _Filter(len(made), ctypes.cast(lines, ctypes.c_void_p))
    prctl("no filter of system calls", _SET_SECCOMP, _FILTER, ctypes.addressof(given))


def program(table: numbers.Table, *, files_by_landlock: bool, signals_scoped: bool) -> Iterator[Instruction]:
    """The filter, as the instructions of a classic BPF program; arguments as for `restrict`."""
    yield _LOAD, 0, 0, _ARCHITECTURE
    yield _EQUAL, 1, 0, table.architecture
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, _NUMBER
    yield _GREATER_EQUAL, 0, 1, _FOREIGN_ABI
    yield _RETURN, 0, 0, _ERROR | errno.ENOSYS
    for number in table.of(numbers.DENIED):
        yield from _answer(number, _ERROR | errno.EPERM)
    for number in table.of(numbers.UNREACHABLE):
        yield from _answer(number, _ERROR | errno.EACCES)
    # Its flags lie in memory, where a filter cannot look; the C library then falls back on `clone`.
    yield from _answer(table.numbers["clone3"], _ERROR | errno.ENOSYS)
    yield from _unless_zero(table.numbers["clone"], 0, _NEW_NAMESPACES)
    yield from _unless_zero(table.numbers["prlimit64"], 0, 0xFFFFFFFF)
    for name in ("socket", "socketpair"):
        yield from _local_sockets_only(table.numbers[name])
    for name, argument in numbers.SCHEDULING:
        yield from _unless_zero(table.numbers[name], argument, 0xFFFFFFFF)
    if files_by_landlock:
        for number in table.of(numbers.ATTRIBUTES):
            yield from _answer(number, _ERROR)
    if not signals_scoped:
        own = (os.getpid(), 0, -os.getpgrp() & 0xFFFFFFFF)
        for number in table.of(numbers.SIGNALS):
            yield from _only_for(number, own)
        for number in table.of(numbers.SIGNALS_BY_HANDLE):
            yield from _answer(number, _ERROR | errno.EPERM)
    yield _RETURN, 0, 0, _ALLOW


def _answer(number: int, action: int) -> Iterator[Instruction]:
    yield _EQUAL, 0, 1, number
    yield _RETURN, 0, 0, action


def _unless_zero(number: int, argument: int, mask: int) -> Iterator[Instruction]:
    """Deny a call where some bits of an argument are set."""
    yield _EQUAL, 0, 5, number
    yield _LOAD, 0, 0, _FIRST_ARGUMENT + 8 * argument
    yield _AND, 0, 0, mask
    yield _EQUAL, 1, 0, 0
    yield _RETURN, 0, 0, _ERROR | errno.EPERM
    yield _LOAD, 0, 0, _NUMBER


def _local_sockets_only(number: int) -> Iterator[Instruction]:
    """Sockets of this machine's file system, and of them streams: datagrams need no connection to reach others.

    Nor do they from a socket that is one of a pair.
    """
    yield _EQUAL, 0, 7, number
    yield _LOAD, 0, 0, _FIRST_ARGUMENT
    yield _EQUAL, 0, 3, _AF_UNIX
    yield _LOAD, 0, 0, _FIRST_ARGUMENT + 8
    yield _AND, 0, 0, _SOCK_KIND
    yield _EQUAL, 1, 0, _SOCK_STREAM
    # ZeroMQ takes this for a machine without a network, and goes on; at «no permission» it gives up.
    yield _RETURN, 0, 0, _ERROR | errno.EOPNOTSUPP
    yield _LOAD, 0, 0, _NUMBER


def _only_for(number: int, allowed: Iterable[int]) -> Iterator[Instruction]:
    """Deny a call unless its first argument is one of those."""
    values = list(allowed)
    yield _EQUAL, 0, len(values) + 3, number
    yield _LOAD, 0, 0, _FIRST_ARGUMENT
    for place, value in enumerate(values):
        yield _EQUAL, len(values) - place, 0, value
    yield _RETURN, 0, 0, _ERROR | errno.EPERM
    yield _LOAD, 0, 0, _NUMBER
