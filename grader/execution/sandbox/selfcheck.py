"""Tries a sandbox before anything is trusted to it: what must be out of reach, and what must be within."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader.errors import InfrastructureError
from grader.execution.environment import kernel_environment
from grader.execution.folder import RunFolder, run_folder
from grader.execution.limits import Limits
from grader.execution.sandbox.base import Enclosure, Sandbox
from grader.execution.sandbox.view import KERNEL

__all__ = ["self_check"]

_SECONDS = 60
_LIMITS = Limits(memory=2**33, cpu_seconds=60, processes=500, disk=2**30)
_SMALL = 512 * 2**20


@dataclass(frozen=True)
class _Trial:
    """Something tried inside: its kind and target (see `kernel.confinement.trial`), and whether it must succeed."""

    kind: str
    target: Any
    wanted: bool
    words: str


def self_check(sandbox: Sandbox) -> str | None:
    """Why a sandbox cannot be used here; None if it holds what it promises.

    Everything is tried by a process that is enclosed as a kernel would be: files of the user's and of grader's, the
    environment and the life of this process, the network, limits.
    """
    lacking = sandbox.missing()
    if lacking is not None:
        return lacking
    try:
        with run_folder() as folder, _bait() as bait:
            trials = [*_needs(folder), *_limits(sandbox), *(_dangers(bait) if sandbox.protects else ())]
            succeeded = _attempt(sandbox, folder, trials)
    except (OSError, InfrastructureError) as error:
        return str(error)
    if isinstance(succeeded, str):
        return succeeded
    wrong = [trial for trial, success in zip(trials, succeeded, strict=True) if success != trial.wanted]
    return "; ".join(f"inside, it is {'not ' * trial.wanted}possible to {trial.words}" for trial in wrong) or None


def _attempt(sandbox: Sandbox, folder: RunFolder, trials: list[_Trial]) -> list[bool] | str:
    """Which trials succeeded, or why none could be made."""
    request = folder.inside / "trials.json"
    enclosure = Enclosure(folder, _LIMITS, environment=kernel_environment(folder.home))
    confinement = sandbox.confinement(enclosure)
    told = {"confinement": asdict(confinement), "trials": [(trial.kind, trial.target) for trial in trials]}
    request.write_text(json.dumps(told), encoding="utf-8")
    folder.connection.write_text("{}", encoding="utf-8")
    if (owner := sandbox.owner()) is not None:
        folder.give_to(owner)
    argv = sandbox.command([sys.executable, str(KERNEL), "--trial", str(request)], enclosure)
    try:
        ended = subprocess.run(  # noqa: S603 - our own program
            argv,
            cwd=folder.work,
            env=enclosure.environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS,
            start_new_session=True,
            check=False,
        )
        return [bool(success) for success in json.loads(ended.stdout)]
    except subprocess.TimeoutExpired:
        return f"a process in it did not end within {_SECONDS} seconds"
    except ValueError:
        said = ended.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        return f"no process can be started in it ({said or f'exit status {ended.returncode}'})"
    finally:
        sandbox.end(enclosure)


def _needs(folder: RunFolder) -> Iterator[_Trial]:
    yield _Trial("write", str(folder.work), True, "write to the folder of the run")
    yield _Trial("write", str(folder.home), True, "write to its home")
    yield _Trial("read", str(KERNEL / "__main__.py"), True, "read the kernel's program")
    yield _Trial("read", "/proc/self/status", True, "read about its own process")


def _limits(sandbox: Sandbox) -> Iterator[_Trial]:
    if sandbox.limits_by_itself:
        return
    for name, value in (("RLIMIT_DATA", _LIMITS.memory), ("RLIMIT_FSIZE", _LIMITS.disk)):
        yield _Trial("outgrow", [name, value], False, f"have more than the limit {name}")


@dataclass(frozen=True)
class _Bait:
    """Things that are there for whoever is not enclosed."""

    folders: tuple[Path, ...]
    socket: Path
    port: int


def _folder(place: Path) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="grader-bait-", dir=place)


@contextmanager
def _bait() -> Iterator[_Bait]:
    with ExitStack() as opened:
        # In the home as well as among temporary files: both are full of things that are nobody's business.
        homes = [Path.home()] if os.access(Path.home(), os.W_OK) else []
        folders = [Path(opened.enter_context(_folder(place))) for place in (Path(tempfile.gettempdir()), *homes)]
        for folder in folders:
            (folder / "secret").write_text("secret", encoding="utf-8")
        folder = folders[0]
        listener = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        local = opened.enter_context(socket.socket(socket.AF_UNIX))
        local.bind(str(folder / "socket"))
        local.listen(1)
        if os.geteuid() == 0:
            for open_to_all in (*folders, folder / "socket"):
                open_to_all.chmod(0o777)  # rights alone must not be what keeps a user out
        yield _Bait(tuple(folders), folder / "socket", listener.getsockname()[1])


def _dangers(bait: _Bait) -> Iterator[_Trial]:
    package = KERNEL.parent
    for folder in bait.folders:
        yield _Trial("read", str(folder / "secret"), False, "read a file of the user's")
        yield _Trial("list", str(folder), False, "list a folder of the user's")
        yield _Trial("write", str(folder), False, "write to a folder of the user's")
        yield _Trial("change mode", str(folder / "secret"), False, "change the rights on a file of the user's")
    yield _Trial("write", str(KERNEL), False, "write to grader itself")
    yield _Trial("write", sysconfig.get_path("purelib"), False, "write to the Python environment")
    yield _Trial("read", str(package / "errors.py"), False, "read grader's own program")
    yield _Trial("read", str(package / "assignments" / "nets" / "assignment.toml"), False, "read an assignment")
    yield _Trial("read", str(package.parent / "reference" / "__init__.py"), False, "read the reference solutions")
    yield _Trial("read", f"/proc/{os.getpid()}/environ", False, "read the environment of grader's process")
    yield _Trial("connect by TCP", ["127.0.0.1", bait.port], False, "reach a server on this machine")
    yield _Trial("send by UDP", ["127.0.0.1", bait.port], False, "send to a port of this machine")
    yield _Trial("connect to a socket", str(bait.socket), False, "reach a socket of the user's")
    yield _Trial("leave the process group", None, False, "start a process that outlives the run")
    yield _Trial("signal", os.getpid(), False, "send a signal to grader's process")
