"""A process that forks kernels: what becomes of it and of them when one of both ends."""

from __future__ import annotations

import os
import select
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import InfrastructureError
from grader.execution.warm import WarmProcess, Zygote
from tests.execution.conftest import Run, is_gone

ENDS_AT_ONCE = ["--no-such-option"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Zygote]:
    zygote = Zygote()
    yield zygote
    zygote.close()


@pytest.fixture
def zygote(shared: Zygote) -> Zygote:
    return shared


def spawn(zygote: Zygote, tmp_path: Path, arguments: list[str]) -> WarmProcess:
    with (tmp_path / "log").open("wb") as sink:
        return zygote.spawn(
            arguments, str(tmp_path), {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}, sink.fileno()
        )


def test_kernel_that_cannot_start_says_why(zygote: Zygote, tmp_path: Path) -> None:
    process = spawn(zygote, tmp_path, ENDS_AT_ONCE)
    assert process.wait() == process.poll() == 0
    process.kill()  # of no effect on whoever has that number now
    assert "required: --connection, --channel" in (tmp_path / "log").read_text()


def test_zygote_that_was_killed_is_an_error_of_ours_and_then_started_again(zygote: Zygote, tmp_path: Path) -> None:
    spawn(zygote, tmp_path, ENDS_AT_ONCE).wait()
    assert zygote._process is not None
    first = zygote._process.pid
    zygote._process.kill()
    zygote._process.wait()
    with pytest.raises(InfrastructureError, match="The process that makes kernels"):
        spawn(zygote, tmp_path, ENDS_AT_ONCE)
    spawn(zygote, tmp_path, ENDS_AT_ONCE).wait()
    assert zygote._process.pid != first


def test_kernel_that_goes_on_is_waited_for_as_long_as_one_likes(zygote: Zygote, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        listener.listen(1)
        process = spawn(zygote, tmp_path, ["--connection", "none", "--channel", str(tmp_path / "s")])
        channel, _ = listener.accept()  # over which it waits for its settings
        with channel:
            assert process.poll() is None
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.01)
            process.kill()
            assert process.wait(60) == process.poll() == 0


def test_zygote_has_one_thread(zygote: Zygote, tmp_path: Path) -> None:
    """What another thread holds at a fork, such as a lock, would be held in the kernel for ever."""
    spawn(zygote, tmp_path, ENDS_AT_ONCE).wait()
    assert zygote._process is not None
    assert len(list(Path(f"/proc/{zygote._process.pid}/task").iterdir())) == 1


def test_interpreter_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError, match="does not answer"):
        spawn(Zygote("/bin/false"), tmp_path, [])


def test_closed_zygote_leaves_no_process(tmp_path: Path) -> None:
    zygote = Zygote()
    spawn(zygote, tmp_path, ENDS_AT_ONCE).wait()
    assert zygote._process is not None
    number = zygote._process.pid
    zygote.close()
    zygote.close()
    assert is_gone(number)


def test_end_of_whoever_started_it_ends_the_zygote(tmp_path: Path) -> None:
    """The zygote notices that the other side of its socket is gone."""
    zygote = Zygote()
    spawn(zygote, tmp_path, ENDS_AT_ONCE).wait()
    assert zygote._process is not None
    assert zygote._channel is not None
    handle = os.pidfd_open(zygote._process.pid)
    zygote._channel.close()
    assert select.select([handle], [], [], 60)[0]
    os.close(handle)
    zygote.close()


def test_garbage_of_a_notebook_is_collected_and_what_was_imported_is_not_looked_at(run: Run) -> None:
    evidence = run("import gc\nprint(gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects()))")
    assert evidence.cells[0].text == "True True\n"
