"""The request of the trusted side after the last cell: a message of its own kind, for which no cell needs to be run."""

from __future__ import annotations

from typing import Any

from .config import FINISH
from .recorder import Recorder

__all__ = ["listen"]


def listen(kernel: Any, recorder: Recorder) -> None:
    """Let an IPython kernel answer `FINISH` on its shell channel: the notebook has ended; see `Recorder.finish`."""

    def finish(stream: Any, ident: Any, parent: dict[str, Any]) -> None:
        # As around a cell: results of cells that are run again go where whoever runs them looks for them.
        with kernel.shell.builtin_trap, kernel.shell.display_trap:
            recorder.finish()
        kernel.session.send(stream, f"{FINISH}_reply", {}, parent, ident=ident)

    kernel.shell_handlers[FINISH] = finish
