"""Grades the notebooks of the suite ahead of the tests that ask for them, as many at a time as there are cores."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import pytest

from grader.execution.limits import Limits
from grader.pipeline import GradingOptions, grade_notebook
from grader.report.model import Report

Grade = Callable[[Path], Report]

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "cifar10.py"


def options_for(path: Path, data: Path | None) -> GradingOptions:
    """How a notebook of the suite is graded: as by ``grader run --effort sketch``, with time for a busy machine."""
    return GradingOptions(
        assignment=path.parent.parent.name,
        data=data,
        limits=Limits.of_effort("sketch").but(cell_seconds=300, run_seconds=3600),
        warm=True,
    )


@pytest.fixture(scope="session")
def cifar10(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """Real CIFAR-10 where this checkout has it beside it; None for the stand-in."""
    if os.environ.get("GRADER_DATA") or not SHARED.is_file():
        return None
    import subprocess
    import sys

    target = tmp_path_factory.mktemp("cifar10") / "cifar10.npz"
    subprocess.run([sys.executable, str(SHARED), str(target)], check=True)
    return target


@pytest.fixture(scope="session")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Worker processes for gradings; fresh ones, since TensorFlow does not survive a fork of this one."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=os.cpu_count() or 1, mp_context=context) as executor:
        yield executor
        executor.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def grade(request: pytest.FixtureRequest, pool: ProcessPoolExecutor, cifar10: Path | None) -> Grade:
    """The report of a notebook; all that the selected tests name in `notebook` are graded from now on."""
    futures: dict[Path, Future[Report]] = {}
    for item in request.session.items:
        callspec = getattr(item, "callspec", None)
        path = callspec.params.get("notebook") if callspec else None
        if isinstance(path, Path) and path not in futures:
            futures[path] = pool.submit(grade_notebook, path, options_for(path, cifar10))

    def report(path: Path) -> Report:
        return futures[path].result()

    return report
