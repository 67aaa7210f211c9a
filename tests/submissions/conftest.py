"""Grades the notebooks of the suite while other tests run, as many at a time as there are cores.

That begins as soon as tests are collected, behind everything else: on two cores it takes as long as all other tests
together, which leave one of them idle most of the time.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
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
BEHIND = 10
"""Niceness of these gradings."""


def options_for(path: Path, data: Path | None) -> GradingOptions:
    """How a notebook of the suite is graded: as by ``grader run --effort sketch``, with time for a busy machine."""
    limits = Limits.of_effort("sketch").but(cell_seconds=300, run_seconds=3600)
    return GradingOptions(assignment=path.parent.parent.name, data=data, limits=limits, warm=True)


class Ahead:
    """Gradings that are under way before a test asks for them."""

    def __init__(self, notebooks: Iterable[Path]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="suite-")
        self.data = _cifar10(Path(self._folder.name))
        # Fresh processes, since TensorFlow does not survive a fork of this one.
        self.pool = ProcessPoolExecutor(
            os.cpu_count() or 1, multiprocessing.get_context("spawn"), initializer=os.nice, initargs=(BEHIND,)
        )
        self.reports: dict[Path, Future[Report]] = {
            path: self.pool.submit(grade_notebook, path, options_for(path, self.data)) for path in notebooks
        }

    def close(self) -> None:
        """End what is still under way."""
        self.pool.shutdown(cancel_futures=True)
        self._folder.cleanup()


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
def cifar10(request: pytest.FixtureRequest) -> Path | None:
    """Real CIFAR-10 where this checkout has it beside it; None for the stand-in."""
    return request.config.stash[AHEAD].data


@pytest.fixture(scope="session")
def pool(request: pytest.FixtureRequest) -> ProcessPoolExecutor:
    """The processes that grade."""
    return request.config.stash[AHEAD].pool


@pytest.fixture(scope="session")
def grade(request: pytest.FixtureRequest) -> Grade:
    """The report of a notebook, once it is there."""
    return lambda path: request.config.stash[AHEAD].reports[path].result()
