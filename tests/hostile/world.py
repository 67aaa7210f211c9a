"""What a notebook could find, harm or leave behind outside of its run, and whether it did."""

from __future__ import annotations

import os
import secrets
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import psutil

from grader.execution.sandbox.user import own_user
from grader.execution.sandbox.view import KERNEL

VARIABLE = "HOSTILE_TEST_SECRET"
_QUEUES = ("shm", "sem", "msg")
_SHARED = ("/tmp", "/var/tmp", "/dev/shm")
_GONE_SECONDS = 30


@dataclass
class World:
    """A home with secrets, servers that note whoever comes, and a process that could be harmed.

    Attributes:
        home: folder with a secret, another submission and a report; open to everybody as far as rights go.
        secret: random text that stands in these files and in an environment variable of ours, and nowhere else.
        marker: random text that attacks put into the names of what they write.
        visitors: what the servers received.
        victim: a process of ours.
    """

    home: Path
    secret: str
    marker: str
    port: int
    victim: int
    visitors: list[str] = field(default_factory=list)

    def targets(self, data: Path, sandbox: str) -> dict[str, Any]:
        """What an attack is told; most of it could be found by looking around."""
        libraries = Path(psutil.__file__).parent.parent
        return {
            "home": str(self.home),
            "user": str(Path.home()),
            "secrets": [str(path) for path in sorted(self.home.iterdir()) if path.is_file()],
            "variable": VARIABLE,
            "marker": self.marker,
            "port": self.port,
            "stream": str(self.home / "stream.socket"),
            "datagram": str(self.home / "datagram.socket"),
            "abstract_stream": f"\0{self.marker}-stream",
            "abstract_datagram": f"\0{self.marker}-datagram",
            "victim": self.victim,
            "grader": os.getpid(),
            "package": str(KERNEL.parent),
            "kernel": str(KERNEL),
            "libraries": str(libraries),
            "among_libraries": KERNEL.parent.parent == libraries,
            "sandbox": sandbox,
            "data": str(data),
            "trainings": [str(folder) for folder in kept_trainings(data)],
        }


def kept_trainings(data: Path) -> tuple[Path, Path]:
    """Where trainings are kept, beside the data sets, and a folder like it that everybody may write to."""
    return data.parent / "trainings", data.parent / "trainings-of-all"


def keep_trainings(data: Path, secret: str) -> None:
    """Put an entry into both."""
    for folder in kept_trainings(data):
        folder.mkdir(mode=0o700, exist_ok=True)
        (folder / f"{0:064}.json").write_text(f'{{"note": "{secret}"}}\n', encoding="utf-8")
    _open_to_all(folder)


@contextmanager
def world() -> Iterator[World]:
    """Set up what could be harmed; gone at the end."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hostile-home-")))
        secret, marker = f"secret-{secrets.token_hex(16)}", f"marker-{secrets.token_hex(8)}"
        for name in ("secret.txt", "other-submission.ipynb", "grades.json"):
            (home / name).write_text(f'{{"cells": [], "note": "{secret}"}}\n', encoding="utf-8")
        os.environ[VARIABLE] = secret
        stack.callback(os.environ.pop, VARIABLE)
        # A process of ours that waits for its input to end.
        waiting = [sys.executable, "-c", "import sys; sys.stdin.read()"]
        victim = stack.enter_context(subprocess.Popen(waiting, stdin=subprocess.PIPE, env={VARIABLE: secret}))
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        made = World(home, secret, marker, tcp.getsockname()[1], victim.pid)
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", made.port))
        servers = [("TCP", tcp), ("UDP", udp)]
        for kind, name in ((socket.SOCK_STREAM, "stream"), (socket.SOCK_DGRAM, "datagram")):
            for address in (str(home / f"{name}.socket"), f"\0{made.marker}-{name}"):
                server = stack.enter_context(socket.socket(socket.AF_UNIX, kind))
                server.bind(address)
                if kind is socket.SOCK_STREAM:
                    server.listen()
                servers.append((f"{name} {address[:1]!r}", server))
        _open_to_all(home)
        for name, server in servers:
            threading.Thread(target=_note_visitors, args=(name, server, made.visitors), daemon=True).start()
            stack.callback(_wake, server)
        yield made


def _open_to_all(home: Path) -> None:
    """Rights alone must not be what keeps a user out, where a run is another one than we are."""
    for place in (home, *home.iterdir()):
        place.chmod(0o777)


def _note_visitors(name: str, server: socket.socket, visitors: list[str]) -> None:
    while True:
        try:
            if server.type == socket.SOCK_STREAM:
                connection, _ = server.accept()
                connection.close()
                visitors.append(name)
            else:
                visitors.append(f"{name}: {server.recv(100)!r}")
        except OSError:
            return


def _wake(server: socket.socket) -> None:
    try:
        server.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


@dataclass(frozen=True)
class Snapshot:
    """The state of everything outside that a run could have changed."""

    files: dict[str, tuple[Any, ...]]
    queues: dict[str, str]
    environment: dict[str, str]
    folder: str
    threads: int
    priority: int
    victim: tuple[Any, ...]

    @classmethod
    def of(cls, made: World, data: Path) -> Snapshot:
        """Everything as it is now."""
        victim = psutil.Process(made.victim)
        return cls(
            files={
                str(path): facts
                for top in (made.home, data, *kept_trainings(data), KERNEL / "confinement")
                for path, facts in _tree(top)
            },
            queues={
                name: Path(f"/proc/sysvipc/{name}").read_text() for name in _QUEUES if Path("/proc/sysvipc").exists()
            },
            environment={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
            folder=str(Path.cwd()),
            threads=sum(thread.name.startswith("grader") for thread in threading.enumerate()),
            priority=os.getpriority(os.PRIO_PROCESS, 0),
            victim=(victim.status() != psutil.STATUS_ZOMBIE, victim.nice(), victim.cpu_affinity()),
        )

    def differences(self, before: Snapshot) -> list[str]:
        """What has changed since another one."""
        names = {name for name in {*self.files, *before.files} if self.files.get(name) != before.files.get(name)}
        others = (each.name for each in fields(self) if each.name != "files")
        return sorted(names) + [name for name in others if getattr(self, name) != getattr(before, name)]


def _tree(top: Path) -> Iterator[tuple[Path, tuple[Any, ...]]]:
    """Everything below a folder with rights, owner, size, times and links; contents could not change without times."""
    for path in (top, *top.rglob("*")):
        if "__pycache__" in path.parts:
            continue
        facts = path.lstat()
        kind, times = stat.S_IFMT(facts.st_mode), () if stat.S_ISSOCK(facts.st_mode) else (facts.st_mtime_ns,)
        yield path, (kind, facts.st_mode, facts.st_uid, facts.st_gid, facts.st_size, facts.st_nlink, *times)


def written_outside(made: World) -> list[str]:
    """Files anywhere that bear the marker of the attacks."""
    libraries = Path(psutil.__file__).parent.parent
    places = [*map(Path, _SHARED), Path.home(), libraries, KERNEL, KERNEL.parent, made.home]
    return [str(path) for place in places if place.exists() for path in place.glob(f"*{made.marker}*")]


def left_running(since: float) -> list[psutil.Process]:
    """Processes of runs that began after a time and are still there; those that were just killed are waited for."""
    runs = [process for process in psutil.process_iter() if _is_of_a_run(process, since)]
    _, alive = psutil.wait_procs(runs, timeout=_GONE_SECONDS)
    return alive


def _is_of_a_run(process: psutil.Process, since: float) -> bool:
    user = own_user()
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        if user is not None:  # root: nobody but a run is that user
            return process.uids().real == user
        if process.uids().real != os.getuid() or process.create_time() < since:
            return False
        if any("multiprocessing" in " ".join(parent.cmdline()) for parent in process.parents()):
            return False  # the suite of notebooks is graded at the same time (see `tests.submissions.conftest`)
        return str(KERNEL) in process.cmdline() or "/inside/home" in process.environ().get("HOME", "")
    except psutil.Error:  # it has ended
        return False
