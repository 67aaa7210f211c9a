"""Warm kernels: forked from a process that has imported TensorFlow already, so that a class need not wait for it.

The notebook's kernel is as fresh as one started from scratch: nothing that a student wrote runs in the process that
forks (see `kernel.zygote`), and each kernel has a session, a folder and an environment of its own.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import weakref
from functools import cache

from grader.errors import InfrastructureError
from grader.execution.sandbox.view import KERNEL

__all__ = ["WarmProcess", "Zygote", "shared_zygote"]

_START_SECONDS = 180


class WarmProcess:
    """A kernel that a zygote forked, as `subprocess.Popen` would show it. How it ended is not known."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, handle: int) -> None:
        """`handle` is a descriptor that becomes readable when the process ends."""
        self.pid = pid
        self._handle = handle
        # Not when the process ends: another thread may be waiting for that.
        weakref.finalize(self, os.close, handle)

    def poll(self) -> int | None:
        """0 once the process has ended, None before."""
        return 0 if select.select([self._handle], [], [], 0)[0] else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end, at most `timeout` seconds.

        Raises:
            subprocess.TimeoutExpired: if it has not ended by then.
        """
        if not select.select([self._handle], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return 0

    def send_signal(self, number: int) -> None:
        """Signal the process, if it is there."""
        if self.poll() is None:
            signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


class Zygote:
    """The process that forks kernels; started at the first request, ended by `close` or with this process."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python
        self._channel: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def spawn(self, arguments: list[str], cwd: str, env: dict[str, str], sink: int) -> WarmProcess:
        """A kernel with these arguments; `sink` is a descriptor for what it says outside of cells.

        Raises:
            InfrastructureError: if the zygote does not start or does not answer.
        """
        try:
            channel = self._channel or self._start()
            assert self._process is not None
            # A kernel ends when the process of this number does.
            env = env | {"JPY_PARENT_PID": str(self._process.pid)}
            request = json.dumps({"arguments": arguments, "cwd": cwd, "env": env}).encode()
            socket.send_fds(channel, [request], [sink])
            message, files, _, _ = socket.recv_fds(channel, 64, 1)
        except OSError as error:
            self.close()
            raise InfrastructureError(f"The process that makes kernels does not answer ({error}).") from error
        if not files:
            self.close()
            raise InfrastructureError("The process that makes kernels has ended.")
        return WarmProcess(int(message), files[0])

    def close(self) -> None:
        """End the process. Kernels that still run are ended by whoever runs them."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._channel = self._process = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "LANG") if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [self._python, str(KERNEL), "--zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                # No home of its own, in which one kernel could find what another one left.
                env=kept | {"HOME": os.devnull, "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        ours.settimeout(_START_SECONDS)
        self._channel = ours
        if ours.recv(16) != b"ready":
            raise OSError("it could not be started")
        return ours


@cache
def shared_zygote() -> Zygote:
    """The zygote of this process, for everything that it runs."""
    zygote = Zygote()
    atexit.register(zygote.close)
    return zygote
