"""Magics and ``!`` commands: what reaches outside the notebook does nothing, what repeats runs once.

IPython turns ``!command``, ``%magic`` and ``%%magic`` into calls wherever they stand, so replacing what is
called is sure where rewriting source is not: strings, comments, indentation and lines are IPython's business.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .calls import Remark

__all__ = ["install"]

_LINE_MAGICS = (
    *("cd", "conda", "mamba", "micromamba", "pip", "popd", "pushd", "uv"),
    *("shell", "tensorboard", "tensorflow_version"),
)
_CELL_MAGICS = (*("!", "bash", "cmd", "perl", "pypy", "python", "python2", "python3", "ruby", "script", "sh", "shell"),)
_LISTING_MAGICS = ("sx", "system")
"""Line and cell magics that give back the lines a command printed."""

_TIMEIT_OPTIONS = re.compile(r"\s*(?:-[nrtcpqov]\s*\d*\s+)*")


def install(shell: Any, remark: Remark) -> None:
    """Replace the magics of an IPython `shell`; `remark` hears of each that was left out or changed."""
    from IPython.utils.text import SList

    for kind, prefix, silent in (("line", "%", _LINE_MAGICS), ("cell", "%%", _CELL_MAGICS)):
        for name in silent:
            shell.register_magic_function(_left_out(prefix + name, lambda: None, remark), kind, name)
        for name in _LISTING_MAGICS:
            shell.register_magic_function(_left_out(prefix + name, SList, remark), kind, name)
    shell.register_magic_function(_timeit(shell), "line_cell", "timeit")
    shell.register_magic_function(_matplotlib(shell, remark), "line", "matplotlib")
    for name in ("load_ext", "reload_ext"):
        shell.register_magic_function(_load_extension(shell, name, remark), "line", name)
    _silence_commands(shell, SList, remark)


def _left_out(magic: str, result: Callable[[], Any], remark: Remark) -> Callable[..., Any]:
    def do_nothing(line: str = "", cell: str | None = None) -> Any:  # noqa: ARG001 - a magic's signature
        _report(f"magic {magic}", f"{magic} {line}", remark)
        return result()

    return do_nothing


def _report(key: str, command: str, remark: Remark) -> None:
    first = next(iter(command.strip().splitlines()), "")
    remark(key, f"`{first.strip()}` was left out: no command runs while a notebook is graded.")


def _silence_commands(shell: Any, no_lines: Callable[[], Any], remark: Remark) -> None:
    """``!command`` and ``lines = !command``, and the calls that IPython makes of them written out."""

    def report(command: str) -> None:
        program = next(iter(command.split()), "")
        _report(f"command !{program}", f"!{command}", remark)

    def system(command: str) -> None:
        report(command)
        shell.user_ns["_exit_code"] = 0

    def getoutput(command: str, split: bool = True, depth: int = 0) -> Any:  # noqa: ARG001 - IPython's signature
        report(command)
        return no_lines() if split else ""

    shell.system = shell.system_piped = shell.system_raw = system
    shell.getoutput = getoutput


def _timeit(shell: Any) -> Callable[..., None]:
    from IPython.core.magic import no_var_expand

    def timeit(line: str, cell: str | None = None) -> None:
        """Run the statement or the cell once, as if the magic were not there."""
        options = _TIMEIT_OPTIONS.match(f"{line} ")
        assert options is not None  # it matches the empty string
        # In front of a cell, the rest of the line is its setup.
        code = "\n".join(filter(None, (line[options.end() :], cell)))
        shell.ex(shell.transform_cell(code))

    no_var_expand(timeit)  # `$` and braces are Python here
    return timeit


def _matplotlib(shell: Any, remark: Remark) -> Callable[[str], None]:
    original = shell.find_line_magic("matplotlib")

    def matplotlib(line: str) -> None:
        """Turn on inline figures, whatever was asked for: there is no window to open and no browser."""
        if line.strip() not in ("", "inline"):
            remark("magic %matplotlib", f"`%matplotlib {line}` was treated as `%matplotlib inline`.")
        original("inline")

    return matplotlib


def _load_extension(shell: Any, name: str, remark: Remark) -> Callable[[str], None]:
    original = shell.find_line_magic(name)

    def load(line: str) -> None:
        """Load an extension of IPython that is installed; leave out TensorBoard and what is not installed."""
        try:
            if line.strip() != "tensorboard":
                original(line)
                return
        except ImportError:
            pass
        remark(f"magic %{name}", f"`%{name} {line}` was left out: the extension is not there in a grading.")

    return load
