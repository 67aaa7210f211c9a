"""The command line as a person types it: exit codes, files, plain words, and no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat.v4
import psutil
import pytest
from typer.testing import CliRunner

from grader import __version__
from grader.calibrating import CalibrationOptions
from grader.cli import app
from grader.errors import UsageError
from grader.execution.limits import Limits
from grader.execution.sandbox import SANDBOXES
from grader.pipeline import GradingOptions
from grader.training import Budget, Calibration
from grader.training.cache import Cache
from grader.training.protocol import Outcome
from tests.checks.factories import code, evidence, exercise, write_assignment
from tests.training.factories import calibration

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "student_template" / "nets.ipynb"
KEYS = {
    "report": "schema assignment submission effort dataset auto manual exercises run remarks",
    "auto": "earned possible undecided",
    "manual": "given possible",
    "exercise": "id title status auto manual checks",
    "check": "id title points earned status visibility message cells",
    "run": "seconds cells failed_cells sandbox versions",
}
PASSING = """
@check("e1", 2)
def test_answer(submission):
    assert any("42" in cell.text for cell in submission.evidence.cells), "42 is not printed"
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Grader = Callable[..., Ended]


@pytest.fixture(scope="session")
def no_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Environment of a machine without CIFAR-10, which prepares the stand-in once."""
    folder = tmp_path_factory.mktemp("no-data")
    yield {"KERAS_HOME": str(folder / "keras"), "GRADER_CACHE": str(folder / "cache")}
    for file in folder.glob("cache/*/*"):  # pytest would keep 180 MB for three sessions
        file.unlink()


@pytest.fixture(scope="session")
def grader(no_data: dict[str, str]) -> Grader:
    """Runs a command in this process; nothing but an exit may leave it."""

    def grader(*arguments: object) -> Ended:
        environment = {**no_data, "GRADER_DATA": None, "COLUMNS": "200"}
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], env=environment)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        return Ended(result.exit_code, result.stdout, result.stderr)

    return grader


@pytest.fixture(scope="session")
def template(grader: Grader, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Path]:
    """The template graded as students get it: how it ended, and the folder with what was written."""
    out = tmp_path_factory.mktemp("reports") / "new" / "folder"
    formats = ("--format", "json", "-f", "html", "-f", "md", "-f", "json")
    ended = grader("run", TEMPLATE, *formats, "--out", out, "--evidence", out / "kept" / "nets.json")
    return ended, out


def report_at(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def write_notebook(path: Path, *sources: str) -> Path:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources]), path)
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Evidence of a run of one cell that printed 42."""
    evidence([code("print(42)", "42\n")]).save(tmp_path / "kept.json")
    return tmp_path / "kept.json"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """An assignment folder with one check, which 42 passes."""
    return write_assignment(tmp_path / "tiny", exercise("e1", 2), PASSING)


# The template


def test_untouched_template_is_not_attempted(template: tuple[Ended, Path]) -> None:
    ended, out = template
    assert (ended.code, ended.err) == (0, "")
    report = report_at(out / "nets.json")
    assert (report["auto"]["earned"], report["auto"]["possible"], report["auto"]["undecided"]) == (0, 86, 0)
    statuses = {exercise["id"]: exercise["status"] for exercise in report["exercises"]}
    assert statuses.pop("exe19") == "pending"
    assert set(statuses.values()) == {"not_attempted"}
    assert report["run"]["failed_cells"] == []


def test_json_has_the_fixed_keys(template: tuple[Ended, Path]) -> None:
    def expect(name: str, part: dict[str, Any]) -> None:
        assert set(part) == set(KEYS[name].split()), name

    report = report_at(template[1] / "nets.json")
    expect("report", report)
    expect("run", report["run"])
    assert report["schema"] == "grader/report/v1"
    assert (report["assignment"], report["submission"], report["effort"]) == ("nets", "nets", "short")
    for part in (report, *report["exercises"]):
        expect("auto", part["auto"])
        expect("manual", part["manual"])
    for one in report["exercises"]:
        expect("exercise", one)
        for check in one["checks"]:
            expect("check", check)


def test_files_and_folders_are_made(template: tuple[Ended, Path]) -> None:
    ended, out = template
    assert {path.name for path in out.iterdir()} == {"nets.json", "nets.html", "nets.md", "kept"}
    assert (out / "nets.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html")
    written = [line.removeprefix("Written: ") for line in ended.out.splitlines() if line.startswith("Written: ")]
    assert written == [str(out / f"nets.{suffix}") for suffix in ("json", "html", "md")]
    assert "86" in ended.out


def test_regrading_gives_the_same_report(template: tuple[Ended, Path], grader: Grader, tmp_path: Path) -> None:
    _, out = template
    ended = grader("regrade", out / "kept" / "nets.json", "--format", "json", "--out", tmp_path)
    assert ended.code == 0
    assert report_at(tmp_path / "nets.json") == report_at(out / "nets.json")


def test_blank_notebook_is_not_attempted(grader: Grader, tmp_path: Path) -> None:
    evidence([]).save(tmp_path / "blank.json")
    ended = grader("regrade", tmp_path / "blank.json", "-a", "nets", "-f", "json", "-o", tmp_path)
    assert ended.code == 0
    report = report_at(tmp_path / "nets.json")
    assert report["auto"]["earned"] == 0
    assert {one["status"] for one in report["exercises"][:-1]} == {"not_attempted"}


# Exit codes


def test_assignment_folder_and_names_beyond_ascii(grader: Grader, tiny: Path, tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "Zoë Nguyễn – réseau (1).v2.ipynb", "print(6 * 7)")
    ended = grader(
        "run", notebook, "--assignment", tiny, "-f", "json", "-o", tmp_path / "Ergebnis – 1", "--fail-under", 2
    )
    assert (ended.code, ended.err) == (0, "")
    report = report_at(tmp_path / "Ergebnis – 1" / "Zoë Nguyễn – réseau (1).v2.json")
    assert report["submission"] == "Zoë Nguyễn – réseau (1).v2"
    assert (report["assignment"], report["auto"]["earned"], report["dataset"]) == ("tiny", 2, "stand-in")


@pytest.mark.parametrize(("bar", "code"), [("2", 0), ("2.01", 1), ("-1", 0)])
def test_fail_under(grader: Grader, kept: Path, tiny: Path, bar: str, code: int) -> None:
    assert grader("regrade", kept, "-a", tiny, "--fail-under", bar).code == code


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "N", "--assignment", "no-such"], "There is no assignment «no-such». Known: first-cnn, googlenet,"),
        (["run", "N", "--assignment", "x" * 5000], "There is no assignment"),
        (["run", "N", "--effort", "hard"], "--effort is sketch, short or full, not «hard»"),
        (["run", "N", "--budget", "soon"], "--budget soon: give steps, a time with its unit, or both"),
        (["run", "N", "--budget", "0"], "such as 1500, 90s or 1500,5m"),
        (["calibrate"], "ASSIGNMENT"),
        (["calibrate", "no-such"], "There is no assignment «no-such»"),
        (["calibrate", "nets", "--seeds", "1"], "--seeds: a standard deviation takes two seeds or more"),
        (["calibrate", "nets", "--steps", "-1"], "--steps"),
        (["calibrate", "nets", "--data", "gone.npz"], "gone.npz"),
        (["cache", "0123"], "0 trainings have a key that begins with «0123»"),
        (["run", "N", "--format", "pdf"], "--format is html or json or md, not «pdf»"),
        (["run", "N", "--assignment", "nets", "--data", "gone.npz"], "gone.npz"),
        (["run", "N", "--format", "json", "--out", "N"], "there is a file of that name"),
        (["run", "N", "--format", "json", "--out", "N/deeper"], "there is a file of that name"),
        (["run", "N", "--evidence", "."], "name a file in a folder"),
        (["run", "N", "--evidence", "N/e.json"], "name a file in a folder"),
        (["run", "N", "--cell-timeout", "0"], "--cell-timeout"),
        (["run", "N", "--cell-timeout", "soon"], "--cell-timeout"),
        (["run", "N", "--fail-under", "all"], "--fail-under"),
        (["run", "N", "--seed", "x"], "--seed"),
        (["run", "N", "--sandbox", "sandcastle"], "--sandbox is auto, bubblewrap, docker, podman, landlock or none"),
        (["run", "N", "--memory", "much"], "«much» is no size. Write it as 512M or 4G."),
        (["run", "N", "--disk", "0"], "«0» is no size"),
        (["run", "N", "--processes", "0"], "--processes"),
        (["run", "N", "--timeout", "0"], "--timeout"),
        (["run"], "NOTEBOOK"),
        (["regrade", "gone.json"], "gone.json"),
        (["regrade", "E", "--format", "pdf"], "--format is"),
        (["regrade", "E", "--assignment", "nets", "--data", "gone.npz"], "gone.npz"),
        (["no-such-command"], "no-such-command"),
    ],
)
def test_usage_errors(
    grader: Grader, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write_notebook(tmp_path / "N", "print(1)")
    kept.rename(tmp_path / "E")
    ended = grader(*arguments)
    assert ended.code == 2
    assert told in ended.err
    assert {path.name for path in tmp_path.iterdir()} == {"N", "E"}, "nothing is written"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[GradingOptions]:
    """The options of each run that is asked for, and none is done."""
    noted: list[GradingOptions] = []

    def note(_path: Path, options: GradingOptions, _progress: object) -> None:
        noted.append(options)
        raise UsageError("noted")

    monkeypatch.setattr("grader.pipeline.grade_notebook", note)
    return noted


def test_limits_and_sandbox_reach_the_run(grader: Grader, tmp_path: Path, given: list[GradingOptions]) -> None:
    notebook = write_notebook(tmp_path / "N.ipynb", "1")
    grader("run", notebook)
    asked = {"cell-timeout": "3", "timeout": "4", "cpu-time": "5", "memory": "6M", "processes": "7", "disk": "8K"}
    options = [word for name, value in asked.items() for word in (f"--{name}", value)]
    grader("run", notebook, *options, "--output", "9000", "--sandbox", "none", "--effort", "full")
    assert given[0].limits == Limits.of_effort("short")
    assert given[0].sandbox == "auto"
    assert given[1].limits == Limits(3, 4, 5, 6 * 2**20, 7, 8 * 2**10, 9000)
    assert given[1].sandbox == "none"


def test_effort_budget_and_cache_reach_the_run(
    grader: Grader, no_data: dict[str, str], tmp_path: Path, given: list[GradingOptions]
) -> None:
    notebook = write_notebook(tmp_path / "N.ipynb", "1")
    grader("run", notebook)
    grader("run", notebook, "--effort", "sketch", "--budget", "1500,5m", "--no-cache")
    assert (given[0].effort, given[0].budget) == ("short", Budget())
    assert given[0].trainings == Path(no_data["GRADER_CACHE"]) / "trainings"
    assert (given[1].effort, given[1].budget, given[1].trainings) == ("sketch", Budget(1500, 300.0), None)


def test_gpu_that_is_not_there_is_no_fault_of_the_notebook(
    grader: Grader, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.gpus.gpus", lambda: ())
    notebook = write_notebook(tmp_path / "N.ipynb", "print(42)")
    ended = grader("run", notebook, "-a", tiny, "--gpu", "-f", "json", "-o", tmp_path)
    assert ended.code == 4
    report = json.loads((tmp_path / "N.json").read_text(encoding="utf-8"))
    assert report["auto"]["earned"] == 0
    assert report["auto"]["undecided"] == report["auto"]["possible"] > 0
    assert {check["status"] for each in report["exercises"] for check in each["checks"]} == {"error"}
    assert any("no GPU that can be seen" in remark for remark in report["remarks"])


def test_doctor_shows_every_sandbox(grader: Grader) -> None:
    ended = grader("doctor")
    assert ended.code == 0
    for name in SANDBOXES:
        assert f"\n{name} " in ended.out
    assert "`grader run` takes the first that is usable: " in ended.out
    assert "GPUs: " in ended.out


CODE_CELL = {"cell_type": "code", "source": "1", "metadata": {}, "outputs": [], "execution_count": None}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n",
        b"\xff\xfe\x00\xd8",
        b"\x89PNG\r\n\x1a\n",
        b"PK\x03\x04",
        b"not json",
        b"[]",
        b"null",
        b"{}",
        b'{"cells": 5, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"cells": [], "nbformat": 2, "metadata": {}}',
        b"[" * 100_000,
        b"<!doctype html><title>login</title>",
        b"print('a script')",
        json.dumps(
            {
                "nbformat": 4,
                "nbformat_minor": 5,
                "metadata": {"kernelspec": {"name": "ir", "language": "R"}, "language_info": {"name": "R"}},
                "cells": [CODE_CELL],
            }
        ).encode(),
    ],
)
def test_unreadable_submissions(grader: Grader, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.ipynb"
    path.write_bytes(content)
    ended = grader("run", path, "-f", "json", "-o", tmp_path)
    assert ended.code == 3
    assert ended.out == ""
    (line,) = ended.err.splitlines()
    assert line.startswith("grader: ")
    assert "bad.ipynb" in line
    assert list(tmp_path.iterdir()) == [path]


def test_submissions_that_are_no_files(grader: Grader, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.ipynb", tmp_path):
        ended = grader("run", path)
        assert ended.code == 3
        assert len(ended.err.splitlines()) == 1


def test_broken_assignment_is_our_own_fault(grader: Grader, kept: Path, tmp_path: Path) -> None:
    folder = write_assignment(tmp_path / "broken", exercise("e1", 1), "import no_such_module")
    ended = grader("regrade", kept, "-a", folder)
    assert ended.code == 4
    assert "test_0.py" in ended.err
    (folder / "assignment.toml").write_text("id = ", encoding="utf-8")
    ended = grader("regrade", kept, "-a", folder)
    assert ended.code == 4
    assert "assignment.toml is no TOML" in ended.err


def test_report_with_a_broken_check_is_written_all_the_same(grader: Grader, kept: Path, tmp_path: Path) -> None:
    folder = write_assignment(
        tmp_path / "broken", exercise("e1", 3), PASSING + "@check('e1', 1)\ndef test_odd():\n    1 / 0\n"
    )
    ended = grader("regrade", kept, "-a", folder, "-f", "json", "-o", tmp_path, "--fail-under", "3")
    assert ended.code == 4, "our own fault comes before a bar"
    report = report_at(tmp_path / "nets.json")
    assert report["auto"] == {"earned": 2, "possible": 3, "undecided": 1}


def test_damaged_evidence_is_told_plainly(grader: Grader, tmp_path: Path) -> None:
    (tmp_path / "e.json").write_text('{"schema": "other"}', encoding="utf-8")
    ended = grader("regrade", tmp_path / "e.json")
    assert ended.code == 4
    assert "is no evidence of this version" in ended.err


def test_unforeseen_fault_is_told_plainly(
    grader: Grader, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("wires \x1b[31mcrossed")

    monkeypatch.setattr("grader.pipeline.regrade_evidence", broken)
    ended = grader("regrade", kept)
    assert ended.code == 4
    assert ended.err.splitlines() == [
        "grader: a fault of our own: RuntimeError: wires crossed",
        "Run the command with --debug and report what it shows.",
    ]
    result = CliRunner().invoke(app, ["regrade", str(kept), "--debug"])
    assert result.exit_code == 4
    assert "Traceback" in result.stderr
    assert "wires" in result.stderr


# Trainings of grader's own


@pytest.fixture
def trainings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """Two trainings that are kept."""
    cache = Cache(tmp_path / "trainings")
    monkeypatch.setattr("grader.training.cache.trainings_folder", lambda: cache.folder)
    for seed, accuracy in ((1, 0.61), (2, 0.62)):
        outcome = Outcome(ended="reached", steps=500, accuracies=((500, accuracy),))
        cache.keep({"seed": seed, "steps": 1565}, outcome, "NET I")
    return cache


def test_trainings_that_are_kept_are_shown(grader: Grader, trainings: Cache) -> None:
    ended = grader("cache")
    assert (ended.code, ended.err) == (0, "")
    assert f"2 trainings, 1 kB, in {trainings.folder}" in ended.out
    for entry in trainings.entries():
        (line,) = (line for line in ended.out.splitlines() if line.startswith(entry.key[:12]))
        assert f"{entry.outcome.best:.1%}" in line
        assert "NET I" in line


def test_one_of_them_is_shown_whole_by_the_beginning_of_its_key(grader: Grader, trainings: Cache) -> None:
    for entry in trainings.entries():
        ended = grader("cache", entry.key[:12])
        assert ended.code == 0
        told = json.loads(ended.out)
        assert (told["key"], told["question"]["seed"]) == (entry.key, entry.question["seed"])
        assert told["outcome"]["accuracies"] == [[500, entry.outcome.best]]


def test_all_of_them_are_forgotten(grader: Grader, trainings: Cache) -> None:
    assert grader("cache", "--clear") == Ended(0, "2 trainings forgotten.\n", "")
    assert grader("cache", "--clear") == Ended(0, "0 trainings forgotten.\n", "")
    assert trainings.entries() == []
    assert "0 trainings, 0 kB" in grader("cache").out


def test_calibrations_are_shown_as_they_are_written(grader: Grader, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[CalibrationOptions] = []

    def note(options: CalibrationOptions, _progress: object) -> list[Calibration]:
        given.append(options)
        return [calibration((0.6, 0.7))]

    monkeypatch.setattr("grader.calibrating.calibrate_assignment", note)
    ended = grader("calibrate", "nets", "-n", "NET I", "--seeds", "3", "--steps", "10", "--steps", "0")
    assert (ended.code, ended.err) == (0, "")
    assert given == [CalibrationOptions("nets", ["NET I"], 3, [10, 0], None)]
    assert ended.out.splitlines()[-1].split() == ["NET", "I", "100", "2", "65.00%", "7.07%", "43.79%", "10"]
    grader("calibrate", "nets")
    assert given[1] == CalibrationOptions("nets")


# Other commands and options


def test_quiet_says_nothing(grader: Grader, kept: Path, tiny: Path) -> None:
    assert grader("regrade", kept, "-a", tiny, "--quiet") == Ended(0, "", "")


def test_assignments_are_listed(grader: Grader) -> None:
    ended = grader("assignments")
    assert ended.code == 0
    listed = dict(line.split(maxsplit=1) for line in ended.out.splitlines())
    assert list(listed) == ["first-cnn", "googlenet", "nets", "regularization", "tiny-vgg"]
    assert listed["nets"].startswith("NET I, II and III")
    assert len({line.index(title) for line, title in zip(ended.out.splitlines(), listed.values(), strict=True)}) == 1


def test_version(grader: Grader) -> None:
    assert grader("--version") == Ended(0, f"grader {__version__}\n", "")


def test_data_shows_every_place(grader: Grader, tmp_path: Path) -> None:
    ended = grader("data")
    assert ended.code == 0
    for place in ("--data", "$GRADER_DATA", "Keras cache", "generated"):
        assert place in ended.out
    gone = grader("data", "--data", tmp_path / "gone.npz")
    assert "gone.npz" in gone.out + gone.err


HEAVY = {"tensorflow", "keras", "numpy", "nbformat", "nbclient", "pytest", "matplotlib", "grader.pipeline"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys\n"
        "from grader.cli import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        "    print(*sys.modules, file=sys.stderr)\n"
    )
    command = [sys.executable, "-c", script, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
    assert not HEAVY & set(ended.stderr.split())


def test_terminal_without_unicode(kept: Path, tiny: Path, no_data: dict[str, str]) -> None:
    environment = {**os.environ, **no_data, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "grader", "regrade", str(kept), "-a", str(tiny)]
    ended = subprocess.run(command, capture_output=True, cwd=ROOT, env=environment, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.isascii()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_ends_plainly_and_leaves_no_kernel(
    no_data: dict[str, str], tiny: Path, tmp_path: Path, number: int
) -> None:
    notebook = write_notebook(tmp_path / "slow.ipynb", "1", "import time\ntime.sleep(600)", "2", "3")
    command = [sys.executable, "-m", "grader", "run", str(notebook), "-a", str(tiny), "-f", "json", "-o", str(tmp_path)]
    environment = {**os.environ, **no_data, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
        # Whoever runs the tests in the background of a shell has interrupts ignored, and so have all children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout is not None
        started = any(line.startswith("1 of 4") for line in process.stdout)
        kernels = psutil.Process(process.pid).children(recursive=True)
        (folder,) = {Path(kernel.environ()["HOME"]).parent.parent for kernel in kernels if kernel.environ().get("HOME")}
        process.send_signal(number)
        _, err = process.communicate()
    assert started, err
    assert process.returncode == 130
    assert err == "grader: interrupted; nothing was graded.\n"
    assert kernels
    assert psutil.wait_procs(kernels, timeout=30)[1] == []
    assert folder.name.startswith("grader-")
    assert not folder.exists()
    assert not (tmp_path / "slow.json").exists()
