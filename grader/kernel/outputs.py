"""What a cell prints is cut off at a limit, so that a loop that prints for ever hurts nobody.

This is the polite half: it spares the connection and tells the student. The trusted side has a limit of its own.
"""

from __future__ import annotations

from typing import Any

__all__ = ["limit_outputs"]


def limit_outputs(shell: Any, limit: int) -> None:
    """Cut off what each cell of an IPython shell prints beyond `limit` characters, with a note where it was cut."""
    from ipykernel.iostream import OutStream

    write = OutStream.write
    printed = 0

    def limited(stream: Any, text: str) -> int:
        nonlocal printed
        if not isinstance(text, str) or printed + len(text) <= limit:
            printed += len(text) if isinstance(text, str) else 0
            return int(write(stream, text) or 0)
        if printed <= limit:
            note = f"\n[Cut off here: a cell may print {limit:,} characters.]\n"
            write(stream, text[: limit - printed] + note)
            printed = limit + 1
        return len(text)

    def start_again(_info: Any) -> None:
        nonlocal printed
        printed = 0

    OutStream.write = limited
    shell.events.register("pre_run_cell", start_again)
