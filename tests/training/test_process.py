"""The process that trains may die, fall silent or talk nonsense: the order fails then, and the next one does not."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.data import PreparedDataset
from grader.errors import InfrastructureError
from grader.training import process
from grader.training.process import Trainer
from grader.training.protocol import Look
from tests.training.factories import order, part, recipe

LONG = recipe(part(epochs=100_000))
"""Hours of training."""


def pid_of(trainer: Trainer) -> int:
    assert trainer._process is not None
    return trainer._process.pid


def kill(pid: int) -> None:
    """End a process of ours and wait until it is gone."""
    handle = os.pidfd_open(pid)
    os.kill(pid, 9)
    assert select.select([handle], [], [], 60)[0]
    os.close(handle)


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Trainer]:
    """A trainer whose process is a few lines of shell."""
    made: list[Trainer] = []

    def answering(script: str) -> Trainer:
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(program))
        made.append(Trainer())
        return made[-1]

    yield answering  # type: ignore[misc]
    for trainer in made:
        trainer.close()


def test_one_process_does_all_orders(trainer: Trainer, colours: PreparedDataset):
    trainer.train(order(colours, steps=1))
    before = pid_of(trainer)
    assert trainer.train(order(colours, steps=2)).steps == 2
    assert pid_of(trainer) == before


def test_one_that_dies_while_it_trains_is_a_fault_of_ours_and_another_one_follows(
    trainer: Trainer, colours: PreparedDataset
):
    killed: list[int] = []

    def kill_at_first_look(_: Look) -> None:
        if not killed:
            killed.append(pid_of(trainer))
            kill(killed[0])

    with pytest.raises(InfrastructureError, match="The process that trains ended with code -9"):
        trainer.train(order(colours, LONG, target=1.0, steps=10**9), kill_at_first_look)
    assert trainer.train(order(colours, steps=3)).steps == 3
    assert pid_of(trainer) != killed[0]


OUTCOME = 'echo "{\\"kind\\": \\"outcome\\", \\"ended\\": \\"steps\\", \\"steps\\": $$}"'
"""Tells an outcome in which the id of the process stands for the steps."""


def test_whoever_stops_listening_gets_no_answer_of_the_order_before(
    answering: Callable[[str], Trainer], colours: PreparedDataset
):
    """Interrupted in the middle, as by Ctrl-C: what is still told of that order is no answer to the next one."""
    trainer = answering(f'read line; echo \'{{"kind": "look", "steps": 1, "accuracy": 0.5}}\'; {OUTCOME}; cat')
    interrupted: list[int] = []

    def interrupt(_: Look) -> None:
        interrupted.append(pid_of(trainer))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer.train(order(colours), interrupt)
    found = trainer.train(order(colours))
    assert found.steps == pid_of(trainer) != interrupted[0]


def test_one_that_died_between_two_orders_is_a_fault_of_ours_and_another_one_follows(
    answering: Callable[[str], Trainer], colours: PreparedDataset
):
    trainer = answering(f"while read line; do {OUTCOME}; done")
    first = trainer.train(order(colours)).steps
    kill(first)
    with pytest.raises(InfrastructureError, match="The process that trains"):
        trainer.train(order(colours))
    assert trainer.train(order(colours)).steps == pid_of(trainer) != first


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("read line; echo hello; cat", "gave an answer that is none"),
        ('read line; echo \'{"kind": "outcome", "ended": "won"}\'; cat', "gave an answer that is none"),
        ('read line; echo \'{"kind": "look", "steps": 1, "accuracy": 1.5}\'; cat', "gave an answer that is none"),
        ("read line; exit 3", "ended with code 3"),
        ("exit 0", "ended with code 0|does not listen"),
    ],
)
def test_nonsense_is_a_fault_of_ours(
    script: str, told: str, answering: Callable[[str], Trainer], colours: PreparedDataset
):
    trainer = answering(script)
    with pytest.raises(InfrastructureError, match=told):
        trainer.train(order(colours))
    assert trainer._process is None, "the next order starts another one"


def test_one_that_does_not_answer_in_time_is_given_up(
    answering: Callable[[str], Trainer], colours: PreparedDataset, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(process, "_MORE_SECONDS", 0.0)
    trainer = answering("cat > /dev/null")
    with pytest.raises(InfrastructureError, match="did not answer in time"):
        trainer.train(order(colours, seconds=0.0))


def test_one_that_cannot_be_started_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch, colours: PreparedDataset):
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with pytest.raises(InfrastructureError, match="could not be started"):
        Trainer().train(order(colours))


def test_nothing_is_left_of_it(answering: Callable[[str], Trainer], colours: PreparedDataset, tmp_path: Path):
    told = tmp_path / "home"
    trainer = answering(f'echo "$HOME" > {told}; read line; echo \'{{"kind": "outcome", "ended": "reached"}}\'; cat')
    assert trainer.train(order(colours)).ended == "reached"
    home, pid = Path(told.read_text(encoding="utf-8").strip()), pid_of(trainer)
    assert home.is_dir()
    trainer.close()
    assert not home.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    trainer.close()
