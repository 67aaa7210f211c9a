"""How much a run may take."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace

from grader.errors import UsageError

__all__ = ["Limits", "read_size"]

GIB = 2**30
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", re.IGNORECASE)
_FACTORS = {"": 1, "K": 2**10, "M": 2**20, "G": GIB, "T": 2**40}


@dataclass(frozen=True)
class Limits:
    """Limits of one run; None for no limit.

    Attributes:
        cell_seconds: wall clock of a cell, which is then interrupted.
        run_seconds: wall clock of the whole run, which is then ended.
        cpu_seconds: processor time of one process.
        memory: bytes of the run's processes together, and of private data in one.
        processes: processes and threads.
        disk: bytes of all files that the notebook writes.
        output: characters that a cell may print.
    """

    cell_seconds: float | None = None
    run_seconds: float | None = None
    cpu_seconds: int | None = None
    memory: int | None = None
    processes: int | None = None
    disk: int | None = None
    output: int | None = None

    @classmethod
    def of_effort(cls, effort: str) -> Limits:
        """The limits that hold unless others are asked for.

        A sketch takes seconds, so that what takes minutes hangs; a full run takes as long as the course's own
        trainings do on a slow machine. A notebook that holds the whole data set as 96×96 floats needs 6 GiB.
        """
        cores = os.cpu_count() or 1
        sketch = effort != "full"
        run_seconds = 900 if sketch else 24 * 3600
        return cls(
            cell_seconds=120 if sketch else 4 * 3600,
            run_seconds=run_seconds,
            cpu_seconds=run_seconds * cores,
            memory=min(16 * GIB, _physical_memory() * 3 // 4),
            # TensorFlow starts several threads a core.
            processes=256 + 32 * cores,
            disk=4 * GIB,
            output=1_000_000,
        )

    def but(self, **others: float | None) -> Limits:
        """These limits with others in place of some, where there are others."""
        return replace(self, **{name: value for name, value in others.items() if value is not None})  # type: ignore[arg-type]


def read_size(text: str) -> int:
    """Bytes of a size such as ``512M`` or ``1.5 GiB``; units are powers of 1024.

    Raises:
        UsageError: if it is none.
    """
    match = _SIZE.fullmatch(text.strip())
    size = int(float(match[1]) * _FACTORS[match[2].upper()]) if match is not None else 0
    if size == 0:
        raise UsageError(f"«{text}» is no size. Write it as 512M or 4G.")
    return size


def _physical_memory() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
