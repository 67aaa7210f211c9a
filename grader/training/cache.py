"""Trainings done once: outcomes in a folder, by the digest of everything that they follow from.

Only the process that grades writes here, and only what its own trainer told it; no sandbox shows this folder to a
notebook. An entry says what it is the outcome of, and one that is not what its name and its checksum say is no entry.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.data.prepared import cache_folder
from grader.files import write_whole
from grader.training.protocol import Outcome
from grader.training.recipe import digest_of

__all__ = ["MAX_BYTES", "Cache", "Entry", "trainings_folder"]

MAX_BYTES = 64 * 2**20
"""Of all entries together; one takes a few kilobytes."""
_SUFFIX = ".json"


def trainings_folder() -> Path:
    """Where outcomes are kept: beside the prepared data sets."""
    return cache_folder() / "trainings"


@dataclass(frozen=True)
class Entry:
    """An outcome that is kept.

    Attributes:
        key: digest of `question`.
        question: everything that the outcome follows from.
        outcome: of the training.
        label: what it was trained for, for people.
        used: when it was written or last asked for, in seconds since 1970.
        size: in bytes.
    """

    key: str
    question: dict[str, Any]
    outcome: Outcome
    label: str
    used: float
    size: int


class Cache:
    """Outcomes of trainings in a folder of the user's own."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder
        self._max_bytes = max_bytes

    @contextmanager
    def claimed(self, question: dict[str, Any]) -> Iterator[None]:
        """Nobody else answers this question meanwhile: who wants the same trained waits, and then finds it."""
        try:
            place = self._place() / "claims"
            place.mkdir(mode=0o700, exist_ok=True)
            flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
            handle = os.open(place / digest_of(question), flags, 0o600)
        except OSError:  # nothing can be kept here, and so nothing shared
            yield
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def find(self, question: dict[str, Any]) -> Outcome | None:
        """The outcome that is kept for a question; None where there is none."""
        entry = self._read(self._file(digest_of(question)))
        if entry is None:
            return None
        with contextlib.suppress(OSError):
            os.utime(self._file(entry.key))  # the last to be evicted
        return entry.outcome

    def keep(self, question: dict[str, Any], outcome: Outcome, label: str) -> None:
        """Keep an outcome; where that is not possible, it is not kept."""
        content = {"question": question, "outcome": outcome.model_dump(mode="json"), "label": label}
        sealed = {**content, "checksum": digest_of(content)}
        with contextlib.suppress(OSError):
            self._place()
            if self._is_ours():
                file = self._file(digest_of(question))
                write_whole({file: json.dumps(sealed, indent=1) + "\n"})
                file.chmod(0o600)
                self._evict()

    def entries(self) -> list[Entry]:
        """Everything that is kept, what was used last first."""
        found = (self._read(file) for file in self.folder.glob(f"*{_SUFFIX}"))
        return sorted((entry for entry in found if entry is not None), key=lambda entry: -entry.used)

    def clear(self) -> int:
        """Forget everything; how many entries there were."""
        files = list(self.folder.glob(f"*{_SUFFIX}"))
        for file in (*files, *self.folder.glob("claims/*")):
            file.unlink(missing_ok=True)
        return len(files)

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}{_SUFFIX}"

    def _read(self, file: Path) -> Entry | None:
        """The entry in a file; None where it is none of ours, or was changed, or is not of what its name tells."""
        try:
            if not self._is_ours():
                return None
            with open(file, "rb", opener=_open_itself) as stream:
                facts = os.fstat(stream.fileno())
                if not stat.S_ISREG(facts.st_mode) or not _only_we_write(facts):
                    return None
                content = json.loads(stream.read(self._max_bytes))
            checksum, question = content.pop("checksum"), content["question"]
            if (checksum, file.stem) != (digest_of(content), digest_of(question)):
                return None
            outcome = Outcome.model_validate(content["outcome"])
            return Entry(file.stem, dict(question), outcome, str(content["label"]), facts.st_mtime, facts.st_size)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None

    def _place(self) -> Path:
        """The folder, there from now on; whatever rights others get by default, here they get none."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder

    def _is_ours(self) -> bool:
        """Whether nobody but this user can write here."""
        return _only_we_write(self.folder.stat())

    def _evict(self) -> None:
        """Remove what was not used for longest, until the rest has room."""
        files = {file: file.stat() for file in self.folder.glob(f"*{_SUFFIX}")}
        total = sum(facts.st_size for facts in files.values())
        for file, facts in sorted(files.items(), key=lambda pair: pair[1].st_mtime_ns):
            if total <= self._max_bytes:
                return
            file.unlink(missing_ok=True)
            (self.folder / "claims" / file.stem).unlink(missing_ok=True)
            total -= facts.st_size


def _only_we_write(facts: os.stat_result) -> bool:
    return facts.st_uid == os.getuid() and not facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _open_itself(path: str, flags: int) -> int:
    """A file, but nothing that a link leads to, and nothing that has to be waited for."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)
