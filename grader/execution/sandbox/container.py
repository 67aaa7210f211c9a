"""A container of an engine that is there already: docker or podman, by their commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from grader.execution.sandbox import view
from grader.execution.sandbox.base import Enclosure, Sandbox
from grader.execution.sandbox.user import own_user
from grader.kernel.config import Confinement

__all__ = ["Container"]

_SECONDS = 60
_SHARED_MEMORY = "1g"


class Container(Sandbox):
    """Files and libraries of an image, limits of the engine."""

    promise = "a container: no network, no file but the image's and the run's own"
    forks = False
    limits_by_itself = True

    def __init__(self, engine: str, image: str | None) -> None:
        """`engine` is the name of a command; `image` has Python and the libraries that grader depends on."""
        self.engine, self.image = engine, image

    @property
    def name(self) -> str:  # type: ignore[override] # each engine has its own
        """The name of the engine."""
        return self.engine

    def missing(self) -> str | None:
        """Whether engine and image are there."""
        if shutil.which(self.engine) is None:
            return f"the program `{self.engine}` is not installed"
        if self.image is None:
            return "no image is named: give one with --image that has Python and what grader depends on"
        try:
            ended = subprocess.run(  # noqa: S603
                [self.engine, "image", "inspect", self.image],
                capture_output=True,
                timeout=_SECONDS,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"`{self.engine}` does not answer ({error})"
        if ended.returncode:
            said = ended.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
            return f"`{self.engine}` has no image {self.image} ({said})"
        return None

    def command(self, argv: list[str], enclosure: Enclosure) -> list[str]:
        """`argv`, with the image's Python for ours, in a container that is removed when it ends."""
        folder, limits = enclosure.folder, enclosure.limits
        assert self.image is not None
        user, group = (own_user() or os.getuid(), own_user() or os.getgid())
        arguments = [self.engine, "run", "--rm", "--name", folder.path.name, "--network", "none", "--read-only"]
        arguments += ["--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--user", f"{user}:{group}"]
        if self.engine == "podman" and os.geteuid() != 0:
            arguments += ["--userns", "keep-id"]
        arguments += ["--shm-size", _SHARED_MEMORY, "--tmpfs", f"/tmp:rw,size={limits.disk or ''}"]  # noqa: S108 - inside
        if limits.memory is not None:
            arguments += ["--memory", str(limits.memory), "--memory-swap", str(limits.memory)]
        if limits.processes is not None:
            arguments += ["--pids-limit", str(limits.processes)]
        for place in (view.KERNEL, folder.connection, *enclosure.readable):
            arguments += ["--volume", f"{place}:{place}:ro"]
        arguments += ["--volume", f"{folder.inside}:{folder.inside}", "--workdir", str(folder.work)]
        for name, value in enclosure.environment.items():
            if name not in ("PATH", "LD_LIBRARY_PATH"):  # the image has its own
                arguments += ["--env", f"{name}={value}"]
        if enclosure.gpu:
            arguments += ["--gpus", "all"] if self.engine == "docker" else ["--device", "nvidia.com/gpu=all"]
        python = ["python3" if argument == sys.executable else argument for argument in argv]
        return [*arguments, self.image, *python]

    def confinement(self, enclosure: Enclosure) -> Confinement:
        """Fewer system calls, and limits that an engine does not have."""
        return Confinement(syscalls=True, cpu_seconds=enclosure.limits.cpu_seconds, file_size=enclosure.limits.disk)

    def end(self, enclosure: Enclosure) -> None:
        """End the container: the engine runs it, not the command that asked for it."""
        subprocess.run(  # noqa: S603
            [self.engine, "rm", "--force", enclosure.folder.path.name],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
