"""Namespaces of its own for files, processes, network and messages, by way of bubblewrap."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from grader.execution.sandbox import view
from grader.execution.sandbox.base import Enclosure, Sandbox
from grader.execution.sandbox.user import own_user, processes_allowed
from grader.kernel.config import Confinement

__all__ = ["Bubblewrap"]

_SHARED_MEMORY = 2**30


class Bubblewrap(Sandbox):
    """The strongest: what is not given is not there."""

    name = "bubblewrap"
    promise = "namespaces: no network, no other process, no file but Python's and the run's own"
    forks = False

    def missing(self) -> str | None:
        """Whether the program is there."""
        if shutil.which("bwrap") is None:
            return "the program `bwrap` is not installed (Debian and Ubuntu: apt install bubblewrap)"
        return None

    def command(self, argv: list[str], enclosure: Enclosure) -> list[str]:
        """`argv` under bwrap; whatever it writes outside of the run's folder is gone with it."""
        folder = enclosure.folder
        arguments = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
        arguments += ["--unshare-cgroup-try"]
        # Root makes the namespaces itself and then becomes another user; anybody else needs one for users to do so.
        if own_user() is None:
            arguments += ["--unshare-user"]
        else:
            arguments += ["--cap-drop", "ALL"]
            # Lost when it becomes that user; until then it must reach the run's folder, which is that user's.
            for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH"):
                arguments += ["--cap-add", capability]
        arguments += ["--die-with-parent", "--new-session", "--hostname", "grader", "--unsetenv", "JPY_PARENT_PID"]
        disk = str(enclosure.limits.disk or _SHARED_MEMORY)
        arguments += ["--perms", "1777", "--size", disk, "--tmpfs", "/tmp"]  # noqa: S108 - inside, and its own
        arguments += _mounts(enclosure)
        arguments += ["--proc", "/proc", "--dev", "/dev"]
        arguments += ["--perms", "1777", "--size", str(_SHARED_MEMORY), "--tmpfs", "/dev/shm"]  # noqa: S108
        if enclosure.gpu:
            for device in view.devices_of_gpus():
                arguments += ["--dev-bind", str(device), str(device)]
        arguments += ["--ro-bind", str(folder.connection), str(folder.connection)]
        arguments += ["--bind", str(folder.inside), str(folder.inside), "--chdir", str(folder.work)]
        # Last: the folders on the way to all these lie in memory, which must not be filled.
        arguments += ["--remount-ro", "/dev", "--remount-ro", "/"]
        return [*arguments, "--", *argv]

    def confinement(self, enclosure: Enclosure) -> Confinement:
        """Another user where root grades, fewer system calls, and limits."""
        limits = enclosure.limits
        return Confinement(
            syscalls=True,
            uid=own_user(),
            search=own_user() is not None and not view.open_to_all(enclosure.readable, with_parents=False),
            memory=limits.memory,
            cpu_seconds=limits.cpu_seconds,
            processes=processes_allowed(limits.processes, own_namespace=True),
            file_size=limits.disk,
        )


def _mounts(enclosure: Enclosure) -> list[str]:
    """What can be read, and what in it is covered; of two on one way the deeper one comes later and holds."""
    folder = enclosure.folder
    shown = {*view.readable(gpu=enclosure.gpu), *enclosure.readable}
    covered = set(view.hidden())
    arguments: list[str] = []
    closed: list[str] = []
    ways = {parent for place in (*shown, folder.inside) for parent in place.parents if not _under(parent, shown)}
    for way in sorted(ways - {Path("/"), Path("/tmp")}):  # noqa: S108
        arguments += ["--perms", "0755", "--dir", str(way)]
    for place in sorted(shown | covered, key=lambda place: len(place.parts)):
        nearest = next((parent for parent in place.parents if parent in shown | covered), None)
        if place in covered:
            if nearest in shown:
                arguments += ["--tmpfs", str(place)] if place.is_dir() else ["--ro-bind", os.devnull, str(place)]
                closed += ["--remount-ro", str(place)] if place.is_dir() else []
        elif place.is_symlink() and place.parent == Path("/"):
            arguments += ["--symlink", str(place.readlink()), str(place)]
        elif nearest not in shown:
            arguments += ["--ro-bind", str(place), str(place)]
    # Only now: what is shown in a folder that is covered, such as the kernel's, needs a place in it.
    return arguments + closed


def _under(place: Path, others: set[Path]) -> bool:
    return place in others or any(parent in others for parent in place.parents)
