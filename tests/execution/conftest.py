"""Notebooks of a few lines, run in real kernels on a small data set of noise."""

from __future__ import annotations

import os
import select
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import pytest

from grader.data import PreparedDataset
from grader.evidence import Evidence
from grader.execution.limits import Limits
from grader.execution.runner import RunSettings, run_notebook
from grader.execution.sandbox import choose
from grader.intake import Cell, Notebook


@dataclass
class Watcher:
    """Keeps what a run tells."""

    told: list[tuple[object, ...]] = field(default_factory=list)

    def on_run_start(self, total_code_cells: int) -> None:
        self.told.append(("start", total_code_cells))

    def on_cell_start(self, position: int, preview: str) -> None:
        self.told.append(("cell", position))

    def on_cell_end(self, position: int, error: str | None) -> None:
        self.told.append(("end of cell", position, error))

    def on_run_end(self) -> None:
        self.told.append(("end",))


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> PreparedDataset:
    """A prepared data set of 50 and 10 images."""
    folder = tmp_path_factory.mktemp("dataset")
    random = np.random.default_rng(7)
    for name, count in (("train", 50), ("test", 10)):
        np.save(folder / f"x_{name}.npy", random.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8))
        np.save(folder / f"y_{name}.npy", random.integers(0, 10, (count, 1), dtype=np.uint8))
    return PreparedDataset(folder, "stand-in", "noise", "0")


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


Run = Callable[..., Evidence]


@pytest.fixture(params=["cold", "warm"])
def run(request: pytest.FixtureRequest, dataset: PreparedDataset, watcher: Watcher) -> Run:
    """Runs code cells in a kernel that is started from scratch, and in one that is forked."""
    warm = request.param == "warm"

    def run(*sources: str, cell_timeout: float | None = 60, sandbox: str = "auto", **limits: float) -> Evidence:
        cells = tuple(Cell(position, "code", textwrap.dedent(source)) for position, source in enumerate(sources, 1))
        allowed = Limits(cell_seconds=cell_timeout).but(**limits)
        settings = RunSettings("sketch", dataset, allowed, warm=warm, sandbox=choose(sandbox, forking=warm))
        return run_notebook(Notebook("few lines", cells), settings, progress=watcher)

    return run


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that was killed a moment ago is waited for."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 30)[0])
    finally:
        os.close(process)


def left_of(folder: Path) -> list[str]:
    """Processes that still have to do with a run: by the home that it gave them, from outside of any sandbox."""
    left = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join((*process.cmdline(), process.environ().get("HOME", ""))):
                left.append(str(process))
        except psutil.Error:
            continue
    return left


def run_folder(evidence: Evidence) -> Path:
    """The private folder of a run whose first cell printed where it is."""
    return Path(evidence.cells[0].text.split()[0]).parent.parent


@pytest.fixture
def forked() -> Callable[[Callable[[], object]], None]:
    """Calls a function in a process forked from this one and waits for its end."""

    def forked(function: Callable[[], object]) -> None:
        process = os.fork()
        if process == 0:
            try:
                function()
            finally:
                os._exit(0)
        os.waitpid(process, 0)

    return forked
