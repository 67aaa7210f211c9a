"""Paths below ``/tmp``, where a sandbox keeps the real ones from a notebook."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.kernel.compat.temporary import leading

OWN = "/tmp/grader-1/inside/home"
LEAD = leading(OWN, ["/usr", "/tmp/env/lib", "/tmp/data"])


@pytest.mark.parametrize(
    ("given_path", "led"),
    [
        ("/tmp", OWN),
        ("/tmp/best.keras", f"{OWN}/best.keras"),
        (Path("/tmp/a/b.h5"), f"{OWN}/a/b.h5"),
        (f"{OWN}/a", f"{OWN}/a"),
        ("/tmp/env/lib/python/x.py", "/tmp/env/lib/python/x.py"),
        ("/tmp/env", "/tmp/env"),
        ("/tmp/environment", f"{OWN}/environment"),
        ("/tmpfile", "/tmpfile"),
        ("tmp/x", "tmp/x"),
        ("../tmp/x", "../tmp/x"),
        (b"/tmp/x", b"/tmp/x"),
        (3, 3),
        (None, None),
    ],
)
def test_only_what_lies_below_tmp_is_led(given_path: object, led: object) -> None:
    assert LEAD(given_path) == led


@given(st.text(max_size=30))
def test_what_is_led_is_left_alone_afterwards(name: str) -> None:
    once = LEAD(f"/tmp/{name}")
    assert LEAD(once) == once
