"""The private folder of a run: what the notebook may write to, and beside it what only the trusted side has."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader.errors import InfrastructureError

__all__ = ["RunFolder", "run_folder"]


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run. The notebook sees `inside` and may write to it; of the rest it sees `connection`."""

    path: Path

    @property
    def inside(self) -> Path:
        """All that the notebook may write to."""
        return self.path / "inside"

    @property
    def work(self) -> Path:
        """Where the notebook runs."""
        return self.inside / "work"

    @property
    def home(self) -> Path:
        """Home and place for temporary files."""
        return self.inside / "home"

    @property
    def sockets(self) -> Path:
        """Sockets of the kernel, and that of the channel until it is connected."""
        return self.inside / "s"

    @property
    def connection(self) -> Path:
        """Jupyter's connection file."""
        return self.path / "connection.json"

    @property
    def log(self) -> Path:
        """What the kernel says outside of cells."""
        return self.path / "kernel.log"

    @property
    def spool(self) -> Path:
        """Lines with weights; see `channel`."""
        return self.path / "weights.jsonl"

    def give_to(self, user: int) -> None:
        """Make `inside` the property of a user who can reach nothing else of it."""
        self.path.chmod(0o711)
        self.inside.chmod(0o700)
        for place in (self.inside, *self.inside.rglob("*")):
            os.chown(place, user, user)


@contextmanager
def run_folder() -> Iterator[RunFolder]:
    """A fresh folder, removed at the end with whatever is in it.

    Raises:
        InfrastructureError: if it cannot be made.
    """
    # Not under the user's TMPDIR, which may be deep: the paths of sockets are limited to about 100 characters.
    base = "/tmp" if os.access("/tmp", os.W_OK) else None  # noqa: S108 - mkdtemp makes a private folder in it
    try:
        folder = RunFolder(Path(tempfile.mkdtemp(prefix="grader-", dir=base)))
        for place in (folder.inside, folder.work, folder.home, folder.sockets):
            place.mkdir()
    except OSError as error:
        raise InfrastructureError(
            f"No folder for the run can be made in {base or tempfile.gettempdir()}: {error}."
        ) from None
    try:
        yield folder
    finally:
        _remove(folder.path)


def _remove(path: Path) -> None:
    """Remove a folder whatever a notebook has done to it: rights taken away, folders nested beyond what Python can."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(path, ignore_errors=True)
    for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
        if path.exists():
            subprocess.run([*command, "--", str(path)], check=False, stderr=subprocess.DEVNULL)  # noqa: S603
