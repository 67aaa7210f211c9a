"""Kernels for submissions: our launcher instead of an installed kernelspec, and sockets of files instead of TCP."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_async
from nbclient import NotebookClient

from grader.errors import InfrastructureError
from grader.execution.warm import KERNEL, WarmProvisioner, Zygote

__all__ = ["kernel_manager", "running"]


class _OneKernelSpec(KernelSpecManager):
    """Knows one kernel, whatever is installed on the machine and whatever a notebook's metadata asks for."""

    spec: KernelSpec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002 - signature of the base class
        return self.spec


def kernel_manager(
    config: Path, run_folder: Path, python: str = sys.executable, zygote: Zygote | None = None
) -> AsyncKernelManager:
    """A manager for one kernel that records its run.

    Args:
        config: file with the kernel's settings (`kernel.config.RunConfig`).
        run_folder: private folder of this run; connection file and sockets go there. Its path must be short,
            since a socket's path has about 100 characters.
        python: interpreter of the kernel.
        zygote: process that makes the kernel; without one, the kernel is started from scratch.
    """
    specs = _OneKernelSpec()
    specs.spec = KernelSpec(
        argv=[python, str(KERNEL), "--connection", "{connection_file}", "--config", str(config)],
        language="python",
        display_name="grader",
    )
    options: dict[str, Any] = {
        "kernel_spec_manager": specs,
        "transport": "ipc",
        "ip": str(run_folder / "k"),
        "connection_file": str(run_folder / "connection.json"),
    }
    manager = AsyncKernelManager(**options)
    if zygote is not None:
        manager.provisioner = WarmProvisioner(parent=manager, kernel_spec=specs.spec, zygote=zygote)
    return manager


@asynccontextmanager
async def running(client: NotebookClient, log: Path, **start: Any) -> AsyncIterator[None]:
    """Run the kernel of a client; at the end, whatever ended it, no process of it is left.

    nbclient has a context of its own, whose signal handlers end the kernel and leave the caller waiting for it.

    Args:
        client: with the manager of a kernel that does not run yet.
        log: file for what the kernel says outside of cells.
        start: arguments of the process, such as ``cwd`` and ``env``.

    Raises:
        InfrastructureError: if the kernel does not start.
    """
    manager = client.km
    assert manager is not None
    with log.open("wb") as sink:
        try:
            try:
                await client.async_start_new_kernel(stdout=sink, stderr=sink, **start)
                await client.async_start_new_kernel_client()
            except (RuntimeError, OSError) as error:
                raise InfrastructureError(_start_failure(error, log)) from error
            yield
        finally:
            # Kills the whole process group, and with it what the notebook started.
            await ensure_async(manager.shutdown_kernel(now=True))
            if client.kc is not None:
                client.kc.stop_channels()


def _start_failure(error: Exception, log: Path) -> str:
    last = log.read_text(encoding="utf-8", errors="replace").strip().split("\n")[-1]
    return (
        f"No kernel could be started ({error}). It said last: {last or 'nothing'}. "
        "`python -c 'import tensorflow'` shows whether TensorFlow itself works here."
    )
