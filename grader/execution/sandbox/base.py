"""What every sandbox offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from grader.execution.folder import RunFolder
from grader.execution.limits import Limits
from grader.execution.sandbox.user import own_user
from grader.kernel.config import Confinement

__all__ = ["Enclosure", "Sandbox"]


@dataclass(frozen=True)
class Enclosure:
    """What is to be enclosed.

    Attributes:
        folder: of the run.
        limits: that hold inside.
        readable: files and folders that the run may read beside Python's own, such as the data set.
        environment: variables of the run.
        gpu: whether the devices of GPUs are seen.
    """

    folder: RunFolder
    limits: Limits
    readable: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    gpu: bool = False


class Sandbox(ABC):
    """A way to run a process so that it reaches nothing but what it is given.

    Two halves: a command around the process, and what the process gives up itself before any code of a student's
    runs. Each backend says which it uses; `selfcheck` tries the whole.
    """

    name: ClassVar[str]
    promise: ClassVar[str]
    """What it holds, in a few words."""
    protects: ClassVar[bool] = True
    """Whether anything outside is out of reach."""
    forks: ClassVar[bool] = True
    """Whether a process forked from a warm one can be enclosed."""
    limits_by_itself: ClassVar[bool] = False
    """Whether it limits memory and processes from outside, so that the process need not limit itself."""

    def owner(self) -> int | None:
        """Number of the user and group whose the run's folder must be; None for the one who grades."""
        return own_user() if self.protects else None

    @abstractmethod
    def missing(self) -> str | None:
        """What it lacks on this machine, as far as that can be told without trying; None where nothing is known."""

    def command(self, argv: list[str], enclosure: Enclosure) -> list[str]:  # noqa: ARG002 - for those that enclose
        """The command that runs `argv` inside."""
        return argv

    @abstractmethod
    def confinement(self, enclosure: Enclosure) -> Confinement:
        """What the process gives up itself."""

    def end(self, enclosure: Enclosure) -> None:  # noqa: ARG002 - most have nothing to do
        """End what the end of the command's process does not; called once, after it."""
        return
