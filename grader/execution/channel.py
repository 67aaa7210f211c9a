"""The other end of the kernel's connection: settings go out, events come in, and what does not fit is noted.

Lines are taken as they come, with the cell that was running then, and looked at when the run has ended. The kernel can
add to them but withdraw or change nothing, and a line without the seal of the recorder was written by somebody else.
"""

from __future__ import annotations

import hmac
import json
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.evidence import EvidenceError, parse_event
from grader.evidence.schema import TRUSTED_KINDS, Event, RecorderFault, Tampering
from grader.kernel.config import RunConfig

__all__ = ["Channel"]

_MAX_LINE = 96 * 2**20
"""Bytes of one line; the weights of a large network take the most."""
_MAX_EVENTS = 128 * 2**20
_MAX_BULK = 640 * 2**20
_MAX_LINES = 200_000
_MAX_NOTED = 100
"""Lines that do not fit of which more is said than that they do not."""
_SEAL = 64
_DRAIN_SECONDS = 10
_BULK = b'"kind": "weights"'


class _Complaint(str):
    """What is wrong with a line that was not kept."""


class Channel:
    """One connection of one kernel.

    Use it as a context manager around the run; `close` ends it, after which `events` can be asked for.
    """

    def __init__(self, path: Path, config: RunConfig, running: Callable[[], int], spool: Path) -> None:
        """Listen on a socket at `path`.

        Args:
            path: of the socket, of less than about 100 characters; the kernel must be able to reach it.
            config: what the kernel is told.
            running: gives the ordinal of the cell that runs now, -1 before the first.
            spool: file to which lines with weights are written, without their seals.
        """
        self._path, self._running, self._spool = path, running, spool
        self._key, self._seal = secrets.token_bytes(32), b""
        greeting = {"config": config.fields(), "key": self._key.hex()}
        self._greeting = json.dumps(greeting).encode() + b"\n"
        self._taken: list[tuple[bytes | _Complaint, int]] = []
        self._noted = 0
        self._left, self._bulk_left = _MAX_EVENTS, _MAX_BULK
        self._connection: socket.socket | None = None
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._thread = threading.Thread(target=self._serve, name="grader-channel", daemon=True)

    def __enter__(self) -> Channel:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Take what is still under way and end the connection. The kernel must have ended."""
        if self._connection is None:
            _wake(self._listener)
        self._thread.join(_DRAIN_SECONDS)
        if self._connection is not None:
            # Somebody still holds the other end; what comes now comes after the run.
            _wake(self._connection)
            self._thread.join()
            self._connection.close()
        self._listener.close()

    def events(self) -> tuple[Event, ...]:
        """The events of the run, in order, with those that tell of lines that do not fit."""
        return tuple(self._events())

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        self._connection = connection
        # One kernel, one connection: whoever comes later finds nobody.
        self._listener.close()
        self._path.unlink(missing_ok=True)
        try:
            connection.sendall(self._greeting)
            with connection.makefile("rb") as stream, self._spool.open("wb") as spool:
                while line := stream.readline(_MAX_LINE):
                    self._take(line, spool.write)
        except OSError:
            return  # the kernel went away in the middle of a line: the run says how it ended

    def _take(self, line: bytes, keep: Callable[[bytes], object]) -> None:
        cell = self._running()
        if not line.endswith(b"\n"):
            if len(line) == _MAX_LINE:
                self._complain(cell, "a line of the event log is longer than the recorder writes")
            return  # cut off by the end of the kernel
        seal, sealed = line[:_SEAL], line[_SEAL + 1 : -1]
        expected = hmac.digest(self._key, self._seal + sealed, "sha256")
        if not hmac.compare_digest(seal, expected.hex().encode()):
            self._complain(cell, "a line of the event log was not written by the recorder")
            return
        self._seal = expected
        if _BULK in sealed[:200]:
            if len(sealed) <= self._bulk_left:
                self._bulk_left -= len(sealed)
                keep(sealed + b"\n")
        elif len(sealed) > self._left or len(self._taken) >= _MAX_LINES:
            self._complain(cell, "the event log is longer than the recorder writes")
        else:
            self._left -= len(sealed)
            self._taken.append((sealed, cell))

    def _complain(self, cell: int, what: str) -> None:
        if self._noted < _MAX_NOTED:
            self._noted += 1
            self._taken.append((_Complaint(what), cell))

    def _events(self) -> Iterator[Event]:
        sequence, cell = 0, -1
        for number, (line, running) in enumerate(self._taken, 1):
            if isinstance(line, _Complaint):
                yield Tampering(seq=sequence, cell=running, kind="tampering", what=line)
                continue
            try:
                event = parse_event(line)
            except EvidenceError as error:
                # It bears the seal: a fault of the recorder, which proves nothing.
                said = f"event {number} is not as it should be: {error}"[:500]
                yield RecorderFault(seq=sequence, cell=cell, kind="recorder_fault", error=said)
                continue
            if event.seq <= sequence or not cell <= event.cell <= running or event.kind in TRUSTED_KINDS:
                what = "an event is not in the order in which the recorder writes"
                yield Tampering(seq=sequence, cell=running, kind="tampering", what=what)
                continue
            sequence, cell = event.seq, event.cell
            yield event


def _wake(end: socket.socket) -> None:
    """Have a thread that waits on a socket find it closed."""
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
