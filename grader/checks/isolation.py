"""Keeps the pytest that runs checks apart from whatever else pytest does on the machine or in this process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["isolated"]

_FROM_OUTSIDE = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")
_NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


@contextmanager
def isolated(folder: Path) -> Iterator[None]:
    """Within, pytest takes no options or plugins from the environment; afterwards, no module of `folder` is loaded.

    Options such as ``-x`` and plugins such as one that shuffles tests would change how checks end. The modules of a
    folder go by the names of their files, so those that stayed would be taken for their namesakes of the next.
    """
    kept = {name: os.environ.pop(name, None) for name in (*_FROM_OUTSIDE, _NO_PLUGINS)}
    os.environ[_NO_PLUGINS] = "1"
    loaded = set(sys.modules)
    try:
        yield
    finally:
        del os.environ[_NO_PLUGINS]
        os.environ.update({name: value for name, value in kept.items() if value is not None})
        for name in set(sys.modules) - loaded:
            file = getattr(sys.modules[name], "__file__", None)
            if file is not None and Path(file).is_relative_to(folder):
                del sys.modules[name]
