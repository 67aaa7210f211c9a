"""The outputs of a cell as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["error_line", "shown_text"]

_MAX_TEXT = 200_000
_MAX_READ = 4 * _MAX_TEXT
"""Characters that are looked at: many outputs may share one long text."""
_TEXTS = ("text/plain", "text/markdown", "text/latex", "text/html")
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CELL_FILE = re.compile(r"\((?:\d+\.py|<ipython-input-[^<>]*>), (line \d+)\)")
"""The file that the kernel pretends a cell to be; its name says nothing to anybody."""
_TAG = re.compile(r"<[^<>]*>")
"""What opens and never closes is passed over once; a million such beginnings take no time."""


def shown_text(outputs: Iterable[Any]) -> str:
    """What a reader of the notebook sees as text: printed text, results and displays, but not the error stream."""
    parts: list[str] = []
    read = 0
    for output in outputs:
        if read > _MAX_READ:
            break
        if output["output_type"] == "stream" and output["name"] == "stdout":
            parts.append(output["text"])
            read += len(output["text"])
        elif output["output_type"] in ("execute_result", "display_data"):
            # All of them: the plain text of a table or of markdown may show nothing of what it says.
            forms = {kind: "".join(output["data"].get(kind, "")) for kind in _TEXTS}
            read += sum(map(len, forms.values()))
            forms["text/html"] = _TAG.sub(" ", forms["text/html"])
            parts += [f"{text}\n" for text in forms.values() if text]
    return _ANSI.sub("", "".join(parts))[:_MAX_TEXT]


def error_line(outputs: Iterable[Any]) -> str | None:
    """Name and message of the error that ended a cell; None if it ran through."""
    for output in outputs:
        if output["output_type"] == "error":
            line = f"{output['ename']}: {output['evalue']}".split("\n")[0]
            return _CELL_FILE.sub(r"(\1)", _ANSI.sub("", line))[:500]
    return None
