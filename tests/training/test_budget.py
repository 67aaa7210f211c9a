"""Budgets as a person writes them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.training import Budget
from grader.training.budget import SECONDS

STEPS = st.integers(1, 10**6)
AMOUNTS = st.one_of(st.integers(1, 10**4), st.integers(1, 9999).map(lambda tenths: tenths / 10))
UNITS = st.sampled_from([("s", 1), ("sec", 1), ("m", 60), ("min", 60), ("h", 3600), ("H", 3600)])
GAPS = st.sampled_from(["", " ", "  "])


@given(steps=STEPS, word=st.sampled_from(["", "steps", " steps", "step", ".0"]))
def test_steps_alone_leave_the_usual_time(steps: int, word: str):
    assert Budget.parse(f"{steps}{word}") == Budget(steps, SECONDS)


@given(amount=AMOUNTS, unit=UNITS, gap=GAPS)
def test_a_time_alone_leaves_the_calibrated_steps(amount: float, unit: tuple[str, int], gap: str):
    found = Budget.parse(f"{gap}{amount}{gap}{unit[0]}{gap}")
    assert found.steps is None
    assert math.isclose(found.seconds, amount * unit[1])


@given(steps=STEPS, amount=AMOUNTS, unit=UNITS, gap=GAPS)
def test_both_in_either_order(steps: int, amount: float, unit: tuple[str, int], gap: str):
    one, other = f"{steps}{gap}", f"{gap}{amount}{unit[0]}"
    found = Budget.parse(f"{one},{other}")
    assert found == Budget.parse(f"{other},{one}")
    assert (found.steps, found.seconds) == (steps, amount * unit[1])


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "0",
        "0s",
        "1.5",
        "-3",
        "soon",
        "5 days",
        "10,20",
        "1s,2m",
        "1,1s,1",
        "1e3",
        "٣x",
        "nan",
        "inf s",
        "5,",
        "9" * 400,
        "9" * 20 + "h",
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str):
    with pytest.raises(UsageError, match=r"give steps, a time with its unit, or both, such as 1500, 90s or 1500,5m"):
        Budget.parse(text)


@given(text=st.text(max_size=20))
def test_any_text_is_a_budget_or_a_usage_error(text: str):
    try:
        found = Budget.parse(text)
    except UsageError:
        return
    assert found.steps is None or found.steps > 0
    assert 0 < found.seconds < math.inf
