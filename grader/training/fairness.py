"""How often chance decides: right solutions that miss a bar, and how bad a wrong one is before it surely does.

The accuracy that a network reaches is taken for normal over seeds. What mean and deviation are is not known, only some
accuracies are; both are drawn from what those leave open (from flat priors: the variance is the sample's times its
degrees of freedom over a χ², the mean is normal about the sample's).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grader.training.bars import ATTEMPTS, Calibration

__all__ = ["chance", "power"]

_WORLDS = 1_000_000
"""Means and deviations that are drawn; an event of 1 in 1 000 is then known to a few percent of itself."""
_SEED = 5


def chance(calibration: Calibration, least: float | None = None, attempts: int = ATTEMPTS) -> float:
    """The probability that what computes the same as the reference is failed by chance.

    Args:
        calibration: of the reference.
        least: what has to be reached; the bar that follows from the calibration where it is None.
        attempts: seeds of which the best one counts.
    """
    bar = calibration.least if least is None else least
    return float((_best(calibration, attempts) < bar).mean())


def power(calibration: Calibration, attempts: int = ATTEMPTS, certainty: float = 0.95) -> float:
    """How far below the reference's mean a wrong solution is when it is failed with that certainty.

    It varies over seeds as the reference does.

    Args:
        calibration: of the reference.
        attempts: seeds of which the best one counts.
        certainty: a probability.

    Returns:
        The deficit as a share of right answers; 0.04 are four points of accuracy.
    """
    return float(np.quantile(_best(calibration, attempts) - calibration.least, certainty))


def _best(calibration: Calibration, attempts: int) -> NDArray[np.float64]:
    """The best accuracy of some attempts in each of many worlds that the calibration leaves possible."""
    random = np.random.default_rng(_SEED)
    freedom = len(calibration.accuracies) - 1
    deviations = calibration.sd * np.sqrt(freedom / random.chisquare(freedom, _WORLDS))
    means = random.normal(calibration.mean, deviations / np.sqrt(freedom + 1))
    best: NDArray[np.float64] = means + deviations * random.standard_normal((attempts, _WORLDS)).max(axis=0)
    return best
