"""In GitHub Actions, lines of a log can be commands to the runner; what grader prints must not be.

Whatever a submission can have printed (its name, its errors, its answers) stands between a line that stops commands
and one that lets them in again, whose token nobody can know. It holds for ``##[...]`` as well as for ``::...::``.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["commands_stopped"]


@contextmanager
def commands_stopped() -> Iterator[None]:
    """Keep the runner from obeying what is printed meanwhile, to either stream; outside of Actions, do nothing."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        yield
        return
    token = secrets.token_hex(16)
    # Both streams end up in one log; each is flushed, so that no line of one slips past the lines of the other.
    print(f"::stop-commands::{token}", flush=True)
    try:
        yield
    finally:
        sys.stderr.flush()
        # On a line of its own, whatever was printed last.
        print(f"\n::{token}::", flush=True)
