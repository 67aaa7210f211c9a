"""Our own faults and the machine's: a report all the same, exit code 4, and no points lost."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat.v4
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from grader.checks import CheckResult, CheckSpec
from grader.cli import app
from grader.errors import InfrastructureError, UsageError, reason
from grader.evidence import Evidence
from grader.evidence.schema import RecorderFault, Tampering
from grader.faults import excused, undecidable
from grader.report.model import Status
from tests.checks.factories import code, evidence, exercise, markdown, write_assignment

CHECKS = """
@check("e1", 2)
def test_answer(submission):
    assert any("42" in cell.text for cell in submission.evidence.cells), "42 is not printed"

@check("e1", 1)
def test_anything():
    pass

@check("e2", 1)
def test_later(submission):
    if not submission.evidence.cells[-1].text:
        not_attempted("nothing was printed")
"""
Grade = Callable[..., tuple[Result, dict[str, Any]]]


@pytest.fixture
def grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """Grades a notebook of two cells, for which the run is made up; gives how it ended and the JSON report."""
    assignment = write_assignment(tmp_path / "tiny", exercise("e1", 3) + exercise("e2", 1, manual=1), CHECKS)
    cells = [nbformat.v4.new_code_cell(f"print({number})") for number in (42, 43)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "nets.ipynb")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr("grader.pipeline.prepare", lambda _: Prepared())
    monkeypatch.setattr("grader.pipeline.find_dataset", lambda _: None)

    def grade(run: Callable[..., Evidence], *options: str) -> tuple[Result, dict[str, Any]]:
        monkeypatch.setattr("grader.pipeline.run_notebook", run)
        out = tmp_path / "out"
        arguments = ["run", str(tmp_path / "nets.ipynb"), "-a", str(assignment), "-f", "json", "-f", "html", "-f", "md"]
        ended = CliRunner().invoke(app, [*arguments, "-o", str(out), *options], env={"COLUMNS": "200"})
        assert {file.suffix for file in out.iterdir()} == {".json", ".html", ".md"}
        return ended, json.loads((out / "nets.json").read_text(encoding="utf-8"))

    return grade


class Prepared:
    """As much of a prepared data set as a grading without a run asks for."""

    name, description, digest, notes = "cifar10", "CIFAR-10", "0", ()

    def load(self) -> SimpleNamespace:
        return SimpleNamespace(y_train=[[0]], y_test=[[0]])


def raising(error: Exception) -> Callable[..., Evidence]:
    def run(*_: Any) -> Evidence:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            InfrastructureError("The sandbox bubblewrap does not start: no namespaces."),
            "does not start: no namespaces.",
        ),
        (OSError(errno.ENOSPC, "No space left on device", "/var/lib/secret"), "No space left on device"),
        (RuntimeError("0x7f01 in /home/ta/secret"), "an error of grader itself (RuntimeError)"),
    ],
)
def test_a_run_that_never_began_is_a_report(grade: Grade, error: Exception, told: str) -> None:
    ended, report = grade(raising(error))
    assert ended.exit_code == 4
    assert told in " ".join(ended.output.split())
    assert "secret" not in ended.output
    assert (report["auto"]["earned"], report["auto"]["undecided"], report["auto"]["possible"]) == (0, 4, 4)
    assert {check["status"] for one in report["exercises"] for check in one["checks"]} == {"error"}
    assert {one["status"] for one in report["exercises"]} == {"error"}
    assert (report["submission"], report["run"]["cells"]) == ("nets", 0)
    (remark,) = (remark for remark in report["remarks"] if remark.startswith("The run broke"))
    assert told in remark
    assert "no fault of the submission" in remark


def test_with_debug_the_log_has_the_whole_error(grade: Grade, caplog: pytest.LogCaptureFixture) -> None:
    grade(raising(RuntimeError("0x7f01")), "--debug")
    assert "RuntimeError: 0x7f01" in caplog.text


def test_what_was_recorded_before_the_run_broke_counts(grade: Grade) -> None:
    broken = evidence([code("print(42)", "42\n"), code("print(43)")], fault="The disk is full.", submission="nets")
    ended, report = grade(lambda *_: broken)
    assert ended.exit_code == 4
    first, second = report["exercises"]
    assert [(check["status"], check["earned"]) for check in first["checks"]] == [("passed", 2), ("passed", 1)]
    assert (first["status"], second["status"]) == ("passed", "error")
    assert (report["auto"]["earned"], report["auto"]["undecided"]) == (3, 1)
    assert any("The disk is full. That is no fault of the submission" in remark for remark in report["remarks"])


def test_a_fault_of_the_user_is_told_as_such(grade: Grade, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="out"):  # where there is no report
        grade(raising(UsageError("--sandbox: choose another one.")))
    assert not (tmp_path / "out").exists()


def test_evidence_that_cannot_be_judged_is_our_fault(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    def attribute(seen: Evidence, _networks: object) -> dict[str, Any]:
        if seen.run.fault is None:
            raise KeyError("/home/ta/secret")
        return {}

    monkeypatch.setattr("grader.checks.submission.attribute", attribute)
    ended, report = grade(lambda *_: evidence([code("print(42)", "42\n"), code()]))
    assert ended.exit_code == 4
    assert "secret" not in ended.output
    assert (report["auto"]["earned"], report["auto"]["undecided"]) == (0, 4)
    assert any("an error of grader itself (KeyError)" in remark for remark in report["remarks"])


def test_a_full_disk_leaves_no_half_of_a_report(grade: Grade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = evidence([code("print(42)", "42\n"), code("print(43)", "43\n")])
    grade(lambda *_: seen)
    before = {file: file.read_bytes() for file in (tmp_path / "out").iterdir()}

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    ended, _ = grade(lambda *_: seen.model_copy(update={"remarks": ("another run",)}))
    assert ended.exit_code == 4
    assert "No space left on device" in ended.stderr
    assert "another run" in ended.stdout, "the report was shown all the same"
    assert {file: file.read_bytes() for file in (tmp_path / "out").iterdir()} == before


STATUSES = st.sampled_from([status for status in Status if status is not Status.PENDING])


@given(statuses=st.lists(STATUSES, max_size=6), ran=st.booleans(), ours=st.sampled_from(["run", "recorder", None]))
def test_with_a_fault_of_ours_nothing_is_lost_and_nothing_is_given(
    statuses: list[Status], ran: bool, ours: str | None
) -> None:
    share = {Status.PASSED: 1.0, Status.PARTIAL: 0.5}
    results = [
        CheckResult(CheckSpec(f"f::{number}", "t", "e", 1.0, (), "public"), status, share.get(status, 0.0), "said")
        for number, status in enumerate(statuses)
    ]
    faults = [RecorderFault(seq=1, cell=0, kind="recorder_fault", error="/tmp/secret")] if ours == "recorder" else []
    seen = evidence([code() if ran else markdown("text")], faults, fault="It broke." if ours == "run" else None)
    after = excused(seen, results)
    if ours is None:
        assert after == results
        return
    assert not {one.status for one in after} & {Status.FAILED, Status.PARTIAL, Status.NOT_ATTEMPTED}
    for old, new in zip(results, after, strict=True):
        assert new.earned in (0, old.earned)
        assert new.status in (Status.ERROR, old.status)
        assert "secret" not in new.message
        assert ran or new.status is Status.ERROR


def test_a_recorder_that_was_tampered_with_excuses_nothing() -> None:
    failed = [CheckResult(CheckSpec("f::a", "t", "e", 1.0, (), "public"), Status.FAILED, 0.0, "said")]
    fault = RecorderFault(seq=2, cell=0, kind="recorder_fault", error="broken")
    noticed = Tampering(seq=1, cell=0, kind="tampering", what="the recorder's log was called by other code")
    assert excused(evidence([code()], [fault]), failed)[0].status is Status.ERROR
    assert excused(evidence([code()], [noticed, fault]), failed) == failed


def test_undecidable_evidence_keeps_what_was_handed_in() -> None:
    seen = evidence([markdown("# A"), code("1 / 0", error="ZeroDivisionError: division by zero")])
    empty = undecidable(seen, "why")
    assert undecidable(empty, "and why not").run.fault == "why"
    assert [(cell.source, cell.ordinal, cell.error) for cell in empty.cells] == [
        ("# A", None, None),
        ("1 / 0", None, None),
    ]
    assert (empty.run.fault, empty.events) == ("why", ())


def test_reasons_are_for_readers() -> None:
    assert reason(InfrastructureError("No kernel.")) == "No kernel."
    assert reason(OSError(errno.ENOSPC, "No space left on device", "/secret")) == "No space left on device"
    assert "secret" not in reason(ValueError("secret"))
