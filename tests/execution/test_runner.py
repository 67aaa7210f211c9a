"""What notebooks do to their kernel, and what is left of it: evidence, but no process and no folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import InfrastructureError
from grader.evidence import Evidence
from grader.evidence.schema import DataServed, Finished
from grader.execution import runner
from grader.execution.folder import run_folder as run_folder_made
from grader.execution.kernels import kernel_manager
from grader.execution.limits import Limits
from grader.execution.sandbox import Enclosure, choose
from grader.execution.sandbox.unprotected import Unprotected
from tests.execution.conftest import Run, Watcher, left_of, run_folder

# Where the kernel is, which process it is, and what lies there.
WHERE = "import os\nprint(os.getcwd(), os.getpid(), os.listdir())"
CHILD = """
import signal, subprocess
print(subprocess.Popen(["sleep", "600"], preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)).pid)
"""


def expect_nothing_left(evidence: Evidence) -> None:
    assert left_of(run_folder(evidence)) == []
    assert not run_folder(evidence).exists()


def test_cells_run_on_whatever_one_of_them_does(run: Run, watcher: Watcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET_OF_THE_USER", "token")
    behaviour = {
        WHERE: None,
        "undefined_name\nprint('not reached')": "NameError: name 'undefined_name' is not defined",
        "print('later')": None,
        "def broken(:": "SyntaxError: invalid syntax (line 1)",
        "import sys\nsys.exit('enough')": "SystemExit: enough",
        "raise ValueError('\\x1b[31mfirst line\\nsecond line')": "ValueError: first line",
        "raise KeyboardInterrupt": "KeyboardInterrupt: ",
        "input('name? ')": "StdinNotImplementedError: raw_input was called, but this frontend does not support input "
        "requests.",
        "import asyncio\nawait asyncio.sleep(0)\nprint('awaited')": None,
        "%%time\nprint('timed')": None,
        "import warnings\nwarnings.warn('old')\nprint('to stderr', file=sys.stderr)": None,
        "from IPython.display import HTML, Markdown\ndisplay(HTML('<td>896</td>'), Markdown('**30**'))\n6 * 7": None,
        "print('x' * 1_000_000)": None,
        "\n": None,
        "while True: pass": "interrupted at its time limit",
        "print(sorted(os.environ))": None,
        CHILD: None,
        "from keras.datasets import cifar10\nprint(cifar10.load_data()[0][0].shape)": None,
        "quit()": None,  # after which a bare kernel has a tenth of a second left
        "import time\ntime.sleep(0.5)\nprint('after quit')": None,
    }
    evidence = run(*behaviour, cell_timeout=5)
    assert [cell.error for cell in evidence.cells] == list(behaviour.values())
    assert evidence.run.ended == "complete"
    said = {cell.source: cell.text for cell in evidence.cells}
    assert said["print('later')"] == "later\n"
    assert "[]" in said[WHERE], "a notebook starts in an empty folder"
    assert Path(said[WHERE].split()[0]) != Path.cwd()
    texts = [cell.text for cell in evidence.cells]
    assert texts[8] == "awaited\n"
    assert texts[9].startswith("timed\n")
    assert texts[10] == "", "the error stream is no output that is graded"
    assert "896" in texts[11]
    assert "30" in texts[11]
    assert "42" in texts[11]
    assert 100_000 < len(texts[12]) <= 1_000_001
    assert "A_SECRET_OF_THE_USER" not in said["print(sorted(os.environ))"]
    assert "PATH" in said["print(sorted(os.environ))"]
    assert texts[17] == "(50, 32, 32, 3)\n"
    assert texts[19] == "after quit\n"

    timed_out = [cell.position for cell in evidence.cells if cell.timed_out]
    assert timed_out == [15]
    assert [cell.ordinal for cell in evidence.cells] == [*range(13), None, *range(13, 19)]
    assert [event.cell for event in evidence.of(DataServed)] == [16], "events name the cell by its ordinal"
    assert len(evidence.of(Finished)) == 1
    run_of_cells = [event for event in watcher.told if event[0] == "end of cell"]
    assert run_of_cells[1] == ("end of cell", 2, "NameError: name 'undefined_name' is not defined")
    assert watcher.told[0] == ("start", 19)
    assert watcher.told[-1] == ("end",)
    expect_nothing_left(evidence)


def test_cell_that_ignores_its_interruption_ends_the_run(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "INTERRUPT_SECONDS", 6)  # nbclient looks at its own limits every 5 seconds
    stubborn = """
import time
print("before", flush=True)
while True:
    try:
        time.sleep(600)
    except BaseException:
        pass
"""
    evidence = run(WHERE, stubborn, "print('never')", cell_timeout=2)
    assert evidence.run.ended == "an interrupt did not end cell 2; the cells after it were not run"
    assert (evidence.cells[1].error, evidence.cells[1].text) == ("interrupted at its time limit", "before\n")
    assert (evidence.cells[2].ordinal, evidence.cells[2].text) == (None, "")
    expect_nothing_left(evidence)


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_kernel_that_dies_leaves_what_came_before(run: Run, watcher: Watcher, end: str) -> None:
    evidence = run(WHERE, "from keras.datasets import cifar10\n_ = cifar10.load_data()", end, "print('never')")
    assert evidence.run.ended == "the kernel died in cell 3; the cells after it were not run"
    assert [event.cell for event in evidence.of(DataServed)] == [1]
    assert not evidence.of(Finished)
    assert [cell.ordinal for cell in evidence.cells] == [0, 1, 2, None]
    assert watcher.told[-1] == ("end",)
    expect_nothing_left(evidence)


def test_notebook_without_code(run: Run, watcher: Watcher) -> None:
    evidence = run("", "  \n")
    assert evidence.run.ended == "complete"
    assert [cell.ordinal for cell in evidence.cells] == [None, None]
    assert watcher.told == [("start", 0), ("end",)]


def test_fault_of_a_listener_is_not_taken_for_one_of_the_kernel(
    run: Run, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(position: int, error: str | None) -> None:
        raise BrokenPipeError("the reader has gone")

    monkeypatch.setattr(watcher, "on_cell_end", closed)
    with pytest.raises(BrokenPipeError):
        run("print(1)")
    assert watcher.told[-1] == ("end",)


@pytest.mark.parametrize("run", ["cold"], indirect=True)  # a forked kernel asks for no interpreter
@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("#!/bin/sh\necho 'no module named tensorflow' >&2\nexit 1\n", "no module named tensorflow"),
        (None, "No such file or directory"),
    ],
)
def test_kernel_that_does_not_start(
    run: Run, watcher: Watcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str | None, told: str
) -> None:
    python = tmp_path / "python"
    if source is not None:
        python.write_text(source, encoding="utf-8")
        python.chmod(0o755)
    choose("none", forking=False)  # tried once, while there is a Python
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(InfrastructureError, match=told):
        run("print(1)", sandbox="none")
    assert watcher.told == [("start", 1), ("end",)]


def test_run_folder_fits_a_socket_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / ("deep" * 30)))
    with run_folder_made() as folder:
        assert len(os.fsencode(folder.sockets / "events")) < 100
        assert folder.path.stat().st_mode & 0o077 == 0, "nobody else may look into it"
    assert not folder.path.exists()


@pytest.mark.parametrize("depth", [3, 3000])
def test_folder_is_removed_whatever_was_done_to_it(depth: int) -> None:
    with run_folder_made() as folder:
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"import os\nfor _ in range({depth}): os.mkdir('d'); os.chdir('d')\nos.chmod('.', 0)",
            ],
            cwd=folder.work,
            check=True,
        )
        folder.work.chmod(0)
    assert not folder.path.exists()


def test_kernel_is_this_python() -> None:
    with run_folder_made() as folder:
        manager = kernel_manager(Unprotected(), Enclosure(folder, Limits()))
    manager.context.destroy()
    assert manager.kernel_spec.argv[0] == sys.executable
    assert manager.get_connection_info()["transport"] == "ipc"


def test_a_notebook_has_temporary_files_of_its_own(run: Run) -> None:
    evidence = run(
        WHERE,
        """
        import os, tempfile, pathlib, numpy as np, keras
        os.makedirs("/tmp/course/logs", exist_ok=True)
        with open("/tmp/course/notes.txt", "w") as file:
            file.write("mine")
        np.save("/tmp/course/a.npy", np.arange(3))
        net = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
        net.save("/tmp/course/net.keras")
        net.save_weights("/tmp/course/net.weights.h5")
        net.load_weights("/tmp/course/net.weights.h5")
        os.rename("/tmp/course/notes.txt", "/tmp/course/read.txt")
        print(pathlib.Path("/tmp/course/read.txt").read_text(), np.load("/tmp/course/a.npy").sum())
        print(sorted(os.listdir("/tmp/course")), os.path.exists("/tmp/course/logs"))
        print(keras.models.load_model("/tmp/course/net.keras").count_params())
        with tempfile.NamedTemporaryFile() as file, open(file.name, "rb") as again:
            file.write(b"x")
        """,
    )
    assert evidence.cells[1].error is None
    assert evidence.cells[1].text.splitlines() == [
        "mine 3",
        "['a.npy', 'logs', 'net.keras', 'net.weights.h5', 'read.txt'] True",
        "3",
    ]
    assert not Path("/tmp/course").exists(), "nothing of it is left"


def test_what_keras_fetches_lies_in_the_folder_of_the_run(run: Run) -> None:
    evidence = run(
        WHERE,
        """
        import keras, pathlib
        pathlib.Path("source.txt").write_text("fetched")
        print(keras.utils.get_file("a.txt", origin=pathlib.Path("source.txt").resolve().as_uri()))
        """,
    )
    assert evidence.cells[1].error is None
    fetched = Path(evidence.cells[1].text.strip().splitlines()[-1])
    assert fetched.name == "a.txt"
    assert run_folder(evidence) in fetched.parents
    assert not fetched.exists(), "nothing of a run is left"
