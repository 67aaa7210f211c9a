"""Chance fails nobody who is right, and wrong solutions do not get through: by simulation, for every stored bar."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

import grader.assignments
from grader.training import Bar, Calibration, read_bars
from grader.training.bars import ATTEMPTS, DEVIATIONS
from grader.training.fairness import chance, power
from tests.training.factories import calibration

RARE = 1 / 1000
DEFICITS = {("NET I", 1565): 0.05}
"""By network and steps: how far below the reference's mean a wrong solution is when 95 of 100 are failed, at most."""
USUAL = (0.6287, 0.6362, 0.6371, 0.653, 0.6463, 0.6344, 0.6296, 0.6335, 0.6267, 0.6393)


def stored() -> Iterator[Bar]:
    for file in Path(grader.assignments.__file__).parent.glob("*/bars.toml"):
        yield from read_bars(file).values()


MEASURED = {
    (bar.network, bar.steps): found
    for bar in stored()
    if bar.named is None and (found := bar.calibration(bar.steps)) is not None
}
"""The calibrations that decide at effort ``short``."""


@pytest.mark.parametrize("one", MEASURED.values(), ids=map(str, MEASURED))
def test_a_right_solution_is_failed_by_chance_in_fewer_than_one_of_a_thousand(one: Calibration):
    assert chance(one) < RARE


@pytest.mark.parametrize("place", MEASURED, ids=str)
def test_how_bad_a_wrong_solution_is_that_is_surely_failed_is_known(place: tuple[str, int]):
    assert 0 < power(MEASURED[place]) < DEFICITS[place]


def test_bars_that_decide_are_stored():
    assert MEASURED, "else nothing above is tested"
    assert set(MEASURED) == set(DEFICITS)


def test_the_reference_is_not_failed_by_a_figure_of_the_course():
    measured = [bar for bar in stored() if bar.named is not None and bar.whole is not None]
    made = Bar(network="CNN", dataset="cifar10", named=0.62, calibrations=(calibration(USUAL),))
    for bar in (*measured, made):
        assert bar.named is not None
        assert bar.whole is not None
        assert chance(bar.whole, bar.named - DEVIATIONS * bar.whole.sd) < RARE


@pytest.mark.parametrize(
    "bar", [bar for bar in stored() if bar.named is None and bar.whole is not None], ids=lambda bar: bar.network
)
def test_one_training_by_the_notebook_itself_is_enough_at_full(bar: Bar):
    """It is tried on 2 000 images there, and the bar is lowered by what so few may be off."""
    slack = 3 * math.sqrt(bar.value * (1 - bar.value) / 2000)
    assert bar.whole is not None
    assert chance(bar.whole, bar.value - slack, attempts=1) < RARE
    assert bar.value - slack > bar.whole.mean - 0.1, "or it would let anything pass"


def test_few_seeds_one_attempt_or_a_higher_bar_would_not_do():
    """What the numbers of seeds, attempts and deviations are for."""
    many = calibration(USUAL)
    assert chance(many) < RARE
    assert chance(calibration(USUAL[:3])) > 10 * RARE
    assert chance(calibration(USUAL[:6])) > RARE
    assert chance(many, attempts=1) > 5 * RARE
    assert chance(many, many.mean - 2 * many.sd) > RARE
    assert chance(many, many.mean) > 0.2


def test_more_attempts_are_kinder_and_find_less():
    many = calibration(USUAL)
    chances, deficits = zip(*((chance(many, attempts=n), power(many, n)) for n in range(1, 5)), strict=True)
    assert list(chances) == sorted(chances, reverse=True)
    assert list(deficits) == sorted(deficits)
    assert ATTEMPTS == 2


def test_the_simulation_agrees_with_itself():
    """A solution that is as bad as `power` says is failed as often as it says."""
    many = calibration(USUAL)
    worse = calibration([share - power(many) for share in USUAL])
    assert chance(worse, many.least) == pytest.approx(0.95, abs=0.01)
    assert chance(many) == chance(many), "the same figures each time"


def test_only_the_number_of_seeds_and_the_spread_count():
    """The law holds wherever accuracies lie and however far they spread."""
    wide = calibration([0.3 + 4 * (share - 0.6) for share in USUAL])
    assert chance(wide) == pytest.approx(chance(calibration(USUAL)), rel=0.05)
    assert power(wide) == pytest.approx(4 * power(calibration(USUAL)), rel=0.01)
