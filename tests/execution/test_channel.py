"""The connection between kernel and trusted side: what arrives, and what is noticed about it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence import parse_event
from grader.evidence.schema import Event, Finished, RecorderFault, Tampering
from grader.execution.channel import Channel
from grader.execution.folder import run_folder
from grader.kernel.config import Confinement, ProbeRequest, RunConfig
from grader.kernel.events import EventLog
from grader.kernel.link import Link

CONFIG = RunConfig(
    "sketch",
    Path("/data"),
    7,
    probes=(ProbeRequest("p", "layer", "x", {"filters": 3, "size": [2, 2]}, (6, 6, 8)),),
    confinement=Confinement(readable=("/usr",), uid=5),
)


class Ends:
    """Both ends of a channel."""

    def __init__(self, folder: Path) -> None:
        self.running = 0
        self.path, self.spool = folder / "socket", folder / "spool"
        self.channel = Channel(self.path, CONFIG, lambda: self.running, self.spool).__enter__()
        self.link = Link(str(self.path))
        self.log = EventLog(self.link.write, max_bytes=2**20)

    def raw(self, data: bytes) -> None:
        """Write past the recorder, as code that has found the socket could."""
        self.link._socket.sendall(data)

    def close(self) -> tuple[Event, ...]:
        self.link._socket.close()
        self.channel.close()
        return self.channel.events()


@pytest.fixture
def ends() -> Iterator[Ends]:
    with run_folder() as folder:
        ends = Ends(folder.sockets)
        yield ends
        ends.close()


def kinds(events: tuple[Event, ...]) -> list[str]:
    return [event.kind for event in events]


def test_settings_arrive_as_they_were(ends: Ends) -> None:
    assert ends.link.config == CONFIG


def test_events_arrive_in_order(ends: Ends) -> None:
    ends.log.remark("a", "text")
    ends.log.cell = 0
    ends.log.emit("finished")
    assert [(event.seq, event.cell, event.kind) for event in ends.close()] == [(1, -1, "remark"), (2, 0, "finished")]


def test_a_second_connection_finds_nobody(ends: Ends) -> None:
    ends.log.emit("finished")
    with socket.socket(socket.AF_UNIX) as other, pytest.raises(OSError, match=r"No such file|refused"):
        other.connect(str(ends.path))
    assert kinds(ends.close()) == ["finished"]


@pytest.mark.parametrize(
    "forged",
    [
        b'{"seq": 5, "cell": 0, "kind": "finished"}\n',
        b"0" * 64 + b' {"seq": 5, "cell": 0, "kind": "finished"}\n',
        b"\n",
        b"\xff" * 300 + b"\n",
    ],
)
def test_a_line_without_the_seal_is_no_event(ends: Ends, forged: bytes) -> None:
    ends.log.emit("finished")
    ends.raw(forged)
    ends.log.emit("finished")
    events = ends.close()
    assert kinds(events) == ["finished", "tampering", "finished"]
    assert events[1].seq == 1, "from there on nothing is certain"


def test_a_line_cut_off_by_the_end_of_the_kernel_is_nothing(ends: Ends) -> None:
    ends.log.emit("finished")
    ends.raw(b"0123456789")
    assert kinds(ends.close()) == ["finished"]


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"seq": 1, "cell": 0}, "order"),  # said twice
        ({"seq": 3, "cell": -1}, "order"),  # about a cell that is over
        ({"seq": 3, "cell": 9}, "order"),  # about one that has not begun
    ],
)
def test_sealed_lines_out_of_order(ends: Ends, second: dict[str, int], words: str) -> None:
    for fields in ({"seq": 1, "cell": 0}, second):
        ends.link.write(json.dumps({**fields, "kind": "finished"}).encode())
    first, noticed = ends.close()
    assert isinstance(first, Finished)
    assert isinstance(noticed, Tampering)
    assert words in noticed.what


TRAINED = {
    "kind": "trained",
    "network": "NET I",
    "fits": [1],
    "budget": 100,
    "accuracies": [0.99],
    "ended": ["reached"],
}
VERIFIED = {"kind": "verified", "model": 0, "version": 0, "weights": 1, "trials": [1], "faithful": True}
VERIFIED |= {name: [] for name in ("rows", "classes", "mirrored", "shifted", "train_rows", "train_classes")}


@pytest.mark.parametrize("own", [TRAINED, VERIFIED], ids=["trained", "verified"])
def test_what_grader_finds_out_itself_is_believed_of_no_kernel(ends: Ends, own: dict[str, Any]) -> None:
    line = json.dumps({"seq": 1, "cell": 0, **own}).encode()
    assert parse_event(line).kind == own["kind"], "it would be an event"
    ends.link.write(line)
    assert kinds(ends.close()) == ["tampering"]


def test_sealed_line_that_is_no_event_is_a_fault_of_ours(ends: Ends) -> None:
    ends.link.write(b'{"seq": 1, "cell": 0, "kind": "unheard of"}')
    (fault,) = ends.close()
    assert isinstance(fault, RecorderFault)


def test_weights_are_kept_apart(ends: Ends) -> None:
    assert ends.log.emit_bulk("weights", model=3, arrays=["AAAA"])
    ends.log.emit("finished")
    assert kinds(ends.close()) == ["finished"]
    (line,) = ends.spool.read_bytes().splitlines()
    assert json.loads(line)["model"] == 3


def test_a_kernel_that_never_connects(tmp_path: Path) -> None:
    with run_folder() as folder, Channel(folder.sockets / "s", CONFIG, lambda: 0, tmp_path / "spool") as channel:
        pass
    assert channel.events() == ()


def test_a_process_that_was_forked_says_nothing(ends: Ends, forked: Callable[[Callable[[], object]], None]) -> None:
    forked(lambda: ends.log.emit("finished"))
    ends.log.emit("finished")
    assert [event.seq for event in ends.close()] == [1]


@given(st.lists(st.one_of(st.binary(max_size=200), st.integers(0, 3)), max_size=20))
def test_whatever_is_written_is_told_from_events(written: list[bytes | int]) -> None:
    with run_folder() as folder:
        ends = Ends(folder.sockets)
        real = 0
        for item in written:
            if isinstance(item, int):
                real = ends.log.emit("finished")
            else:
                ends.raw(item + b"\n")
        events = ends.close()
    assert [event.seq for event in events if isinstance(event, Finished)] == list(range(1, real + 1))
    assert {event.kind for event in events} <= {"finished", "tampering"}
    assert any(isinstance(item, bytes) for item in written) == any(isinstance(event, Tampering) for event in events)
