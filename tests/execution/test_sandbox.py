"""Sandboxes: what each promises it holds, a broken one is noticed, and the strongest that holds is taken."""

from __future__ import annotations

import dataclasses
import errno
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import InfrastructureError, UsageError
from grader.execution.folder import run_folder
from grader.execution.limits import Limits
from grader.execution.sandbox import SANDBOXES, Enclosure, Sandbox, choose, selection, survey, view
from grader.execution.sandbox.bubblewrap import Bubblewrap
from grader.execution.sandbox.container import Container
from grader.execution.sandbox.landlock import Landlock
from grader.execution.sandbox.selfcheck import self_check
from grader.execution.sandbox.unprotected import Unprotected
from grader.kernel.config import Confinement
from grader.kernel.confinement import numbers, seccomp
from tests.execution.machine import machine_has

DANGERS = (
    "read a file of the user's",
    "list a folder of the user's",
    "write to a folder of the user's",
    "read grader's own program",
    "read an assignment",
    "read the reference solutions",
    "reach a server on this machine",
    "reach a socket of the user's",
    "start a process that outlives the run",
    "send a signal to grader's process",
)


class Pretender(Unprotected):
    """Promises what it does not hold."""

    name = "pretender"
    protects = True


def require(sandbox: Sandbox) -> None:
    """Skip a test of a sandbox for which this machine lacks something."""
    if not machine_has(sandbox.name):
        pytest.skip(self_check(sandbox) or sandbox.name)


@pytest.mark.parametrize("sandbox", [Bubblewrap(), Landlock(), Unprotected()], ids=lambda sandbox: sandbox.name)
def test_each_sandbox_holds_what_it_promises(sandbox: Any) -> None:
    require(sandbox)
    assert self_check(sandbox) is None


def test_what_protects_is_preferred_wherever_there_is_something() -> None:
    assert choose().protects == any(map(machine_has, ("bubblewrap", "landlock")))


@pytest.mark.parametrize("sandbox", [Bubblewrap(), Landlock()], ids=lambda sandbox: sandbox.name)
def test_grader_is_hidden_where_it_is_installed_among_libraries(sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    require(sandbox)
    package, libraries = view.KERNEL.parent, view.KERNEL.parent.parent
    everything = (*view.readable(), libraries)
    monkeypatch.setattr(view, "readable", lambda *, gpu: everything)
    monkeypatch.setattr(view, "hidden", lambda: (package, libraries / "reference"))
    assert self_check(sandbox) is None


def test_one_that_only_pretends_is_found_out() -> None:
    problem = self_check(Pretender())
    assert problem is not None
    for danger in DANGERS:
        assert f"inside, it is possible to {danger}" in problem


@pytest.mark.parametrize(
    ("lost", "danger"),
    [
        ({"landlock": False}, "read a file of the user's"),
        ({"syscalls": False}, "reach a socket of the user's"),
        ({"memory": None}, "have more than the limit RLIMIT_DATA"),
        ({"writable": ()}, "write to its home"),
    ],
)
def test_landlock_without_one_of_its_parts_is_found_out(lost: dict[str, Any], danger: str) -> None:
    class Holed(Landlock):
        def confinement(self, enclosure: Enclosure) -> Confinement:
            return dataclasses.replace(super().confinement(enclosure), **lost)

    require(Landlock())
    assert danger in (self_check(Holed()) or "")


def test_one_in_which_nothing_starts_says_why() -> None:
    class Wall(Unprotected):
        def command(self, argv: list[str], enclosure: Enclosure) -> list[str]:
            return ["sh", "-c", "echo the wall stands >&2; exit 3"]

    assert self_check(Wall()) == "no process can be started in it (the wall stands)"


def test_a_program_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt install bubblewrap" in (self_check(Bubblewrap()) or "")
    assert self_check(Container("docker", "image")) == "the program `docker` is not installed"


def test_the_strongest_that_holds_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    trials = list(survey())
    assert [trial.sandbox.name for trial in trials] == list(SANDBOXES)
    assert choose().name == next(trial.sandbox.name for trial in trials if trial.problem is None)
    choose.cache_clear()
    monkeypatch.setattr(selection, "self_check", lambda sandbox: None if sandbox.name == "none" else "broken")
    assert choose().name == "none"
    with pytest.raises(InfrastructureError, match="bubblewrap cannot be used here: broken"):
        choose("bubblewrap")
    with pytest.raises(UsageError, match="--sandbox is auto, "):
        choose("sandcastle")
    choose.cache_clear()


def test_a_container_is_asked_for_everything(tmp_path: Path) -> None:
    with run_folder() as folder:
        enclosure = Enclosure(
            folder, Limits.of_effort("sketch"), (tmp_path,), {"HOME": str(folder.home), "PATH": "/x"}, gpu=True
        )
        command = Container("docker", "course:1").command([sys.executable, "kernel"], enclosure)
    asked = " ".join(command)
    for wanted in (
        "--network none",
        "--read-only",
        "--cap-drop ALL",
        "no-new-privileges",
        "--pids-limit",
        "--gpus all",
    ):
        assert wanted in asked
    assert f"--volume {tmp_path}:{tmp_path}:ro" in asked
    assert f"--env HOME={folder.home}" in asked
    assert "PATH=/x" not in asked, "the image has its own"
    assert asked.endswith("course:1 python3 kernel")
    assert str(view.KERNEL.parent) + ":" not in asked


def test_nothing_of_grader_is_in_view_but_its_kernel() -> None:
    whole, _ = view.split_around(view.readable(), view.hidden())
    package = view.KERNEL.parent
    assert view.KERNEL in whole
    inside = [place for place in whole if package in (place, *place.parents)]
    assert inside == [view.KERNEL]
    assert not any(place in (package, package.parent) for place in whole)


def test_a_gap_is_left_out_and_what_is_named_in_it_is_not(tmp_path: Path) -> None:
    for name in ("lib/python/numpy", "lib/python/grader/kernel", "lib/python/grader/checks", "share", "env/lib/grader"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lib/link").symlink_to(tmp_path / "lib/python/grader")
    gaps = [tmp_path / "lib/python/grader", tmp_path / "env", tmp_path / "env/lib/grader"]
    places = [tmp_path, tmp_path / "lib/python/grader/kernel", tmp_path / "env/lib"]
    whole, opened = view.split_around(places, gaps)
    named = {str(place.relative_to(tmp_path)) for place in whole}
    assert named == {"lib/python/numpy", "share", "lib/python/grader/kernel"}
    assert {str(place.relative_to(tmp_path)) for place in opened} == {".", "lib", "lib/python", "env/lib"}


def of(lines: list[seccomp.Instruction], number: int, arguments: list[int], architecture: int) -> int:
    """What a filter answers to a system call: the BPF machine as far as these programs use it."""
    data = [number, architecture, 0, 0]
    for argument in arguments:
        data += [argument & 0xFFFFFFFF, argument >> 32]
    accumulator, at = 0, 0
    while True:
        code, true, false, operand = lines[at]
        at += 1
        if code == 0x20:
            accumulator = data[operand // 4]
        elif code == 0x54:
            accumulator &= operand
        elif code == 0x15:
            at += true if accumulator == operand else false
        elif code == 0x35:
            at += true if accumulator >= operand else false
        else:
            assert code == 0x06
            return operand


ALLOWED, DENIED, OBEYED = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000


@pytest.mark.parametrize("machine", list(numbers.TABLES))
@pytest.mark.parametrize("landlock", [True, False])
@pytest.mark.parametrize("scoped", [True, False])
@given(data=st.data())
def test_the_filter_answers_each_call_as_it_should(machine: str, landlock: bool, scoped: bool, data: Any) -> None:
    table = numbers.TABLES[machine]
    lines = list(seccomp.program(table, files_by_landlock=landlock, signals_scoped=scoped))
    names = {number: name for name, number in table.numbers.items()}
    number = data.draw(st.one_of(st.sampled_from(sorted(names)), st.integers(0, 500)))
    arguments = data.draw(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 17), min_size=6, max_size=6))
    answer = of(lines, number, arguments, table.architecture)
    first, second = (value & 0xFFFFFFFF for value in arguments[:2])
    name = names.get(number)
    if name in numbers.DENIED:
        assert answer == DENIED
    elif name == "connect":
        assert answer == 0x50000 | errno.EACCES
    elif name == "clone3":
        assert answer == 0x50000 | errno.ENOSYS
    elif name == "clone":
        assert answer == (DENIED if first & 0x7E020000 else ALLOWED)
    elif name == "prlimit64":
        assert answer == (DENIED if first else ALLOWED)
    elif name in dict(numbers.SCHEDULING):
        others = any(arguments[place] & 0xFFFFFFFF for call, place in numbers.SCHEDULING if call == name)
        assert answer == (DENIED if others else ALLOWED), "of this process alone"
    elif name in ("socket", "socketpair"):
        assert answer == (ALLOWED if first == 1 and second & 15 == 1 else 0x50000 | errno.EOPNOTSUPP)
    elif name in numbers.ATTRIBUTES:
        assert answer == (OBEYED if landlock else ALLOWED)
    elif name in numbers.SIGNALS_BY_HANDLE:
        assert answer == (ALLOWED if scoped else DENIED)
    elif name in numbers.SIGNALS and not scoped:
        own = first in (os.getpid(), 0, -os.getpgrp() & 0xFFFFFFFF)
        assert answer == (ALLOWED if own else DENIED)
    else:
        assert answer == ALLOWED
    foreign = of(lines, number, arguments, 0x40000003)
    assert foreign == 0x80000000, "system calls of another machine end the process"
    if machine == "x86_64":
        assert of(lines, number | 0x40000000, arguments, table.architecture) == 0x50000 | errno.ENOSYS
