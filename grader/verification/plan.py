"""Which models of a run are built again, and on which images they are tried."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence

import numpy as np

from grader.evidence.schema import Evaluation, Event, ModelSnapshot, Prediction
from grader.evidence.values import DataGiven
from grader.verification.protocol import Job

__all__ = ["draw", "jobs_of"]

_SPREAD = 0.1
"""Largest deviation from the map of the pixel values, in steps of these values, of images that it describes."""


def jobs_of(events: Sequence[Event]) -> list[Job]:
    """A job for each model, state and preparation of test images that was tried; the last states first."""
    snapshots = {(event.model, event.version): event for event in events if isinstance(event, ModelSnapshot)}
    jobs: dict[tuple[object, ...], Job] = {}
    for event in events:
        if not isinstance(event, (Evaluation, Prediction)) or event.weights is None:
            continue
        snapshot, prepared = snapshots.get((event.model, event.version)), _map(event.x)
        if snapshot is None or prepared is None or (isinstance(event, Prediction) and event.training):
            continue
        # The same images described twice give the same map but for the noise of a fit.
        key = (event.model, event.version, event.weights, *(round(value, 6) for part in prepared for value in part))
        known = jobs.get(key)
        if known is not None:
            jobs[key] = known.model_copy(update={"trials": (*known.trials, event.seq)})
            continue
        jobs[key] = Job(
            model=event.model,
            version=event.version,
            weights=event.weights,
            nodes=snapshot.nodes,
            scale=prepared[0],
            offset=prepared[1],
            trials=(event.seq,),
        )
    # A loop may try a model after each epoch: what there is time for begins with what is graded most likely.
    age: dict[int, int] = {}
    ranked = []
    for job in reversed(jobs.values()):
        age[job.model] = age.get(job.model, 0) + 1
        ranked.append((age[job.model], job))
    return [job for _, job in sorted(ranked, key=lambda pair: pair[0])]


def draw(seed: int, sources: Iterable[str], rows: int, count: int) -> tuple[int, ...]:
    """`count` of `rows` images, in random order: another one for each notebook, the same one each time."""
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.encode("utf-8", "replace") + b"\0")
    drawn = hmac.digest(str(seed).encode(), digest.digest() + str(rows).encode(), "sha256")
    order = np.random.default_rng(list(drawn)).permutation(rows)
    return tuple(order[:count].tolist())


def _map(data: DataGiven) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
    """Scale and offset by which the images follow from the served ones; None where no such map describes them."""
    rows = data.rows
    if rows is None or not rows.test or rows.per_image or rows.scale is None or rows.offset is None:
        return None
    step = min(map(abs, rows.scale), default=0.0)
    if step == 0 or rows.residual is None or rows.residual > _SPREAD * step:
        return None
    return rows.scale, rows.offset
