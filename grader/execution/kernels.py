"""Kernels for submissions: our launcher instead of an installed kernelspec, in a sandbox, on sockets of files."""

from __future__ import annotations

import asyncio
import compileall
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from queue import Empty
from typing import Any

import zmq.asyncio
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient
from traitlets import Instance

from grader.errors import InfrastructureError
from grader.execution.folder import RunFolder
from grader.execution.sandbox import Enclosure, Sandbox
from grader.execution.sandbox.view import KERNEL
from grader.execution.warm import Zygote

__all__ = ["CHANNEL", "SandboxProvisioner", "kernel_manager", "running"]

CHANNEL = "events"
"""Name of the socket, among those of the run, on which the trusted side listens."""
_MAX_MESSAGE = 16 * 2**20
_MAX_WAITING = 64
"""Messages that wait on this side, of up to 16 MiB each: what a kernel may have us hold."""
_ANSWER_SECONDS, _HEARING_SECONDS = 1.0, 0.05
"""How long a kernel that starts may take to answer before it is asked once more, and how long what it published may
take to come after its answer: what went out before the subscription had reached it never comes."""
_END_SECONDS = 5
"""How long the end of a process that was killed is waited for: its memory is given back first."""


class _OneKernelSpec(KernelSpecManager):
    """Knows one kernel, whatever is installed on the machine and whatever a notebook's metadata asks for."""

    spec: KernelSpec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002 - signature of the base class
        return self.spec


class SandboxProvisioner(LocalProvisioner):
    """Starts the kernel's process in its sandbox, or has it forked."""

    sandbox = Instance(Sandbox)  # type: ignore[type-abstract]  # one of its subclasses
    enclosure = Instance(Enclosure)
    zygote = Instance(Zygote, allow_none=True)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel that `cmd` would start."""
        folder: RunFolder = self.enclosure.folder
        if (owner := self.sandbox.owner()) is not None:
            folder.give_to(owner)
            os.chown(folder.connection, owner, owner)
        if self.zygote is None:
            compileall.compile_dir(KERNEL, quiet=2)  # in its sandbox, it could not keep what it compiles
            return await super().launch_kernel(self.sandbox.command(cmd, self.enclosure), **kwargs)
        process = self.zygote.spawn(cmd[2:], kwargs["cwd"], kwargs["env"], kwargs["stdout"].fileno())
        self.process = process  # type: ignore[assignment]  # it has what is used of a Popen
        self.pid = self.pgid = process.pid
        self.cwd = kwargs["cwd"]
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        """End the kernel with all its processes; whoever asks then whether it still runs need not ask twice."""
        await super().kill(restart)
        if self.process is not None:
            with suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(self.process.wait, _END_SECONDS)


def kernel_manager(sandbox: Sandbox, enclosure: Enclosure, zygote: Zygote | None = None) -> AsyncKernelManager:
    """A manager for one kernel that records its run.

    Args:
        sandbox: in which it runs.
        enclosure: what it is given there.
        zygote: process that makes the kernel; without one, the kernel is started from scratch.
    """
    folder = enclosure.folder
    specs = _OneKernelSpec()
    specs.spec = KernelSpec(
        argv=[
            *(sys.executable, str(KERNEL)),
            *("--connection", "{connection_file}", "--channel", str(folder.sockets / CHANNEL)),
        ],
        language="python",
        display_name="grader",
        # A signal would have to go through the sandbox.
        interrupt_mode="message",
    )
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, _MAX_MESSAGE)
    context.setsockopt(zmq.RCVHWM, _MAX_WAITING)
    options: dict[str, Any] = {
        "kernel_spec_manager": specs,
        "context": context,
        "transport": "ipc",
        "ip": str(folder.sockets / "k"),
        "connection_file": str(folder.connection),
    }
    manager = AsyncKernelManager(**options)
    manager.provisioner = SandboxProvisioner(
        parent=manager,
        kernel_spec=specs.spec,
        sandbox=sandbox,
        enclosure=enclosure,
        zygote=zygote,
    )
    return manager


@asynccontextmanager
async def running(client: NotebookClient, sandbox: Sandbox, enclosure: Enclosure) -> AsyncIterator[None]:
    """Run the kernel of a client; at the end, whatever ended it, no process of it is left.

    nbclient has a context of its own, whose signal handlers end the kernel and leave the caller waiting for it.

    Raises:
        InfrastructureError: if the kernel does not start.
    """
    manager, folder = client.km, enclosure.folder
    assert manager is not None
    with folder.log.open("wb") as sink:
        try:
            try:
                await client.async_start_new_kernel(
                    stdout=sink, stderr=sink, cwd=str(folder.work), env=dict(enclosure.environment)
                )
                await _meet(client)
            except (RuntimeError, OSError) as error:
                raise InfrastructureError(_start_failure(error, folder)) from error
            yield
        finally:
            # Kills the whole process group, and with it what the notebook started.
            await ensure_async(manager.shutdown_kernel(now=True))
            if client.kc is not None:
                client.kc.stop_channels()
            manager.context.destroy(linger=0)
            sandbox.end(enclosure)


async def _meet(client: NotebookClient) -> None:
    """Connect to a kernel that was started, and wait until it answers and its outputs are heard.

    The client's own way waits for silence afterwards, a fifth of a second.

    Raises:
        RuntimeError: if the kernel ends before that, or takes too long.
    """
    assert client.km is not None
    client.kc = client.km.client()
    client.kc.start_channels()
    client.kc.allow_stdin = False
    deadline = time.monotonic() + client.startup_timeout
    while not await _is_heard(client.kc):
        if not await ensure_async(client.km.is_alive()):
            raise RuntimeError("it ended before it was ready")
        if time.monotonic() > deadline:
            raise RuntimeError(f"it was not ready after {client.startup_timeout} seconds")


async def _is_heard(kernel: Any) -> bool:
    """Whether a kernel answers soon, and something is heard of what it publishes: all that follows is heard, then."""
    kernel.kernel_info()
    try:
        await ensure_async(kernel.shell_channel.get_msg(timeout=_ANSWER_SECONDS))
        await ensure_async(kernel.iopub_channel.get_msg(timeout=_HEARING_SECONDS))
    except Empty:
        return False
    return True


def _start_failure(error: Exception, folder: RunFolder) -> str:
    last = folder.log.read_text(encoding="utf-8", errors="replace").strip().split("\n")[-1]
    return (
        f"No kernel could be started ({error}). It said last: {last or 'nothing'}. "
        "`python -c 'import tensorflow'` shows whether TensorFlow itself works here."
    )
