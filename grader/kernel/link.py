"""The connection to the trusted side: settings come in over it, events go out, and nothing on it can be taken back."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

from .config import RunConfig

__all__ = ["Link", "sealer"]

_MAX_GREETING = 4 * 2**20


class Link:
    """A stream socket to the trusted side, opened before any code of a student's runs."""

    def __init__(self, path: str) -> None:
        """Connect and receive the settings of the run.

        Raises:
            OSError: if nobody listens there.
            ConnectionError: if the other side went away before it had said everything.
        """
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)
        greeting = b""
        while not greeting.endswith(b"\n"):
            part = self._socket.recv(_MAX_GREETING)
            if not part:
                raise ConnectionError("The trusted side closed the connection before the kernel had its settings.")
            greeting += part
        told = json.loads(greeting)
        self.config = RunConfig.of(told["config"])
        self.write = sealer(bytes.fromhex(told["key"]), self._socket.sendall)


def sealer(key: bytes, send: Callable[[bytes], object]) -> Callable[[bytes], None]:
    """A function that sends a line with its seal, an HMAC-SHA256 in hexadecimal digits before it.

    The seal is that of the line and of the seal before: whoever comes between the two ends can leave no line out.
    Only the process in which it was made sends: one that a notebook forked shares the connection, and its lines would
    come between those of the kernel. The key is held in here alone.
    """
    # References of our own: a notebook may replace what these modules hold.
    digest, current, own = hmac.digest, os.getpid, os.getpid()
    undisturbed, main = _undisturbed, threading.get_ident()
    turn = threading.Lock()
    algorithm = hashlib.sha256().name
    seal = b""

    def write(line: bytes) -> None:
        if current() == own:
            undisturbed(lambda: send_sealed(line), main)

    def send_sealed(line: bytes) -> None:
        nonlocal seal
        with turn:
            following = digest(key, seal + line, algorithm)
            # Where memory ends, it ends before anything was sent, and the next line follows the one before this.
            message = following.hex().encode() + b" " + line + b"\n"
            send(message)
            seal = following

    return write


def _undisturbed(
    act: Callable[[], None],
    main: int,
    handle: Callable[..., Any] = signal.signal,
    handler: Callable[..., Any] = signal.getsignal,
    thread: Callable[[], int] = threading.get_ident,
) -> None:
    """Do something that an interrupt must not leave half done: it comes as soon as this is done.

    Interrupts come to the main thread, whose number is `main`, as exceptions between any two steps.
    """
    if thread() != main or handler(signal.SIGINT) is None:
        act()
        return
    came: list[tuple[Any, ...]] = []
    usual = handle(signal.SIGINT, lambda *interrupt: came.append(interrupt))
    try:
        act()
    finally:
        handle(signal.SIGINT, usual)
        if came and callable(usual):
            usual(*came[0])
