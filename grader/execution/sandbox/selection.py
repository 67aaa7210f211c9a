"""Which sandbox a run gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from grader.errors import InfrastructureError, UsageError
from grader.execution.sandbox.base import Sandbox
from grader.execution.sandbox.bubblewrap import Bubblewrap
from grader.execution.sandbox.container import Container
from grader.execution.sandbox.landlock import Landlock
from grader.execution.sandbox.selfcheck import self_check
from grader.execution.sandbox.unprotected import Unprotected

__all__ = ["SANDBOXES", "Trial", "choose", "complain_about_sandbox", "survey"]

SANDBOXES = ("bubblewrap", "docker", "podman", "landlock", "none")
"""By strength, the strongest first."""


@dataclass(frozen=True)
class Trial:
    """A sandbox and why it cannot be used here; None if it can."""

    sandbox: Sandbox
    problem: str | None


def survey(image: str | None = None) -> Iterator[Trial]:
    """Each sandbox, tried, the strongest first."""
    for sandbox in _all(image):
        yield Trial(sandbox, self_check(sandbox))


@cache
def choose(name: str = "auto", image: str | None = None, *, forking: bool = False) -> Sandbox:
    """The sandbox of that name, or the strongest that holds what it promises. Each is tried once a process.

    Args:
        name: one of `SANDBOXES`, or ``auto``.
        image: of docker and podman.
        forking: take only those that can enclose a process forked from a warm one.

    Raises:
        UsageError: if there is none of that name.
        InfrastructureError: if it does not pass its self-check.
    """
    known = {sandbox.name: sandbox for sandbox in _all(image) if sandbox.forks or not forking}
    if name == "auto":
        return next(sandbox for sandbox in known.values() if self_check(sandbox) is None)
    complain_about_sandbox(name)
    problem = self_check(known[name])
    if problem is not None:
        raise InfrastructureError(
            f"The sandbox {name} cannot be used here: {problem}. `grader doctor` shows those that can."
        )
    return known[name]


def complain_about_sandbox(name: str) -> None:
    """Make sure that there is a sandbox of that name.

    Raises:
        UsageError: if there is none.
    """
    if name not in ("auto", *SANDBOXES):
        raise UsageError(f"--sandbox is auto, {', '.join(SANDBOXES[:-1])} or {SANDBOXES[-1]}, not «{name}».")


def _all(image: str | None) -> list[Sandbox]:
    return [Bubblewrap(), Container("docker", image), Container("podman", image), Landlock(), Unprotected()]
