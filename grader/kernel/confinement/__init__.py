"""What a kernel gives up before any code of a student's runs, and can never get back."""

from __future__ import annotations

from ..config import Confinement
from . import landlock, namespaces, privileges, resources, seccomp

__all__ = ["confine"]


def confine(given: Confinement) -> None:
    """Give up what is asked for, in this process and all that it will start.

    The process must have one thread: some of it holds only for the thread that asks.

    Raises:
        OSError: if the operating system refuses something; then nothing may run here.
    """
    if given.namespaces:
        namespaces.leave_shared(stays=given.uid is None)
    privileges.die_with_parent()
    resources.limit(given)
    handle = privileges.hold_own_proc_folder() if given.landlock else None
    if given.uid is not None:
        privileges.become(given.uid, keep_search=given.search)
        privileges.die_with_parent()  # a change of user takes it back
    if given.landlock or given.syscalls:
        privileges.never_gain_more()
    scoped = landlock.restrict(given, handle) if given.landlock else False
    if given.syscalls:
        seccomp.restrict(files_by_landlock=given.landlock, signals_scoped=scoped or not given.landlock)
