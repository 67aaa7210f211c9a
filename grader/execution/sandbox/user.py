"""Who a run is, and how many processes it may have, which the operating system counts by user."""

from __future__ import annotations

import os
import re
import secrets
from functools import cache
from pathlib import Path

import psutil

__all__ = ["own_user", "processes_allowed"]

_FIRST_UID, _UIDS = 2**20, 2**29
_NEEDED = (0, 6, 7)
"""CAP_CHOWN, CAP_SETGID and CAP_SETUID."""
_COUNTED_BY_NAMESPACE = (5, 14)
"""Version of Linux since which a namespace of users counts its processes by itself."""


@cache
def own_user() -> int | None:
    """The user that a run becomes where root grades: one of its own that owns nothing.

    None for anybody but root, and for root without the rights to make somebody else of a process.
    """
    if os.geteuid() != 0 or not all(_effective_capabilities() >> number & 1 for number in _NEEDED):
        return None
    return _FIRST_UID + secrets.randbelow(_UIDS)


def processes_allowed(limit: int | None, *, own_namespace: bool) -> int | None:
    """The limit on processes and threads to set for a run that may have `limit` of its own.

    Args:
        limit: None for none.
        own_namespace: whether the run is in a namespace of users that it does not share.
    """
    if limit is None or own_user() is not None or (own_namespace and _linux() >= _COUNTED_BY_NAMESPACE):
        return limit
    # All processes and threads of the user are counted: those that are not the run's come on top.
    user = os.getuid()
    running = (process.info for process in psutil.process_iter(["uids", "num_threads"]))
    return limit + sum(int(info["num_threads"]) for info in running if info["uids"] and info["uids"].real == user)


def _effective_capabilities() -> int:
    found = re.search(r"^CapEff:\s*([0-9a-f]+)$", Path("/proc/self/status").read_text(encoding="ascii"), re.M)
    return int(found[1], 16) if found else 0


def _linux() -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", os.uname().release)[:2])
