"""Namespaces of a process's own: no network interface, no message queue and no host name of the machine's is in sight.

They stand behind the filter of system calls, which denies what leads to these already: a hole in one of the two is none
as long as the other holds. Many systems do not give them to everybody, so a process goes on without.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from . import numbers, privileges
from .calls import syscall

__all__ = ["leave_shared"]

_HOST_NAME, _MESSAGES, _USERS, _NETWORK = 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x4000_0000
_SHARED = _HOST_NAME | _MESSAGES | _NETWORK


def leave_shared(*, stays: bool) -> bool:
    """Leave the namespaces of network, messages and host name, as far as the system allows it.

    Args:
        stays: whether the process stays the user that it is. Then a namespace of users, in which it is the same user,
            gives it the right to the others where it has none; nothing of that right is kept.

    Returns:
        Whether it has left them.
    """
    table = numbers.TABLES.get(os.uname().machine)
    if table is None:
        return False
    user, group = os.geteuid(), os.getegid()
    if syscall(table.numbers["unshare"], _SHARED) == 0:
        return True
    if not stays or syscall(table.numbers["unshare"], _SHARED | _USERS) != 0:
        return False
    with suppress(OSError):  # it then goes by the number of nobody, and can do what it could
        Path("/proc/self/setgroups").write_bytes(b"deny")
        Path("/proc/self/uid_map").write_bytes(b"%d %d 1" % (user, user))
        Path("/proc/self/gid_map").write_bytes(b"%d %d 1" % (group, group))
    privileges.keep_capabilities()
    return True
