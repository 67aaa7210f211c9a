"""Reports for people and programs: one model, one renderer a format.

What goes to files is in `RENDERERS`; the terminal has its own module, as it prints instead of returning text.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.report import html, json, markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from grader.report.model import Report

__all__ = ["RENDERERS", "Renderer", "write"]


@dataclass(frozen=True)
class Renderer:
    """A file format: the suffix of its files, and the function that makes their text from a report."""

    suffix: str
    render: Callable[[Report], str]


RENDERERS = {
    "html": Renderer(".html", html.render),
    "json": Renderer(".json", json.render),
    "md": Renderer(".md", markdown.render),
}


def write(report: Report, formats: Iterable[str], out: Path, stem: str) -> list[Path]:
    """Write the report as ``out/stem.suffix`` in each format and return the files, in the order asked for.

    `stem` is the submission's name without ``.ipynb``. Nothing is written before all formats are rendered,
    and a file is there whole or not at all, whatever reads along or breaks.

    Raises:
        UsageError: a format is unknown, `stem` is not a plain file name, or `out` cannot be written to.

    """
    names = list(dict.fromkeys(formats))
    if unknown := [name for name in names if name not in RENDERERS]:
        raise UsageError(f"Unknown report format {unknown[0]!r}: choose from {', '.join(RENDERERS)}.")
    if stem in {"", ".", ".."} or Path(stem).name != stem:
        raise UsageError(f"A report cannot be named {stem!r}: give a file name without a folder.")
    texts = {f"{stem}{RENDERERS[name].suffix}": RENDERERS[name].render(report) for name in names}
    try:
        out.mkdir(parents=True, exist_ok=True)
        return [_write_whole(out / name, text) for name, text in texts.items()]
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"Cannot write reports to {str(out)!r} ({reason}): choose another folder.") from error


def _write_whole(path: Path, text: str) -> Path:
    # Not tempfile: its files are readable by their owner only, and reports are often written to be shared.
    draft = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path
