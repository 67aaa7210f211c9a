"""Who a process is, and what follows from that."""

from __future__ import annotations

import ctypes
import os
import signal

from .calls import checked, prctl

__all__ = ["become", "die_with_parent", "hold_own_proc_folder", "keep_capabilities", "never_gain_more"]

_SET_PARENT_DEATH_SIGNAL, _SET_KEEP_CAPABILITIES, _SET_NO_NEW_PRIVILEGES = 1, 8, 38
_CAPGET, _CAPSET = (125, 126) if os.uname().machine == "x86_64" else (90, 91)
_CAPABILITY_VERSION = 0x20080522
_OVERRIDE, _SEARCH = 1 << 1, 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH."""


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def die_with_parent() -> None:
    """Be killed when the process ends that started this one, however it ends."""
    prctl("no end with the parent", _SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL))


def never_gain_more() -> None:
    """Gain no rights by running a program, such as one that root has lent its own."""
    prctl("rights may grow", _SET_NO_NEW_PRIVILEGES, 1)


def hold_own_proc_folder() -> int:
    """A descriptor of ``/proc/self`` as the folder that it is for this process."""
    return os.open(f"/proc/{os.getpid()}", os.O_PATH | os.O_DIRECTORY)


def become(user: int, *, keep_search: bool) -> None:
    """Become a user and group of that number, with no capability left.

    Args:
        user: whom nobody else is, so that limits on the processes of a user count those of one run alone.
        keep_search: keep the one capability by which folders can be entered that only root can; what may be read in
            them is then left to Landlock. Without it a Python below ``/root`` could not go on.
    """
    if keep_search:
        prctl("capabilities are lost", _SET_KEEP_CAPABILITIES, 1)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    if keep_search:
        prctl("capabilities are kept", _SET_KEEP_CAPABILITIES, 0)
        keep_capabilities(_SEARCH, _OVERRIDE)


def keep_capabilities(*masks: int) -> None:
    """Keep, of the capabilities that there are, those of the first mask that has any, and no other."""
    header, sets = _Header(_CAPABILITY_VERSION, 0), (_Sets * 2)()
    checked("capabilities cannot be read", _CAPGET, ctypes.byref(header), ctypes.byref(sets))
    kept = next((mask & sets[0].permitted for mask in masks if mask & sets[0].permitted), 0)
    for half, mask in zip(sets, (kept, 0), strict=True):
        half.effective = half.permitted = mask
        half.inheritable = 0
    checked("capabilities cannot be given up", _CAPSET, ctypes.byref(header), ctypes.byref(sets))
