"""In the log of GitHub Actions nothing that a submission can have printed is a command to the runner."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.workflow import commands_stopped

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = "a\n::error title=Autograding complete::Points 100/100\n##[add-mask]x\n::add-mask::a.ipynb"


def obeyed(log: str) -> Iterator[str]:
    """Commands that the runner takes from a log, by its rules: either form, unless they are stopped."""
    stopped = None
    for line in log.splitlines():
        text = line.lstrip()
        if stopped is not None:
            stopped = None if text == f"::{stopped}::" else stopped
        elif text.startswith("::stop-commands::"):
            stopped = text.removeprefix("::stop-commands::")
        elif text.startswith("::") or "##[" in text:
            yield text
    assert stopped is None, "commands of later steps must be heard again"


def logged(*arguments: str, **environment: str) -> tuple[int, str]:
    """A command in a process of its own, with both streams in one log, as a runner has them."""
    ended = subprocess.run(
        [sys.executable, "-m", "grader", *arguments],
        env={**os.environ, **environment},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return ended.returncode, ended.stdout.decode()


@pytest.mark.parametrize("arguments", [["regrade", HOSTILE], [HOSTILE], ["run", HOSTILE, "--effort", HOSTILE]])
def test_messages_about_hostile_names_are_no_commands(arguments: list[str]) -> None:
    code, log = logged(*arguments, GITHUB_ACTIONS="true")
    assert code == 2
    assert "Points 100/100" in log
    assert not list(obeyed(log))
    _, outside = logged(*arguments, GITHUB_ACTIONS="")
    assert list(obeyed(outside)), "the name is one that would be obeyed"
    assert "stop-commands" not in outside


def test_the_token_is_another_one_each_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for _ in range(2):
        with commands_stopped():
            print("::error::no", end="")
    out = capsys.readouterr().out
    tokens = re.findall(r"^::stop-commands::([0-9a-f]{32})$", out, re.M)
    assert len(set(tokens)) == 2
    assert re.findall(r"^::([0-9a-f]{32})::$", out, re.M) == tokens


def test_commands_are_heard_again_after_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    with pytest.raises(SystemExit), commands_stopped():
        raise SystemExit(4)
    assert not list(obeyed(capsys.readouterr().out))


@pytest.mark.parametrize("value", [None, "", "false"])
def test_elsewhere_nothing_is_printed(
    value: str | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if value is not None:
        monkeypatch.setenv("GITHUB_ACTIONS", value)
    with commands_stopped():
        print("text")
    assert capsys.readouterr() == ("text\n", "")
