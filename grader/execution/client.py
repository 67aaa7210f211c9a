"""The cells' side of a kernel: nbclient, for kernels that may send anything in any amount."""

from __future__ import annotations

import logging
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["TIMED_OUT", "CellClient", "cell_client"]

TIMED_OUT = "CellTimeoutError"
INTERRUPT_SECONDS = 15
"""How long an interrupted cell may take to give in before its kernel is ended."""
_START_SECONDS = 180
_OUTPUTS = ("stream", "display_data", "execute_result", "update_display_data", "error")
_FEWEST = 200
"""What an output counts at least, so that many empty ones are limited, too."""
_MAX_ERROR = 10_000
"""Characters of an error's name and of its message that are kept."""
_TEXTS = 4
"""Outputs may hold a few times as much as a cell may print: the same thing comes as text and as HTML."""


class CellClient(NotebookClient):
    """Keeps of each cell's outputs the first so many characters, and nothing that is not text.

    Whatever else a kernel may send is dropped: state of widgets, images, messages that are not as they should be.
    """

    output_limit: int | None = None

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Take a message about the running cell, if it is one that can be taken."""
        kind, content = msg["msg_type"], msg["content"]
        if kind in _OUTPUTS:
            content = cleaned(kind, content)
            if content is None or not self._has_room(kind, content, cell, cell_index):
                return None
            msg = {**msg, "content": content, "header": {"msg_type": kind}}
        elif kind not in ("status", "execute_input", "clear_output"):
            return None
        return super().process_message(msg, cell, cell_index)

    def _has_room(self, kind: str, content: dict[str, Any], cell: Any, cell_index: int) -> bool:
        if self.output_limit is None:
            return True
        failed: set[int] = self.__dict__.setdefault("_failed", set())
        if kind == "error" and cell_index not in failed:
            failed.add(cell_index)  # how a cell ended is told, whatever it has put out before
            return True
        taken: dict[int, int] = self.__dict__.setdefault("_taken", {})
        before = taken.get(cell_index, 0)
        taken[cell_index] = before + max(_size(content), _FEWEST)
        if taken[cell_index] <= _TEXTS * self.output_limit:
            return True
        if before <= _TEXTS * self.output_limit:
            note = f"\n[Cut off here: the outputs of a cell may have {_TEXTS * self.output_limit:,} characters.]\n"
            cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=note))
        return False


def cell_client(
    node: nbformat.NotebookNode, manager: Any, cell_seconds: float | None, output_limit: int | None, on_cell_error: Any
) -> CellClient:
    """A client for the cells of a notebook.

    Args:
        node: whose outputs are filled.
        manager: of a kernel that does not run yet.
        cell_seconds: after which a cell is interrupted.
        output_limit: characters that a cell may print.
        on_cell_error: called with cell, index and reply where a cell fails.
    """
    log = logging.getLogger("grader.nbclient")
    log.setLevel(logging.CRITICAL)  # what goes wrong in a cell is reported, not logged
    client = CellClient(
        node,
        km=manager,
        # Not `timeout`, which would also hold for what is asked of the kernel between cells.
        timeout_func=lambda _cell: cell_seconds,
        interrupt_on_timeout=True,
        error_on_timeout={
            "ename": TIMED_OUT,
            "evalue": f"The cell was interrupted after {cell_seconds:g} seconds." if cell_seconds else "",
            "traceback": [],
        },
        startup_timeout=_START_SECONDS,
        iopub_timeout=INTERRUPT_SECONDS,
        allow_errors=True,
        skip_cells_with_tag="",
        record_timing=False,
        store_widget_state=False,
        log=log,
        on_cell_error=on_cell_error,
        shutdown_kernel="immediate",
    )
    client.output_limit = output_limit
    return client


def cleaned(kind: str, content: Any) -> dict[str, Any] | None:
    """The content of an output message with the parts that nbclient asks for and no other; None if they are not there.

    Of displayed data the texts are kept: nothing looks at images.
    """
    if not isinstance(content, dict):
        return None
    if kind == "stream":
        name, text = content.get("name"), content.get("text")
        return {"name": name, "text": text} if name in ("stdout", "stderr") and isinstance(text, str) else None
    if kind == "error":
        name, message = content.get("ename"), content.get("evalue")
        if not isinstance(name, str) or not isinstance(message, str):
            return None
        return {"ename": name[:_MAX_ERROR], "evalue": message[:_MAX_ERROR], "traceback": []}
    data, transient = content.get("data"), content.get("transient")
    if not isinstance(data, dict):
        return None
    kept = {str(mime): text for mime, text in data.items() if isinstance(text, str) and str(mime).startswith("text/")}
    shown = transient.get("display_id") if isinstance(transient, dict) else None
    return {
        "data": kept,
        "metadata": {},
        "transient": {"display_id": shown} if isinstance(shown, str) else {},
        "execution_count": None,
    }


def _size(content: dict[str, Any]) -> int:
    texts = [*content.values(), *content.get("data", {}).values()]
    return sum(len(text) for text in texts if isinstance(text, str))
