"""Landlock and seccomp: for machines without namespaces, such as many containers and CI runners."""

from __future__ import annotations

import sys

from grader.execution.sandbox import view
from grader.execution.sandbox.base import Enclosure, Sandbox
from grader.execution.sandbox.user import own_user, processes_allowed
from grader.kernel.config import Confinement

__all__ = ["Landlock"]


class Landlock(Sandbox):
    """The operating system holds the process to its files; system calls that lead elsewhere are denied."""

    name = "landlock"
    promise = "Landlock and seccomp: no network, no signal to other processes, no file but Python's and the run's own"

    def missing(self) -> str | None:
        """Whether this is Linux; the rest shows when it is tried."""
        return None if sys.platform == "linux" else "it is a part of Linux"

    def confinement(self, enclosure: Enclosure) -> Confinement:
        """Files, system calls, user and limits."""
        folder, limits = enclosure.folder, enclosure.limits
        shown, opened = view.split_around((*view.readable(gpu=enclosure.gpu), *enclosure.readable), view.hidden())
        user = own_user()
        return Confinement(
            readable=tuple(map(str, (*shown, folder.connection))),
            listable=tuple(map(str, opened)),
            writable=tuple(map(str, (folder.inside, *(view.devices_of_gpus() if enclosure.gpu else ())))),
            landlock=True,
            syscalls=True,
            namespaces=True,
            uid=user,
            search=user is not None and not view.open_to_all((*shown, *opened), with_parents=True),
            memory=limits.memory,
            cpu_seconds=limits.cpu_seconds,
            processes=processes_allowed(limits.processes, own_namespace=False),
            file_size=limits.disk,
        )
