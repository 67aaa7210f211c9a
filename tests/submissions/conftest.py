"""Grades the notebooks of the suite while other tests run.

That begins as soon as tests are collected, and leaves one core to the other tests until the first one asks for a report:
on two cores the suite takes as long as all others together, which use one of them most of the time.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import pytest

from grader.execution.limits import Limits
from grader.pipeline import GradingOptions, grade_notebook
from grader.report.model import Report

Grade = Callable[[Path], Report]

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[1].parent / "shared" / "data" / "cifar10.py"


def options_for(path: Path, data: Path | None) -> GradingOptions:
    """How a notebook of the suite is graded: as by ``grader run --effort sketch``, with time for a busy machine."""
    limits = Limits.of_effort("sketch").but(cell_seconds=300, run_seconds=3600)
    return GradingOptions(assignment=path.parent.parent.name, data=data, limits=limits, warm=True)


class Ahead:
    """Gradings that are under way before a test asks for them."""

    def __init__(self, notebooks: Iterable[Path]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="suite-")
        self._data = _cifar10(Path(self._folder.name))
        cores = os.cpu_count() or 1
        # Fresh processes, since TensorFlow does not survive a fork of this one.
        self._pool = ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"))
        self._reports: dict[Path, Future[Report]] = {path: Future() for path in notebooks}
        self._waiting = deque(self._reports)
        self._idle = min(1, cores - 1)
        for _ in range(cores - self._idle):
            self._begin_next()

    def submit(self, path: Path) -> Future[Report]:
        """Have a notebook graded, whatever else is."""
        return self._pool.submit(grade_notebook, path, options_for(path, self._data))

    def report(self, path: Path) -> Report:
        """The report of a notebook; from the first one on, all cores are for these gradings."""
        for _ in range(self._idle):
            self._begin_next()
        self._idle = 0
        return self._reports[path].result()

    def close(self) -> None:
        """End what is still under way."""
        self._waiting.clear()
        self._pool.shutdown(cancel_futures=True)
        self._folder.cleanup()

    def _begin_next(self) -> None:
        try:
            path = self._waiting.popleft()
        except IndexError:
            return
        try:
            self.submit(path).add_done_callback(lambda graded: self._keep(path, graded))
        except RuntimeError as error:  # a worker was killed: no test may wait for ever
            self._reports[path].set_exception(error)
            self._begin_next()

    def _keep(self, path: Path, graded: Future[Report]) -> None:
        if graded.cancelled():
            self._reports[path].cancel()
        elif (error := graded.exception()) is not None:
            self._reports[path].set_exception(error)
        else:
            self._reports[path].set_result(graded.result())
        self._begin_next()


AHEAD = pytest.StashKey[Ahead]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begin with all notebooks that the selected tests name in `notebook`."""
    items = [item for item in session.items if item.path.is_relative_to(HERE)]
    callspecs = [item.callspec for item in items if isinstance(item, pytest.Function) and hasattr(item, "callspec")]
    if items and not session.config.option.collectonly:
        notebooks = dict.fromkeys(callspec.params["notebook"] for callspec in callspecs)
        session.config.stash[AHEAD] = Ahead(notebooks)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the gradings."""
    if AHEAD in config.stash:
        config.stash[AHEAD].close()


def _cifar10(folder: Path) -> Path | None:
    """Real CIFAR-10 where this checkout has it beside it; None for what `GRADER_DATA` names, or the stand-in."""
    if os.environ.get("GRADER_DATA") or not SHARED.is_file():
        return None
    target = folder / "cifar10.npz"
    subprocess.run([sys.executable, str(SHARED), str(target)], check=True)
    return target


@pytest.fixture(scope="session")
def ahead(request: pytest.FixtureRequest) -> Ahead:
    """The gradings under way."""
    return request.config.stash[AHEAD]


@pytest.fixture(scope="session")
def grade(ahead: Ahead) -> Grade:
    """The report of a notebook, once it is there."""
    return ahead.report
