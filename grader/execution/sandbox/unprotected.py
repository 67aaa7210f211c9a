"""No sandbox: for a student's own notebook on a student's own machine."""

from __future__ import annotations

from grader.execution.sandbox.base import Enclosure, Sandbox
from grader.kernel.config import Confinement

__all__ = ["Unprotected"]


class Unprotected(Sandbox):
    """Limits on what a run may take, and nothing else: its code can do whatever the user can."""

    name = "none"
    promise = "nothing: the notebook's code can do whatever you can"
    protects = False

    def missing(self) -> str | None:
        """Nothing."""
        return None

    def confinement(self, enclosure: Enclosure) -> Confinement:
        """Limits."""
        limits = enclosure.limits
        return Confinement(memory=limits.memory, cpu_seconds=limits.cpu_seconds, file_size=limits.disk)
