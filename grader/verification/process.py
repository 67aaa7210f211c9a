"""The process of our own that builds trained models again, started after the run, and its answers as events."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from grader.data import PreparedDataset
from grader.evidence.schema import Event, Unverified, Verified
from grader.gpus import NO_GPU
from grader.processes import ROOT, own_environment
from grader.verification.plan import draw, jobs_of
from grader.verification.protocol import Answer, Job, Request

__all__ = ["verified"]

_IMAGES = 2000
"""Test images that a model is tried on, and as many training images."""
_SECONDS, _LAST_SECONDS = 600.0, 300.0
"""Time after which no other model is begun, and more of it for the last one."""


def verified(
    events: tuple[Event, ...],
    spool: Path,
    dataset: PreparedDataset,
    seed: int,
    sources: Iterable[str],
    gpu: str = NO_GPU,
) -> tuple[Event, ...]:
    """The events with those of models that were built again, and tried on images drawn here.

    Args:
        events: of a run at effort ``full``.
        spool: file of the weights that the kernel sent; its folder is used for the questions and answers.
        dataset: that was served.
        seed: of the run; with the sources it determines the images.
        sources: of the cells of the notebook.
        gpu: that is used, as CUDA counts them.
    """
    jobs = jobs_of(events) if spool.is_file() and spool.stat().st_size else []
    if not jobs:
        return events
    data, sources = dataset.load(), list(sources)
    request = Request(
        dataset=str(dataset.folder),
        spool=str(spool),
        answers=str(spool.with_name("answers.jsonl")),
        jobs=tuple(jobs),
        rows=draw(seed, sources, len(data.x_test), _IMAGES),
        train_rows=draw(seed, sources, len(data.x_train), _IMAGES),
        seconds=_SECONDS,
    )
    fault = _run(request, spool.with_name("request.json"), gpu)
    answers = _answers(Path(request.answers))
    silent = {(event.model, event.weights) for event in events if isinstance(event, Unverified)}
    cells = {event.seq: event.cell for event in events}
    found: list[Event] = []
    for number, job in enumerate(jobs):
        if number in answers or (job.model, job.weights) not in silent:
            found.append(_event(job, cells, answers.get(number), fault or "there was no time to build it again"))
    return tuple(sorted([*events, *found], key=lambda event: event.seq))


def _run(request: Request, file: Path, gpu: str) -> str | None:
    """Have the request done; why it was not, if that is so."""
    file.write_text(request.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "grader.verification", str(file)]
    try:
        done = subprocess.run(  # noqa: S603 - our own Python and our own module
            command,
            env=own_environment(file.parent, gpu),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS + _LAST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "there was no time to build it again"
    except OSError as error:
        return f"the process that builds models again could not be started ({error.strerror})"
    return None if done.returncode == 0 else f"the process that builds models again ended with code {done.returncode}"


def _answers(file: Path) -> dict[int, Answer]:
    """The answers by job; a last line that was cut off is left out."""
    found: dict[int, Answer] = {}
    for line in file.read_bytes().split(b"\n") if file.is_file() else ():
        try:
            answer = Answer.model_validate_json(line)
        except ValidationError:
            continue
        found[answer.job] = answer
    return found


def _event(job: Job, cells: Mapping[int, int], answer: Answer | None, fault: str) -> Verified | Unverified:
    place = job.model_dump(include={"model", "version", "weights"})
    place |= {"seq": job.trials[0], "cell": cells[job.trials[0]]}
    if answer is None or answer.reason is not None:
        reason = fault if answer is None else answer.reason
        return Unverified.model_validate({**place, "kind": "unverified", "reason": reason, "fault": answer is None})
    fields = answer.model_dump(exclude={"job", "reason"})
    return Verified.model_validate({**place, "kind": "verified", "trials": job.trials, **fields})
