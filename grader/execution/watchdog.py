"""Watches what a run takes, and says when it is too much."""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import psutil

from grader.execution.limits import Limits

__all__ = ["Watchdog", "readable_size"]

_EVERY_SECONDS = 0.25
_MAX_FILES = 100_000
_DEEPEST = 100
_BLOCK = 512
"""Bytes in which the operating system tells what a file takes."""


class Watchdog:
    """Looks at a run's processes and files a few times a second.

    The operating system's own limits hold for one process or one file; this one adds up what they take together.
    """

    def __init__(self, process: int, files: Path, limits: Limits, started: float) -> None:
        """`process` is the first of the run's processes, `started` its start on the monotonic clock."""
        self._process, self._files, self._limits, self._started = process, files, limits, started

    async def first_excess(self) -> str:
        """Wait until a limit is passed, and tell which, as the end of a sentence that begins with «it»."""
        while True:
            excess = self._excess()
            if excess is not None:
                return excess
            await asyncio.sleep(_EVERY_SECONDS)

    def _excess(self) -> str | None:
        limits = self._limits
        if limits.run_seconds is not None and time.monotonic() - self._started > limits.run_seconds:
            return f"ran for more than {limits.run_seconds:g} seconds"
        processes = list(_family(self._process))
        if limits.processes is not None and len(processes) > limits.processes:
            return f"started more than {limits.processes} processes"
        if limits.memory is not None and _memory(processes, limits.memory) > limits.memory:
            return f"used more than {readable_size(limits.memory)} of memory"
        return None if limits.disk is None else self._excess_of_files(processes, limits.disk)

    def _excess_of_files(self, processes: list[psutil.Process], limit: int) -> str | None:
        try:
            size, count = _disk(self._files)
        except _OutOfSightError as error:
            return str(error)
        if size + _unnamed(processes) > limit:
            return f"wrote more than {readable_size(limit)} of files"
        return f"wrote more than {_MAX_FILES:,} files" if count > _MAX_FILES else None


def readable_size(size: int) -> str:
    """A size in the largest unit that leaves a number above one."""
    for unit, factor in (("TiB", 2**40), ("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}".replace(".0 ", " ")
    return f"{size} bytes"


def _family(first: int) -> Iterator[psutil.Process]:
    """A process, all that descend from it, and all of its group, whose parents may have ended."""
    try:
        process = psutil.Process(first)
        members = {process.pid: process, **{child.pid: child for child in process.children(recursive=True)}}
        group = os.getpgid(first)
    except (psutil.Error, ProcessLookupError):
        return
    for pid in psutil.pids():
        if pid not in members:
            try:
                if os.getpgid(pid) == group:
                    members[pid] = psutil.Process(pid)
            except (psutil.Error, ProcessLookupError):
                continue
    yield from members.values()


def _memory(processes: list[psutil.Process], limit: int) -> int:
    """Bytes that processes hold together; what they share is told apart only where it matters, as that takes long."""
    resident = sum(_held(process, "memory_info", "rss") for process in processes)
    return resident if resident <= limit else sum(_held(process, "memory_full_info", "pss") for process in processes)


def _held(process: psutil.Process, question: str, kind: str) -> int:
    try:
        return int(getattr(getattr(process, question)(), kind))
    except psutil.Error:  # it has ended
        return 0


class _OutOfSightError(Exception):
    """Files may be where they cannot be counted."""


def _disk(files: Path) -> tuple[int, int]:
    """Bytes that files take, and how many there are; counting ends where there are too many.

    Raises:
        _OutOfSightError: if folders are nested too deep or cannot be looked into.
    """
    size = count = 0
    waiting = [(str(files), 0)]
    while waiting and count <= _MAX_FILES:
        folder, depth = waiting.pop()
        if depth > _DEEPEST:
            raise _OutOfSightError(f"nested folders more than {_DEEPEST} deep")
        try:
            with os.scandir(folder) as entries:
                for entry in islice(entries, _MAX_FILES):
                    count += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
                    else:
                        size += _size(entry)
        except PermissionError:
            raise _OutOfSightError("made a folder that cannot be looked into") from None
        except OSError:  # removed meanwhile
            continue
    return size, count


def _unnamed(processes: list[psutil.Process]) -> int:
    """Bytes of files that processes hold open and no folder names: removed ones, and those that lie in memory."""
    sizes: dict[tuple[int, int], int] = {}
    for process in processes:
        with suppress(OSError), os.scandir(f"/proc/{process.pid}/fd") as descriptors:  # it may have ended
            for descriptor in descriptors:
                with suppress(OSError):  # closed meanwhile
                    facts = os.stat(descriptor.path)  # noqa: PTH116 - many, and quickly
                    if stat.S_ISREG(facts.st_mode) and facts.st_nlink == 0:
                        sizes[facts.st_dev, facts.st_ino] = facts.st_blocks * _BLOCK
    return sum(sizes.values())


def _size(entry: os.DirEntry[str]) -> int:
    try:
        return entry.stat(follow_symlinks=False).st_blocks * _BLOCK
    except OSError:  # removed meanwhile
        return 0
