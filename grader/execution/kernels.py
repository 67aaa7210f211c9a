"""Kernels for submissions: our launcher instead of an installed kernelspec, and sockets of files instead of TCP."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

__all__ = ["kernel_manager"]

KERNEL = Path(__file__).resolve().parent.parent / "kernel"


class _OneKernelSpec(KernelSpecManager):  # type: ignore[misc]
    """Knows one kernel, whatever is installed on the machine and whatever a notebook's metadata asks for."""

    spec: KernelSpec

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:  # noqa: ARG002 - signature of the base class
        return self.spec


def kernel_manager(config: Path, run_folder: Path, python: str = sys.executable) -> AsyncKernelManager:
    """A manager for one kernel that records its run.

    Args:
        config: file with the kernel's settings (`kernel.config.RunConfig`).
        run_folder: private folder of this run; connection file and sockets go there. Its path must be short,
            since a socket's path has about 100 characters.
        python: interpreter of the kernel.
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
    return AsyncKernelManager(**options)
