"""Which models are built again, and on which images they are tried."""

from __future__ import annotations

from typing import Any

import pytest

from grader.evidence.schema import Event
from grader.verification.plan import draw, jobs_of
from tests.verification.made import WEIGHTS, evaluation, given, prediction, snapshot


def test_trials_of_one_state_are_one_job():
    (job,) = jobs_of([snapshot(()), evaluation(), prediction()])
    assert (job.model, job.version, job.weights, job.trials) == (0, 0, WEIGHTS, (5, 6))
    assert job.scale == given().rows.scale


def test_other_preparation_or_other_weights_are_other_jobs():
    events = [snapshot(()), evaluation(), prediction(6, x=given((1.0, 1.0, 1.0))), evaluation(7, weights=78)]
    assert sorted(job.trials for job in jobs_of(events)) == [(5,), (6,), (7,)]


@pytest.mark.parametrize(
    "trial",
    [
        evaluation(weights=None),
        evaluation().model_copy(update={"version": 3}),
        prediction(training=True),
        evaluation(x=given(None)),
        evaluation(x=given(per_image=True)),
        evaluation(x=given(residual=0.5)),
        evaluation(x=given((0.0, 1.0, 1.0))),
        evaluation(x=given(test=0, train=200)),
    ],
    ids=[
        "unknown weights",
        "unknown graph",
        "training",
        "no map",
        "map by image",
        "no line",
        "lost",
        "training images",
    ],
)
def test_what_cannot_be_tried_again_is_no_job(trial: Event):
    assert not jobs_of([snapshot(()), trial])


def test_the_last_state_of_each_model_comes_first():
    events: list[Event] = []
    for number in range(3):
        events.append(snapshot(()).model_copy(update={"model": number}))
        events += [
            evaluation(10 * number + epoch, weights=epoch).model_copy(update={"model": number}) for epoch in (1, 2)
        ]
    assert [(job.model, job.weights) for job in jobs_of(events)] == [(2, 2), (1, 2), (0, 2), (2, 1), (1, 1), (0, 1)]


def test_the_same_notebook_is_tried_on_the_same_images_and_another_on_others():
    def drawn(seed: int, *cells: str) -> tuple[int, ...]:
        return draw(seed, cells, 10_000, 2000)

    first = drawn(1, "a", "b")
    assert first == drawn(1, "a", "b")
    assert len(set(first)) == 2000
    assert max(first) < 10_000
    others: list[Any] = [drawn(2, "a", "b"), drawn(1, "ab"), drawn(1, "a", "b ")]
    assert all(set(first) != set(other) for other in others)


def test_no_more_images_are_drawn_than_there_are():
    assert sorted(draw(1, ["a"], 30, 2000)) == list(range(30))
