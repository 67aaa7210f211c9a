"""Attacks that reach out: for files, processes, networks and the operating system."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import COLD, NOTEBOOKS, Attack, cells_of
from tests.hostile.world import World

ATTACKS = sorted(f"reaching/{path.stem}" for path in (NOTEBOOKS / "reaching").glob("*.py"))
CONTROL = """
import socket
attempt("a file", lambda: open(TARGETS["secrets"][0]).read())
attempt("the environment of a process", lambda: open(f"/proc/{TARGETS['victim']}/environ").read())
attempt("the package", lambda: open(TARGETS["package"] + "/errors.py").read())
attempt("a port", lambda: socket.create_connection(("127.0.0.1", TARGETS["port"])))
attempt("a socket", lambda: socket.socket(socket.AF_UNIX).connect(TARGETS["stream"]))
attempt("a pair", lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)[0].sendto(b"x", TARGETS["datagram"]))
attempt("a training that is kept", lambda: open(TARGETS["trainings"][1] + "/" + "0" * 64 + ".json", "r+").read())
attempt("a signal", lambda: os.kill(TARGETS["victim"], 0))
"""


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_outside_is_read_changed_or_reached(name: str, attack: Attack) -> None:
    outcome = attack(name)
    assert outcome.evidence.run.ended == "complete"
    assert outcome.points == 0
    assert all(cell.error is None for cell in outcome.evidence.cells), "the attack has a fault"


def test_nothing_outside_is_read_changed_or_reached_in_namespaces(attack: Attack) -> None:
    cells = [cell for name in ATTACKS for cell in cells_of(NOTEBOOKS / f"{name}.py")]
    outcome = attack(cells, COLD)
    assert outcome.evidence.run.ended == "complete"
    assert outcome.points == 0
    assert all(cell.error is None for cell in outcome.evidence.cells), "an attack has a fault"


def test_the_same_gets_through_where_nothing_keeps_it(attack: Attack, around: World) -> None:
    outcome = attack([CONTROL], "none", controlled=True)
    assert len(outcome.reached()) == CONTROL.count("attempt")
    assert around.secret in outcome.text
    assert len(around.visitors) >= 3
