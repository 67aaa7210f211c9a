"""Limits as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.execution.limits import Limits, read_size
from grader.execution.watchdog import readable_size


@pytest.mark.parametrize(
    ("text", "size"),
    [("512", 512), ("1k", 1024), ("1.5 GiB", 3 * 2**29), ("4G", 2**32), ("20MB", 20 * 2**20), (" 2T ", 2**41)],
)
def test_sizes(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "G", "-1G", "4X", "1e9", "4 GG", "0x10", "1G\n2", "0", "0.0G"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match="is no size"):
        read_size(text)


@given(st.integers(1, 2**50))
def test_a_shown_size_is_about_right(size: int) -> None:
    assert abs(read_size(readable_size(size).removesuffix(" bytes")) - size) <= 0.05 * size


def test_what_is_not_asked_for_stays() -> None:
    usual = Limits.of_effort("sketch")
    assert usual.but(memory=None, disk=7) == Limits(**{**vars(usual), "disk": 7}), "None asks for nothing"
    assert usual.run_seconds is not None
    assert usual.run_seconds < (Limits.of_effort("full").run_seconds or 0)
