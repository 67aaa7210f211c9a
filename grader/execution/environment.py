"""The environment variables of a kernel."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["kernel_environment"]

_KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")
_PROGRAMS = ("/usr/local/bin", "/usr/bin", "/bin")
_NO_DEVICE = "-1"


def kernel_environment(home: Path, *, gpu: bool = False) -> dict[str, str]:
    """What Python and TensorFlow need, and nothing of the user's.

    Args:
        home: home of the kernel, and its place for temporary files.
        gpu: whether GPUs are seen.
    """
    kept = (*_KEPT, *(("CUDA_VISIBLE_DEVICES",) if gpu else ()))
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    if not gpu:
        environment["CUDA_VISIBLE_DEVICES"] = _NO_DEVICE
    return environment | {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), *_PROGRAMS)),
        "HOME": str(home),
        "TMPDIR": str(home),
        "USER": "student",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
