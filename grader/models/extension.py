"""Of several models that could extend a network, the one that goes on from the student's own.

A notebook without headings may hold more than one model with batch normalisation: that of the exercise, and those that
were tried for a model of one's own. The one of the exercise is the one that is the network before it in all else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.models.relations import differences

if TYPE_CHECKING:
    from grader.models.attribution import Candidate, Network

__all__ = ["nearest_to_base"]

_NEARLY = 0.15
"""A model that answers a network by so much less than the best one may still be the one that is meant."""


def nearest_to_base(
    candidates: Sequence[Candidate],
    networks: Sequence[Network],
    scores: Sequence[Sequence[float]],
    chosen: Sequence[int | None],
) -> list[int | None]:
    """The choice of a candidate for each network, corrected where a network extends another one.

    `scores` tells how well each candidate answers each network. A correction keeps the order of the choice.
    """
    settled = list(chosen)
    rows = {network.name: row for row, network in enumerate(networks)}
    for row, network in enumerate(networks):
        now, base = settled[row], settled[rows[network.extends]] if network.extends is not None else None
        if now is None or base is None:
            continue
        end = next((index for index in settled[row + 1 :] if index is not None), len(candidates))
        rivals = [index for index in range(base + 1, end) if scores[row][index] >= scores[row][now] - _NEARLY]
        settled[row] = min(rivals, key=lambda index: (_distance(candidates[base], candidates[index]), index != now))
    return settled


def _distance(base: Candidate, extended: Candidate) -> int:
    return len(differences(base.chain, extended.chain, ignoring=["dropout", "batch_norm", "bias"]))
