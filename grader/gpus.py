"""The GPUs of this machine, each for one submission at a time unless more are to share it."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from grader.data.prepared import cache_folder
from grader.errors import InfrastructureError

__all__ = ["NO_GPU", "claimed_gpu", "gpus"]

NO_GPU = "-1"
"""What CUDA takes for no device at all."""
_VARIABLE = "CUDA_VISIBLE_DEVICES"


def gpus(env: Mapping[str, str] = os.environ, devices: Path = Path("/dev")) -> tuple[str, ...]:
    """The GPUs that CUDA would use, as it counts them: those that ``CUDA_VISIBLE_DEVICES`` names, else all."""
    if _VARIABLE in env:
        named = [part.strip() for part in env[_VARIABLE].split(",")]
        return tuple(name for name in named if name and name != NO_GPU)
    numbers = (device.name.removeprefix("nvidia") for device in devices.glob("nvidia[0-9]*"))
    return tuple(sorted((number for number in numbers if number.isdigit()), key=int))


@contextmanager
def claimed_gpu(share: int = 1, folder: Path | None = None) -> Iterator[str]:
    """A GPU that no more than `share` claims have at once, over all processes of this user; waits until there is one.

    Raises:
        InfrastructureError: if this machine has none.
    """
    found = gpus()
    if not found:
        raise InfrastructureError("--gpu: this machine has no GPU that can be seen. `grader doctor` shows what it has.")
    places = [(name, f"{name.replace('/', '-')}.{slot}") for slot in range(share) for name in found]
    folder = folder or cache_folder() / "gpus"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:  # nobody else can be asked to wait then
        yield found[0]
        return
    with contextlib.ExitStack() as stack:
        handles = []
        for _, file in places:
            handles.append(os.open(folder / file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            stack.callback(os.close, handles[-1])
        yield places[_lock_one(handles)][0]


def _lock_one(handles: list[int]) -> int:
    """Lock one of these files and tell which; where all are locked, wait for one, another one for each process."""
    for place, handle in enumerate(handles):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return place
    place = os.getpid() % len(handles)
    fcntl.flock(handles[place], fcntl.LOCK_EX)
    return place
