"""Weights as a kernel sends them: found by the beginnings of their lines, and arrays or an error."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence import EvidenceError
from grader.evidence.weights import ArraySent, places, read_weights
from tests.verification.made import encoded, line


def test_they_are_found_and_read(tmp_path: Path):
    file = tmp_path / "weights.jsonl"
    kernel = np.arange(12, dtype="float32").reshape(3, 4)
    other = line({}, np.zeros((1, 10)), model=1, weights=2)
    file.write_bytes(b"\n" + other + b'{"kind": "weights"}\n' + line({"a": [kernel]}, np.eye(2)))
    first, second = places(file)
    assert (first.model, first.weights, second.model) == (1, 2, 0)
    sent = read_weights(file, second)
    np.testing.assert_array_equal(sent.layers["a"][0].decoded(), kernel)
    np.testing.assert_array_equal(sent.outputs.decoded(), np.eye(2))
    assert not list(places(tmp_path / "none"))


@given(st.lists(st.integers(0, 4), max_size=4), st.integers(0, 2**32 - 1))
def test_arrays_come_back_as_they_were(shape: list[int], seed: int):
    array = np.random.default_rng(seed).random(shape, dtype="float32")
    np.testing.assert_array_equal(ArraySent.model_validate(encoded(array)).decoded(), array)


@pytest.mark.parametrize("data", ["AAAA", "????", "AAAAAA", "é" * 8, ""])
def test_what_is_no_array(data: str):
    with pytest.raises(EvidenceError):
        ArraySent(shape=(2,), data=data).decoded()


@given(st.binary(max_size=300))
def test_whatever_a_line_holds_it_is_weights_or_an_error(raw: bytes):
    head = line({}, np.zeros((1, 10)))[:100]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "weights.jsonl"
        file.write_bytes(raw + b"\n" + head + raw)
        for place in places(file):
            with pytest.raises(EvidenceError):
                read_weights(file, place)


def test_more_than_a_model_may_have_is_refused(tmp_path: Path):
    file = tmp_path / "weights.jsonl"
    file.write_bytes(line({"a": [np.zeros(1)]}, np.eye(2)).replace(b'"shape": [1]', b'"shape": [99999999]'))
    (place,) = places(file)
    with pytest.raises(EvidenceError, match="more than"):
        read_weights(file, place)
