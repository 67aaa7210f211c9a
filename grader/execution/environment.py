"""The environment variables of a kernel."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grader.gpus import NO_GPU

__all__ = ["kernel_environment"]

_KEPT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")
_PROGRAMS = ("/usr/local/bin", "/usr/bin", "/bin")


def kernel_environment(home: Path, *, gpu: str | None = None) -> dict[str, str]:
    """What Python and TensorFlow need, and nothing of the user's.

    Args:
        home: home of the kernel, and its place for temporary files.
        gpu: the one GPU that is seen, as CUDA counts them; None for none.
    """
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return environment | {
        "CUDA_VISIBLE_DEVICES": NO_GPU if gpu is None else gpu,
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # or one process takes all memory of a GPU, whatever it needs
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), *_PROGRAMS)),
        "HOME": str(home),
        "TMPDIR": str(home),
        "USER": "student",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
