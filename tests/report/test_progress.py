"""Progress while cells run."""

from __future__ import annotations

import io
import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from grader.execution.progress import NullProgress, ProgressListener
from grader.report.progress import LineProgress, RunProgress, progress_for


def log() -> Console:
    return Console(file=io.StringIO(), width=80, force_terminal=False, _environ={})


def screen(encoding: str = "utf-8") -> Console:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
    return Console(file=file, width=80, force_terminal=True, _environ={"TERM": "xterm"})


def shown(console: Console) -> str:
    file = console.file
    file.seek(0)
    return file.read()


def run(listener: ProgressListener, cells: int, errors: dict[int, str], preview: str = "x = 1") -> None:
    listener.on_run_start(cells)
    for position in range(1, cells + 1):
        listener.on_cell_start(position, preview)
        listener.on_cell_end(position, errors.get(position))
    listener.on_run_end()


def test_a_log_gets_few_lines() -> None:
    console = log()
    run(LineProgress(console), 10, {4: "NameError: name 'y' is not defined"})
    assert shown(console).split("\n") == [
        "Running 10 code cells",
        "3 of 10 code cells run",
        "cell 4 failed: NameError: name 'y' is not defined",
        "5 of 10 code cells run",
        "8 of 10 code cells run",
        "Ran 10 code cells, 1 failed",
        "",
    ]


def test_a_log_of_few_cells() -> None:
    console = log()
    run(LineProgress(console), 1, {})
    assert shown(console) == "Running 1 code cell\nRan 1 code cell, 0 failed\n"


def test_a_log_of_no_cells() -> None:
    console = log()
    run(LineProgress(console), 0, {})
    assert shown(console) == "Running 0 code cells\nRan 0 code cells, 0 failed\n"


def test_a_run_that_broke_off_says_so() -> None:
    console = log()
    listener = LineProgress(console)
    listener.on_run_start(7)
    listener.on_cell_end(1, None)
    listener.on_run_end()
    assert shown(console).endswith("Ran 1 of 7 code cells, 0 failed\n")


def test_the_display_shows_the_cell_that_runs_and_keeps_failures() -> None:
    console = screen()
    run(RunProgress(console), 3, {2: "ValueError: [red]bad[/red]"}, preview="\n\nmodel.fit(x[0], y)\nmore()")
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown(console))
    assert "3/3 cells" in text
    assert "cell 3: model.fit(x[0], y)" in text
    assert "more()" not in text
    assert "cell 2 failed: ValueError: [red]bad[/red]" in text


def test_the_display_ends_even_when_the_run_never_began() -> None:
    console = screen()
    listener = RunProgress(console)
    listener.on_cell_start(1, "x")
    listener.on_cell_end(1, None)
    listener.on_run_end()
    assert "cell 1" not in shown(console)


@given(said=st.text())
def test_hostile_text_commands_no_terminal(said: str) -> None:
    for encoding in ("utf-8", "ascii"):
        console = screen(encoding)
        run(RunProgress(console), 1, {1: said}, preview=said)
        own = re.sub(r"\x1b\[[\d;?]*[mhlKA]", "", shown(console))
        assert {sign for sign in own if unicodedata.category(sign) == "Cc"} <= {"\n", "\r"}


def test_the_listener_fits_the_console() -> None:
    assert isinstance(progress_for(screen()), RunProgress)
    assert isinstance(progress_for(log()), LineProgress)


def test_null_progress_listens_to_everything() -> None:
    run(NullProgress(), 2, {1: "error"})


# Trainings of grader's own


def train(listener: ProgressListener, network: str, *looks: tuple[int, float]) -> None:
    listener.on_training_start(network, 1565)
    for steps, accuracy in looks:
        listener.on_training_step(steps, accuracy)
    listener.on_training_end()


def test_a_log_gets_two_lines_for_a_training() -> None:
    console = log()
    listener = LineProgress(console)
    train(listener, "NET I", (106, 0.31), (212, 0.455))
    train(listener, "CNN")
    assert shown(console).split("\n") == [
        "Training NET I, at most 1565 steps",
        "Trained: 45.5% after 212 steps",
        "Training CNN, at most 1565 steps",
        "",
    ]


def test_the_display_shows_how_far_a_training_is() -> None:
    console = screen()
    listener = RunProgress(console)
    run(listener, 1, {})
    train(listener, "NET I", (106, 0.31), (212, 0.455))
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown(console))
    assert "212/1565 steps" in text
    assert "training NET I: 45.5%" in text


@given(said=st.text())
def test_hostile_names_of_networks_command_no_terminal(said: str) -> None:
    for encoding in ("utf-8", "ascii"):
        console = screen(encoding)
        train(RunProgress(console), said, (1, 0.5))
        own = re.sub(r"\x1b\[[\d;?]*[mhlKA]", "", shown(console))
        assert {sign for sign in own if unicodedata.category(sign) == "Cc"} <= {"\n", "\r"}


def test_null_progress_listens_to_trainings_as_well() -> None:
    train(NullProgress(), "NET I", (1, 0.5))
