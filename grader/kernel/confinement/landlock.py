"""Landlock: the operating system holds a process to some folders, without privileges and without namespaces.

The rights and structures are those of the kernel's `include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os
import stat

from ..config import Confinement
from .calls import checked, syscall

__all__ = ["restrict", "version"]

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_AND_MAKE = sum(1 << bit for bit in range(4, 13))
_MAKE_CHARACTER, _MAKE_BLOCK = 1 << 6, 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_TCP = 0b11
_ABSTRACT_SOCKETS, _SIGNALS = 1 << 0, 1 << 1

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")
_READABLE_DEVICES = ("/dev/random", "/dev/urandom")
_PROC = ("cpuinfo", "meminfo", "stat", "loadavg", "filesystems", "version", "uptime", "vmstat")


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """Of Landlock's interface; 0 where there is none."""
    return max(0, syscall(_CREATE_RULESET, None, 0, _VERSION))


def restrict(given: Confinement, own_proc_folder: int | None) -> bool:
    """Hold this process to the folders that are given, and to no TCP.

    Args:
        given: what can be read, listed and written to.
        own_proc_folder: a descriptor of ``/proc/self``, which stays open.

    Returns:
        Whether signals to processes outside are denied, too; older kernels do not do that.

    Raises:
        OSError: if there is no Landlock.
    """
    known = version()
    everything = _known_rights(known)
    ruleset = _Ruleset(everything, _TCP if known >= 4 else 0, _ABSTRACT_SOCKETS | _SIGNALS if known >= 6 else 0)
    size = ctypes.sizeof(ruleset) if known >= 6 else 16 if known >= 4 else 8
    rules = checked("no Landlock", _CREATE_RULESET, ctypes.byref(ruleset), size, 0)
    try:
        read = (_EXECUTE | _READ_FILE | _READ_DIR) & everything
        for path in (*given.readable, *_READABLE_DEVICES, *(f"/proc/{name}" for name in _PROC)):
            _allow(rules, path, read)
        for path in given.listable:
            _allow(rules, path, _READ_DIR)
        write = everything & ~(_MAKE_CHARACTER | _MAKE_BLOCK)
        for path in given.writable:
            _allow(rules, path, write)
        for path in _DEVICES:
            _allow(rules, path, (_READ_FILE | _WRITE_FILE) & everything)
        if own_proc_folder is not None:
            _allow_open(rules, own_proc_folder, _READ_FILE | _READ_DIR)
        checked("Landlock does not hold", _RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)
    return known >= 6


def _known_rights(known: int) -> int:
    rights = _EXECUTE | _WRITE_FILE | _READ_FILE | _READ_DIR | _REMOVE_AND_MAKE
    if known >= 2:
        rights |= _REFER
    if known >= 3:
        rights |= _TRUNCATE
    if known >= 5:
        rights |= _IOCTL_DEVICE
    return rights


def _allow(rules: int, path: str, rights: int) -> None:
    """Allow something below a path; a path that is not there allows nothing."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        _allow_open(rules, place, rights)
    finally:
        os.close(place)


def _allow_open(rules: int, place: int, rights: int) -> None:
    if not stat.S_ISDIR(os.fstat(place).st_mode):
        rights &= _OF_FILES
    rule = _Beneath(rights, place)
    checked("Landlock takes no rule", _ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
