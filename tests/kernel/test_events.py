"""The event log: whatever is noted becomes one line of JSON that the trusted side reads."""

from __future__ import annotations

import json
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.kernel.events import EventLog, plain

TEXT = st.text(st.characters(codec=None))
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=10**5000, max_value=10**5001),
    st.floats(),
    TEXT,
    st.binary(),
    st.complex_numbers(),
    st.dates(),
    hnp.from_dtype(np.dtype("f2")),
    hnp.from_dtype(np.dtype("f4")),
    hnp.from_dtype(np.dtype("u1")),
    hnp.from_dtype(np.dtype("i8")),
    hnp.from_dtype(np.dtype("?")),
    hnp.from_dtype(np.dtype("U5")),
    hnp.arrays(st.sampled_from(["f4", "i2", "?", "O"]), hnp.array_shapes(min_dims=0, max_dims=2, min_side=0)),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.tuples(inner, inner),
        st.frozensets(st.integers()),
        st.dictionaries(st.one_of(TEXT, st.integers(), st.none()), inner),
    ),
)


def strict(line: str) -> object:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(line, parse_constant=refuse)


@given(VALUES)
def test_any_value_becomes_json(value):
    line = json.dumps(plain(value))
    line.encode("utf-8")
    strict(line)


@given(VALUES)
def test_what_is_plain_stays_as_it_is(value):
    assert plain(plain(value)) == plain(value)


@given(st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**63), 2**63)))
def test_numbers_keep_their_value(number):
    assert plain(number) == number


def test_what_is_no_number_is_nothing():
    assert plain([math.nan, math.inf, -math.inf, np.float32("nan"), np.float16("inf")]) == [None] * 5


def test_numpy_is_unwrapped():
    value = {"a": np.arange(3), 2: (np.float32(0.5), np.bool_(True)), "s": np.str_("x")}
    assert plain(value) == {"a": [0, 1, 2], "2": [0.5, True], "s": "x"}


def test_halves_of_surrogate_pairs_can_be_read(log, events):
    log.emit("remark", key="half \ud800", text="plain 😀")
    (event,) = events()
    assert (event.key, event.text) == ("half ?", "plain 😀")


def test_events_are_numbered_and_know_their_cell(log, events):
    assert log.emit("finished") == 1
    log.cell = 4
    assert log.emit("finished") == 2
    assert [(event.seq, event.cell) for event in events()] == [(1, -1), (2, 4)]


def test_a_muted_log_numbers_on_and_writes_nothing(log, events):
    log.emit("finished")
    log.muted = True
    assert log.emit("finished") == 2
    log.remark("late", "never said")
    log.muted = False
    log.remark("late", "said")
    log.emit("finished")
    assert [(event.seq, event.kind) for event in events()] == [(1, "finished"), (3, "remark"), (4, "finished")]


def test_a_remark_is_made_once(log, events):
    log.remark("gpu", "There is no GPU here.")
    log.remark("gpu", "There is no GPU here.")
    assert len(events()) == 1


def test_a_full_log_says_so_once(lines, events):
    small = EventLog(lines.append, max_bytes=200)
    for _ in range(5):
        small.emit("remark", key="k", text="x" * 90)
    assert small.emit("finished") == 6
    assert [event.kind for event in events()] == ["remark", "log_full"]
