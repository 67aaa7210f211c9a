"""Processes of our own that compute with TensorFlow: what they are given of this machine."""

from __future__ import annotations

import os
from pathlib import Path

import grader

__all__ = ["ROOT", "own_environment"]

ROOT = Path(grader.__file__).parents[1]
"""Where such a process is started: ``-m`` looks there first, and nothing in it was written by a notebook."""

_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


def own_environment(home: Path, gpu: str) -> dict[str, str]:
    """What Python and TensorFlow need, and nothing of the user's.

    Args:
        home: a folder for what they leave.
        gpu: the GPU that is seen, as CUDA counts them, or what it takes for none.
    """
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "HOME": str(home),
        "CUDA_VISIBLE_DEVICES": gpu,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Several processes may use one GPU: each takes what it needs, not all that is there.
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "KERAS_BACKEND": "tensorflow",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
