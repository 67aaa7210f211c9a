"""What a process gives up, seen from within a process that has given it up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMESPACES = ("ipc", "net", "uts")
CONFINED = """
import json, os, sys
from grader.kernel.config import Confinement
from grader.kernel.confinement import calls, confine

user, later = json.loads(sys.argv[1])
if user is not None:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    calls.prctl("not as a program that this user started", 4, 1)
confine(Confinement(namespaces=True, uid=later))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({
    "left": [name for name in ("ipc", "net", "uts") if os.readlink(f"/proc/self/ns/{name}") not in sys.argv[2]],
    "user": [os.getuid(), os.getgid()],
    "capabilities": int(status["CapEff"], 16) | int(status["CapPrm"], 16),
}))
"""
SOMEBODY, ANYBODY = 54_321, 65_432


def confined(user: int | None = None, later: int | None = None) -> dict[str, Any]:
    """What is true in a process that is `user`, and is told to become another one when it is confined."""
    shared = " ".join(str(Path(f"/proc/self/ns/{name}").readlink()) for name in NAMESPACES)
    program = [sys.executable, "-c", CONFINED, json.dumps([user, later]), shared]
    ended = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not ended.returncode, ended.stderr
    facts: dict[str, Any] = json.loads(ended.stdout)
    return facts


def can_leave(*options: str) -> bool:
    """Whether the system lets processes leave their namespaces, by another program's word."""
    try:
        command = ["unshare", "--ipc", "--net", "--uts", *options, "true"]
        return not subprocess.run(command, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return False


def test_namespaces_are_left_without_becoming_somebody_else() -> None:
    facts = confined()
    assert facts["user"] == [os.getuid(), os.getgid()]
    assert facts["left"] == list(NAMESPACES) or not (can_leave() or can_leave("--user"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_namespaces_are_left_by_root_before_it_becomes_somebody_else() -> None:
    facts = confined(later=ANYBODY)
    assert facts["user"] == [ANYBODY, ANYBODY]
    assert facts["left"] == (list(NAMESPACES) if can_leave() else [])
    assert facts["capabilities"] == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody without rights for a test")
def test_the_rights_by_which_namespaces_are_left_are_given_up() -> None:
    facts = confined(SOMEBODY)
    assert facts["user"] == [SOMEBODY, SOMEBODY]
    assert facts["left"] in ([], list(NAMESPACES))
    assert facts["capabilities"] == 0
