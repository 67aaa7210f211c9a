"""Errors as a command shows them: a line for people and an exit code, and a traceback only where it is asked for."""

from __future__ import annotations

import logging
import traceback

import typer

from grader.errors import GraderError

__all__ = ["plain_errors"]

_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""


class plain_errors:  # noqa: N801 - used as a statement
    """Turns our errors into a message and an exit code; anything else into exit code 4 without a traceback."""

    def __init__(self, debug: bool) -> None:
        self._debug = debug

    def __enter__(self) -> None:
        if self._debug:  # what reports leave out of a fault of ours goes to the log
            logging.basicConfig(format="%(message)s")
            logging.getLogger("grader").setLevel(logging.DEBUG)
        else:  # an interrupt may end a run between any two steps of its event loop, which then says what was left
            logging.getLogger("asyncio").setLevel(logging.CRITICAL)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, (Exception, KeyboardInterrupt)) or isinstance(error, typer.Exit):
            return
        if self._debug:
            traceback.print_exception(error)
        if isinstance(error, KeyboardInterrupt):
            typer.echo("grader: interrupted; nothing was graded.", err=True)
            raise typer.Exit(_INTERRUPTED) from None
        if isinstance(error, GraderError):
            typer.echo(f"grader: {_harmless(str(error))}", err=True)
            raise typer.Exit(error.exit_code) from None
        message = f"{type(error).__name__}: {error}"
        typer.echo(
            f"grader: a fault of our own: {_harmless(message)}\nRun the command with --debug and report what it shows.",
            err=True,
        )
        raise typer.Exit(GraderError.exit_code) from None


def _harmless(message: str) -> str:
    from grader.report.text import plain

    return plain(message)
