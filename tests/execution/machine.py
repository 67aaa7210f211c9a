"""What this machine has, found out without grader: only where it lacks something may a test of a sandbox be skipped."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache

from grader.kernel.confinement import landlock

__all__ = ["machine_has"]


@cache
def machine_has(sandbox: str) -> bool:
    """Whether the machine has what a sandbox of that name needs."""
    if sandbox == "none":
        return True
    if sandbox == "landlock":
        return landlock.version() > 0
    if sandbox == "bubblewrap" and shutil.which("bwrap") is not None:
        namespaces = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts")
        command = ["bwrap", "--ro-bind", "/", "/", *namespaces, "--proc", "/proc", "--dev", "/dev", "true"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False
