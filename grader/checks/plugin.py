"""Runs checks as pytest tests and collects how each ended.

A check is a plain test function: its docstring is its title, the marker that `check` makes gives exercise and
points, fixtures give the submission. What is expected to be checked is fixed before the first check runs; a check
that does not report is an error of ours.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import logging
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from grader.checks.deadline import Deadline, OutOfTimeError
from grader.checks.isolation import isolated
from grader.checks.outcomes import CheckOutcome, Failed, NotAttempted, Partial, Undecided
from grader.checks.submission import Submission
from grader.errors import AssignmentError
from grader.report.model import Status
from grader.training import Bar, read_bars

__all__ = ["CheckResult", "CheckSpec", "check", "run_checks"]

_log = logging.getLogger(__name__)
_SECONDS, _SECONDS_EACH = 300.0, 30.0
"""Time that checks may take: together, and one of them. All checks of an assignment take about a second."""
_OUR_FAULT = "The check itself failed; no fault of the submission."


def check(
    exercise: str,
    points: float,
    *,
    needs: Sequence[str] = (),
    visibility: Literal["public", "hidden"] = "public",
) -> pytest.MarkDecorator:
    """Mark a test function as a check.

    Args:
        exercise: id of the exercise in the rubric.
        points: what it is worth.
        needs: checks without which this one says nothing, as ``name`` in the same file or ``file::name`` (both
            without ``test_``); if one of them is not passed, a failure of this one is undecided and says why, so
            that one mistake is not paid for twice.
        visibility: students see only title and points of a ``hidden`` check.
    """
    return pytest.mark.check(exercise=exercise, points=points, needs=tuple(needs), visibility=visibility)


@dataclass(frozen=True)
class CheckSpec:
    """A check as declared."""

    id: str
    title: str
    exercise: str
    points: float
    needs: tuple[str, ...]
    visibility: Literal["public", "hidden"]


@dataclass(frozen=True)
class CheckResult:
    """A check and how it ended."""

    spec: CheckSpec
    status: Status
    share: float = 0.0
    message: str = ""
    cells: tuple[int, ...] = ()

    @property
    def earned(self) -> float:
        """Points earned, in hundredths."""
        return round(self.share * self.spec.points, 2)


def run_checks(tests: Path, submission: Submission) -> list[CheckResult]:
    """Run all checks in a folder on one submission, in the order of the files.

    Raises:
        AssignmentError: if the folder's checks cannot be collected.
        KeyboardInterrupt: if the user interrupts them, which pytest alone would keep to itself.
    """
    collector = _Collector(tests, submission)
    arguments = [
        str(tests),
        "--rootdir",
        str(tests),
        "--confcutdir",
        str(tests),
        "-c",
        os.devnull,
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
        "-p",
        "no:logging",
        # It collects garbage in the whole process at each end, to find errors that nobody here looks for.
        "-p",
        "no:unraisableexception",
        "-o",
        "python_files=test_*.py",
    ]
    output = io.StringIO()
    with isolated(tests), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = pytest.main(arguments, plugins=[collector])
    if collector.interrupted:
        raise KeyboardInterrupt
    if collector.faults or code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.INTERNAL_ERROR):
        details = "\n".join(collector.faults) or output.getvalue()
        raise AssignmentError(f"The checks in {tests} cannot be run: {details}")
    if not collector.specs:
        raise AssignmentError(f"{tests} holds no checks: no function in a test_*.py file is marked with `check`.")
    return collector.outcomes()


@dataclass
class _Collector:
    """The pytest plugin of one grading."""

    folder: Path
    submission_given: Submission
    specs: list[CheckSpec] = field(default_factory=list)
    results: dict[str, CheckResult] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    interrupted: bool = False
    _deadline: Deadline = field(default_factory=lambda: Deadline(_SECONDS, each=_SECONDS_EACH))
    _by_node: dict[str, CheckSpec] = field(default_factory=dict)

    def outcomes(self) -> list[CheckResult]:
        """How each expected check ended, in order."""
        ended = {
            spec.id: self.results.get(spec.id) or CheckResult(spec, Status.ERROR, message="The check did not report.")
            for spec in self.specs
        }
        # Only now, as a check may need one that runs after it.
        return [_reconsidered(result, ended) for result in ended.values()]

    @pytest.fixture(scope="session")
    def submission(self) -> Submission:
        """The submission that is graded."""
        return self.submission_given

    @pytest.fixture(scope="session")
    def bars(self) -> dict[str, Bar]:
        """The accuracy bars of the assignment, from its ``bars.toml``, by network."""
        return read_bars(self.folder / "bars.toml")

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declare the marker, and have failures told in the plainest form.

        Nobody sees it, and any other has the source of pytest itself parsed for each failed check.
        """
        config.option.tbstyle = "native"
        config.addinivalue_line("markers", "check(exercise, points, needs, visibility): a graded check")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note files that cannot be imported, or skip themselves and with them their checks."""
        if not report.passed:
            said = [line.removeprefix("E ").strip() for line in report.longreprtext.splitlines() if line.strip()]
            self.faults.append(f"{report.nodeid}: {said[-1] if said else report.outcome}")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Fix the list of checks that must report."""
        for item in items:
            marker = item.get_closest_marker("check")
            if marker is None or not {"exercise", "points", "needs", "visibility"} <= marker.kwargs.keys():
                self.faults.append(f"{item.nodeid} is not marked with `check(exercise, points)`.")
                continue
            spec = _spec(item, marker.kwargs)
            self.specs.append(spec)
            self._by_node[item.nodeid] = spec
        self.faults += _contradictions(self.specs)

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that it was the user, and not pytest itself, who wants no more of it."""
        ended_by_pytest = isinstance(excinfo.value, (pytest.Session.Interrupted, pytest.exit.Exception))
        self.interrupted = not ended_by_pytest

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Iterator[None]:
        """Limit the time that fixtures take."""
        with self._deadline.share():
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Limit the time that a check takes, and keep what a hidden one remarks to itself."""
        hidden = self._by_node[item.nodeid].visibility == "hidden"
        known = dict(self.submission_given.remarks)
        try:
            with self._deadline.share():
                yield
        finally:
            if hidden:
                self.submission_given.remarks = known

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
        """Keep how a check ended, in its fixtures or in itself."""
        report = yield
        spec = self._by_node[item.nodeid]
        if call.when in ("setup", "call") and (call.excinfo is not None or call.when == "call"):
            error = None if call.excinfo is None else call.excinfo.value
            self.results[spec.id] = _result(spec, error)
        return report


def _contradictions(specs: Sequence[CheckSpec]) -> Iterator[str]:
    known = Counter(spec.id for spec in specs)
    for spec in specs:
        if known[spec.id] > 1:
            yield f"There are {known[spec.id]} checks called {spec.id}."
        if not spec.points > 0 or round(spec.points, 2) != spec.points:
            yield f"{spec.id} is worth {spec.points:g} points; a check is worth some, in full hundredths."
        for need in spec.needs:
            if need not in known:
                yield f"{spec.id} needs {need}, which is no check."


def _reconsidered(result: CheckResult, ended: Mapping[str, CheckResult]) -> CheckResult:
    """A failure that may follow from one that is paid for elsewhere counts neither way."""
    if result.status not in (Status.FAILED, Status.PARTIAL):
        return result
    for needed in (ended[name] for name in result.spec.needs):
        if needed.status is not Status.PASSED:
            open_yet = needed.status in (Status.UNDECIDED, Status.ERROR)
            why = "could not be decided" if open_yet else "is not right yet"
            message = f"{result.message} This may follow from «{needed.spec.title}», which {why}."
            return CheckResult(result.spec, Status.UNDECIDED, message=message, cells=result.cells)
    return result


def _spec(item: pytest.Item, marker: Mapping[str, Any]) -> CheckSpec:
    function: Callable[..., None] | None = getattr(item, "function", None)
    title = inspect.getdoc(function) if function is not None else None
    name = item.name.removeprefix("test_")
    file = item.path.stem.removeprefix("test_")
    return CheckSpec(
        id=f"{file}::{name}",
        title=(title or name.replace("_", " ")).split("\n")[0].rstrip("."),
        exercise=marker["exercise"],
        points=float(marker["points"]),
        needs=tuple(need if "::" in need else f"{file}::{need}" for need in marker["needs"]),
        visibility=marker["visibility"],
    )


def _result(spec: CheckSpec, error: BaseException | None) -> CheckResult:
    if error is None:
        return CheckResult(spec, Status.PASSED, 1.0)
    if isinstance(error, Partial):
        return CheckResult(spec, Status.PARTIAL, error.share, error.message, error.cells)
    if isinstance(error, CheckOutcome):
        return CheckResult(spec, _STATUS[type(error)], 0.0, error.message, error.cells)
    if isinstance(error, AssertionError):
        return CheckResult(spec, Status.FAILED, 0.0, _said(error))
    # What went wrong may quote an expected value or a path of this machine: it is for the log of whoever debugs.
    _log.debug("The check %s failed.", spec.id, exc_info=error)
    reason = "The check took too long; no fault of the submission." if isinstance(error, OutOfTimeError) else _OUR_FAULT
    return CheckResult(spec, Status.ERROR, 0.0, reason)


def _said(error: AssertionError) -> str:
    """The message of an ``assert``; what pytest adds of the values compared is not for students."""
    said = str(error).split("\nassert ")[0]
    return "" if said.startswith("assert ") else said


_STATUS = {Failed: Status.FAILED, NotAttempted: Status.NOT_ATTEMPTED, Undecided: Status.UNDECIDED}
