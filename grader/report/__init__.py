"""Reports for people and programs: one model, one renderer a format.

What goes to files is in `RENDERERS`; the terminal has its own module, as it prints instead of returning text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import UsageError
from grader.files import could_not_write, write_whole
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
        InfrastructureError: the disk is full or broken.
    """
    names = list(dict.fromkeys(formats))
    if unknown := [name for name in names if name not in RENDERERS]:
        raise UsageError(f"Unknown report format {unknown[0]!r}: choose from {', '.join(RENDERERS)}.")
    if stem in {"", ".", ".."} or Path(stem).name != stem or "\0" in stem:
        raise UsageError(f"A report cannot be named {stem!r}: give a file name without a folder.")
    texts = {out / f"{stem}{RENDERERS[name].suffix}": RENDERERS[name].render(report) for name in names}
    try:
        write_whole(texts)
    except OSError as error:
        raise could_not_write(error, f"Cannot write reports to {str(out)!r}", "Choose another folder.") from error
    return list(texts)
