"""Numbers as people write them are found; others are not."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.checks import Submission
from grader.checks.text import numbers_in, numbers_stated, shows_value
from grader.evidence.schema import Numbers, Summary
from tests.checks.factories import code, evidence, markdown

SHARES = st.floats(0.01, 1, allow_nan=False)
LOSSES = st.floats(0.01, 20, allow_nan=False)
SEPARATORS = [",", ".", " ", "\u00a0", "\u202f", "_", "'", "’"]


@pytest.mark.parametrize("sentence", ["{}", "accuracy: {}", "acc={}, next", "[0.5, {}]", "({})", "it is {}.", "«{}»"])
@given(value=LOSSES, form=st.sampled_from([".2f", ".3f", ".4f", ".6f", ".3e", ""]))
def test_rounded_value_is_shown(sentence: str, value: float, form: str) -> None:
    assert shows_value(sentence.format(format(value, form) if form else repr(value)), value)


@given(value=SHARES, decimals=st.integers(2, 5))
def test_rounding_may_drop_zeros(value: float, decimals: int) -> None:
    assert shows_value(f"accuracy: {round(value, decimals)}", value)


@given(value=SHARES, form=st.sampled_from(["{:.0%}", "{:.1%}", "{:.2%}", "{:.2%}", "%{:.1f}"]))
def test_value_in_per_cent_is_shown(value: float, form: str) -> None:
    assert shows_value(form.format(100 * value if "f}" in form else value), value)


@given(value=LOSSES, decimals=st.integers(2, 6))
def test_decimal_comma_is_understood(value: float, decimals: int) -> None:
    assert shows_value(f"Verlust {value:.{decimals}f}".replace(".", ","), value)


@given(value=LOSSES, other=LOSSES, decimals=st.integers(2, 6))
def test_another_value_is_not_shown(value: float, other: float, decimals: int) -> None:
    text = f"{other:.{decimals}f}"
    shown = float(text)
    assume(abs(shown - value) > 10**-decimals)
    assume(abs(shown - 100 * value) > 10**-decimals)
    assert not shows_value(text, value)


@pytest.mark.parametrize("text", ["", "no number", "0.7", "1", "epoch 7", "v0.713", "x0.713", "1.0.713", "-0.713"])
def test_what_shows_nothing(text: str) -> None:
    assert not shows_value(text, 0.7134)


@given(st.text(max_size=200))
def test_any_text_can_be_searched(text: str) -> None:
    assert isinstance(numbers_in(text), set)
    assert shows_value(text, 0.5) in (True, False)


@given(number=st.integers(1000, 10**9), separator=st.sampled_from(SEPARATORS))
def test_thousands_may_be_separated_in_any_way(number: int, separator: str) -> None:
    assert number in numbers_in(f"P = {number:,} parameters".replace(",", separator))


@given(st.lists(st.integers(0, 10**9), max_size=8))
def test_whole_numbers_are_found_and_no_others(numbers: list[int]) -> None:
    assert numbers_in(" + ".join(map(str, numbers))) == set(numbers)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("conv2d_3 x1 p2 3D", {3}),
        ("(32 - 3)/1 + 1 = 30", {32, 3, 1, 30}),
        ("(3*3*3+1)*32=896", {3, 1, 32, 896}),
        ("3×3·32", {3, 32}),
        ("30x30x32", {30}),
        ("6.5 → 6", {6.5, 6}),
        ("1e3", {1000}),
        ("-5", {-5}),
        ("15-3", {15, 3}),
    ],
)
def test_numbers_in_formulas(text: str, numbers: set[float]) -> None:
    assert numbers_in(text) == numbers


def test_numbers_count_wherever_a_student_states_them() -> None:
    summary = "Total params: 777"
    cells = [
        markdown("## 11. A heading\nThe first layer has **896** parameters."),
        code("p = 18_496\n# so 13 by 13\nprint('P = 36928')", text="P = 36928\n" + summary),
        code("%matplotlib inline\nx = 'a # 5'", text=""),
        markdown("after: 999"),
    ]
    events = [
        Numbers(seq=1, cell=0, kind="numbers", variables={"p": (18496.0,)}),
        Summary(seq=2, cell=0, kind="summary", model=0, version=0, text=summary, built=True),
        Numbers(seq=3, cell=7, kind="numbers", variables={"q": (555.0,)}),
    ]
    submission = Submission(evidence(cells, events))
    assert numbers_stated(submission, 1, 3) == {896, 13, 36928, 18496}


def test_numbers_of_the_template_are_not_the_students() -> None:
    prompt = "For example, 5·5·3·8 + 8 = 608."
    submission = Submission(evidence([markdown(prompt), markdown("I get 896.")]), prompts=[prompt])
    assert numbers_stated(submission, 1, 2) == {896}


@pytest.mark.parametrize("shown", ["1e" + "9" * 5000, "0." + "1" * 5000 + "e-99999", "9" * 5000, "1 000" * 900])
def test_numbers_without_end_break_nothing(shown: str) -> None:
    assert not shows_value(shown, 0.5)
    assert 0.5 not in numbers_in(shown)
