"""Limits on time: what hangs is ended, what does not is left alone, and nothing of them stays behind."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable

import pytest

from grader.checks.deadline import Deadline, OutOfTimeError, limited

SOON = 0.02


def forever() -> None:
    while True:
        pass


def backtracking() -> None:
    re.match("(a|a)*b", "a" * 60)


def stubborn() -> None:
    try:
        forever()
    except OutOfTimeError:
        forever()


@pytest.mark.parametrize("what", [forever, backtracking])
def test_what_hangs_is_ended(what: Callable[[], None]) -> None:
    with pytest.raises(OutOfTimeError), limited(SOON):
        what()


def test_one_that_swallows_the_alarm_hears_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.checks.deadline._AGAIN", SOON)
    with pytest.raises(OutOfTimeError), limited(SOON):
        stubborn()


def test_nothing_stays_behind() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with limited(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    with pytest.raises(ZeroDivisionError), limited(60):
        raise ZeroDivisionError
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_all_share_the_time() -> None:
    deadline = Deadline(SOON, each=60)
    for _ in range(3):  # the first uses all of it up
        with pytest.raises(OutOfTimeError), deadline.share():
            forever()


def test_each_has_its_share() -> None:
    deadline = Deadline(60, each=SOON)
    with pytest.raises(OutOfTimeError), deadline.share():
        forever()
    with deadline.share():
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0


def test_other_threads_are_not_limited() -> None:
    def inside() -> None:
        with limited(SOON):
            seen.append(signal.getitimer(signal.ITIMER_REAL)[0])

    seen: list[float] = []
    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert seen == [0]
