"""Writing files whole or not at all, and telling a full disk from a place that was badly chosen."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from grader.errors import GraderError, InfrastructureError, UsageError

__all__ = ["could_not_write", "write_whole"]

_MACHINE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
"""What goes wrong wherever one writes: no other folder helps."""


def write_whole(texts: Mapping[Path, str]) -> None:
    """Write each text to its file, in UTF-8; nothing is replaced before all of them are on the disk.

    Whoever reads along sees the old file or the new one, never half of it.

    Raises:
        OSError: if one of them cannot be written; none is left half-written then.
    """
    # Not tempfile: its files are readable by their owner only, and reports are often written to be shared.
    drafts = {path: path.with_name(f".{uuid.uuid4().hex}.tmp") for path in texts}
    try:
        for path, draft in drafts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(draft, texts[path])
        for path, draft in drafts.items():
            draft.replace(path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def could_not_write(error: OSError, what: str, advice: str) -> GraderError:
    """The error that tells a person why something could not be written: the machine's fault, or a matter of where."""
    reason = error.strerror or str(error)
    if error.errno in _MACHINE:
        return InfrastructureError(f"{what}: {reason}. This is a fault of the machine; nothing was half-written.")
    return UsageError(f"{what}: {reason}. {advice}")


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
