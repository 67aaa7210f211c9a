"""A process that has been confined tries what it must not be able to do, and what it must, and says what it could."""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from ..config import Confinement
from . import confine

__all__ = ["try_everything"]

_SECONDS = 2


def try_everything(request: str) -> None:
    """Read a request of the trusted side, give up what it says, try what it says, and print what succeeded as JSON.

    Args:
        request: file with ``confinement`` (see `Confinement`) and ``trials``, a list of pairs of a kind of trial and
            what it is tried on.
    """
    told = json.loads(Path(request).read_text(encoding="utf-8"))
    confine(Confinement.of(told["confinement"]))
    sys.stdout.write(json.dumps([_succeeds(kind, target) for kind, target in told["trials"]]))


def _succeeds(kind: str, target: Any) -> bool:
    try:
        _TRIALS[kind](target)
    except OSError:
        return False
    return True


def _write(place: str) -> None:
    path = Path(place) / f"trial-{os.getpid()}"
    path.write_bytes(b"x")
    path.unlink()


def _change_mode(place: str) -> None:
    # It may be answered as if it had been obeyed.
    before = Path(place).stat().st_mode
    Path(place).chmod(0o777 if before & 0o777 != 0o777 else 0o700)
    if Path(place).stat().st_mode == before:
        raise PermissionError


def _connect(family: int, address: Any) -> None:
    with closing(socket.socket(family, socket.SOCK_STREAM)) as end:
        end.settimeout(_SECONDS)
        end.connect(address)


def _send_far(address: list[Any]) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as end:
        end.sendto(b"x", tuple(address))


def _leave_group(_target: Any) -> None:
    process = os.fork()
    if process == 0:
        try:
            os.setsid()
        except OSError:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(process, 0)
    if status:
        raise PermissionError


def _outgrow(target: list[Any]) -> None:
    name, value = target
    soft, hard = resource.getrlimit(getattr(resource, name))
    if hard == resource.RLIM_INFINITY or hard > value or soft > value:
        return
    raise PermissionError


_TRIALS: dict[str, Callable[[Any], object]] = {
    "read": lambda place: Path(place).read_bytes(),
    "list": os.listdir,
    "write": _write,
    "change mode": _change_mode,
    "connect by TCP": lambda address: _connect(socket.AF_INET, tuple(address)),
    "send by UDP": _send_far,
    "connect to a socket": lambda place: _connect(socket.AF_UNIX, place),
    "signal": lambda pid: os.kill(pid, 0),
    "leave the process group": _leave_group,
    "outgrow": _outgrow,
}
