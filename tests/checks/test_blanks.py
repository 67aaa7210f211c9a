"""What counts as left blank, and what is a mistake."""

from __future__ import annotations

import pytest

from grader.checks.blanks import blank_words, builds_layers, is_blank
from tests.checks.factories import code, markdown

DISCONNECTED = "ValueError: Output with path `` is not connected to `inputs`"
SLOT = "x_in = Input(shape=(32, 32, 3))\n\nx = ???\n\nmodel = Model(inputs=x_in, outputs=x)"


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("# Your code here", None),
        ("# === Your code here ===\n\n# ====", None),
        ("...", None),
        ("pass", None),
        ("model = None  # your network", None),
        ('"""Define the network."""\nx = ...', None),
        (SLOT, "SyntaxError: invalid syntax (line 3)"),
        ("units = ____\nmodel.add(Dense(units))", "NameError: name '____' is not defined"),
        ("def build():\n    raise NotImplementedError('yours')\n\nmodel = build()", "NotImplementedError: yours"),
        ("x_in = Input((4,))\n# Dense(3) goes here\nmodel = Model(x_in, x)", DISCONNECTED),
    ],
)
def test_blank(source, error):
    assert is_blank(code(source, error=error))


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("", None),
        ("model = Sequential()", None),
        ("x = 3", None),
        ("print('???')", None),
        ("what = '???'\nmodel = Model(x_in, x)", None),
        ("# ??? is this right\nmodel.add(Dense(10))", "NameError: name 'model' is not defined"),
        ("x = Dense(3)(h)\nmodel = Model(x_in, x)", DISCONNECTED),
        ("model = Model(x_in, x)", "NameError: name 'x' is not defined"),
        ("this is no Python", "SyntaxError: invalid syntax (line 1)"),
    ],
)
def test_not_blank(source, error):
    assert not is_blank(code(source, error=error))


@pytest.mark.parametrize("source", ["-" * 100_000 + "1", "1 + " * 100_000 + "1", "(" * 5000, "a\x00b"])
def test_cells_too_deep_to_parse_are_not_blank(source):
    assert not is_blank(code(source, error="RecursionError: too deep"))
    assert blank_words(code(source, error="RecursionError: too deep")) is None


def test_text_is_no_blank_slot():
    assert not is_blank(markdown("..."))


def test_the_placeholder_is_named():
    assert "???" in (blank_words(code(SLOT, error="SyntaxError: invalid syntax (line 3)")) or "")
    assert "no layer" in (blank_words(code("model = Model(i, o)", error=DISCONNECTED)) or "")
    assert blank_words(code("# Your code here")) is None  # nothing went wrong


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("m = keras.Sequential([layers.Dense(3)])", True),
        ("model = Model(inputs=a, outputs=b)", True),
        ("h = model.fit(x, y)", False),
        ("model = load_model('a.keras')", False),
    ],
)
def test_cells_about_networks(source, expected):
    assert builds_layers(source) is expected
