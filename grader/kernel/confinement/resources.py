"""How much a process may take."""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

from ..config import Confinement

__all__ = ["limit"]


def limit(given: Confinement) -> None:
    """Set the limits that are given, as hard as they are soft, and go first where memory runs out."""
    for kind, value in (
        # Not the address space: TensorFlow reserves many times what it uses.
        (resource.RLIMIT_DATA, given.memory),
        (resource.RLIMIT_CPU, given.cpu_seconds),
        (resource.RLIMIT_NPROC, given.processes),
        (resource.RLIMIT_FSIZE, given.file_size),
        (resource.RLIMIT_CORE, 0),
    ):
        if value is not None:
            _, hard = resource.getrlimit(kind)
            lowest = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (lowest, lowest))
    # Some containers do not let it be written; then the system chooses by size alone.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
