"""Samples by category: ten numbers that add up to a set, wherever they are shown."""

from __future__ import annotations

import pytest

from grader.checks import Submission
from grader.checks.dataset.explore import expect_counts
from grader.checks.outcomes import Failed, NotAttempted
from grader.evidence.drawings import Bar
from grader.evidence.schema import Figure
from tests.checks.factories import code, evidence, figure, markdown

TRAINED = (3986, 4014, 4003, 3977, 4038, 3995, 4007, 3994, 4004, 3982)


def bars(heights) -> Figure:
    drawn = figure(1, 0, [0.0])
    axes = drawn.axes[0].model_copy(
        update={"bars": tuple(Bar(x=x, width=0.8, height=height) for x, height in enumerate(heights))}
    )
    return drawn.model_copy(update={"axes": (axes,)})


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["airplane: 5000"] * 10),
        str(dict(enumerate(TRAINED))),
        "(array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], dtype=uint8), array([" + ", ".join(map(str, TRAINED)) + "]))",
        "\n".join(f"{name} {count} 1000" for name, count in enumerate(TRAINED)),
    ],
)
def test_counts_are_found_in_any_form(text):
    expect_counts(Submission(evidence([code(text=text)])))
    expect_counts(Submission(evidence([markdown(text)])))


def test_bars_are_counts_too():
    expect_counts(Submission(evidence([code()], [bars(TRAINED)])))


def test_numbers_that_do_not_add_up_are_told():
    with pytest.raises(Failed, match="add up to 49990"):
        expect_counts(Submission(evidence([code(text=" ".join(["4999"] * 10))])))


def test_no_numbers_are_no_attempt():
    with pytest.raises(NotAttempted):
        expect_counts(Submission(evidence([code(text="(50000, 32, 32, 3) (10000, 1)")])))
