"""What the process that builds models again is asked, and what it answers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from grader.evidence.values import Count, Frozen, Name, Nodes

__all__ = ["Answer", "Job", "Request"]

Numbers = Annotated[tuple[Count, ...], Field(max_length=10_000)]


class Job(Frozen):
    """A model in one of its states, and how the images were prepared that it was given.

    `trials` are the `seq` of the evaluations and predictions that did so. A pixel of value v is given as
    scale·v + offset, with one pair or a pair a channel.
    """

    model: Count
    version: Count
    weights: Count
    nodes: Nodes
    scale: tuple[float, ...]
    offset: tuple[float, ...]
    trials: Numbers


class Request(Frozen):
    """All jobs of a run. Of the rows, as many as there is time for are used, the first ones first.

    `dataset` is the folder of the data set, `spool` the file of weights (see `evidence.weights`), `answers` the file
    that gets a line of JSON for each job that is done, `seconds` the time after which no other one is begun.
    """

    dataset: str
    spool: str
    answers: str
    jobs: tuple[Job, ...]
    rows: Numbers
    train_rows: Numbers
    seconds: float


class Answer(Frozen):
    """What came of a job, by its place in the request: classes as in `Verified`, or why there are none."""

    job: Count
    reason: Name | None = None
    faithful: bool = False
    rows: Numbers = ()
    classes: Numbers = ()
    mirrored: Numbers = ()
    shifted: Numbers = ()
    train_rows: Numbers = ()
    train_classes: Numbers = ()
