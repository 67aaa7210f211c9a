"""Names that are compared, and imports that are the recorder's own."""

from __future__ import annotations

import builtins
import functools
import importlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import grader.kernel
from grader.kernel.integrity import private
from grader.kernel.integrity.anatomy import Closures, Comparison, Names, functions_in
from grader.kernel.integrity.guard import _names_it

FOLDER = Path(grader.kernel.__file__).parent


class Thing:
    def method(self) -> int:
        return 1


class Equal:
    """Equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


NAMES = st.sampled_from("abcdef")


@given(st.dictionaries(NAMES, st.integers()), st.sets(NAMES), st.dictionaries(NAMES, st.none() | st.builds(Equal)))
def test_every_difference_is_found_and_nothing_else(
    space: dict[str, Any], wanted: set[str], later: dict[str, Any]
) -> None:
    absent = sorted(set("abcdef") - set(space))
    names = Names("here", space, sorted(wanted), absent)
    comparison = Comparison([names])
    assert comparison.is_intact
    assert not list(comparison.changes())
    known = dict(space)
    space.update(later)
    for name in [name for name, value in later.items() if value is None]:
        del space[name]
    changed = {name for name in wanted & set(known) if name not in space or space[name] is not known[name]}
    added = {name for name in absent if name in space}
    assert {name for _, name, _ in comparison.changes()} == changed | added
    assert comparison.is_intact == (not changed | added)


def test_what_became_of_names() -> None:
    space: dict[str, Any] = {"kept": 1, "gone": 2, "other": 3}
    names = Names("here", space, space, ["new"])
    del space["gone"]
    space |= {"other": Equal(), "new": 4}
    assert list(names.changes()) == [("gone", "removed"), ("other", "replaced"), ("new", "overridden")]


def test_names_of_a_class_are_seen_as_they_are_now(monkeypatch: pytest.MonkeyPatch) -> None:
    comparison = Comparison([Names("Thing", vars(Thing), ["method"], ["__getattribute__"])])
    assert comparison.is_intact
    with monkeypatch.context() as patch:
        patch.setattr(Thing, "method", lambda self: 2)
        assert not comparison.is_intact
    assert comparison.is_intact
    monkeypatch.setattr(Thing, "__getattribute__", object.__getattribute__, raising=False)
    assert not comparison.is_intact


def test_the_functions_behind_a_value() -> None:
    def inner() -> int:
        return 1

    @functools.wraps(inner)
    def outer() -> int:
        return inner()

    assert set(functions_in(functools.partial(outer))) == {outer, inner}
    assert list(functions_in(property(inner))) == [inner]
    assert list(functions_in(Thing().method)) == [Thing.method]
    assert not list(functions_in(len))


def test_what_a_closure_holds() -> None:
    def inner() -> int:
        return 1

    def outer() -> int:
        return inner()

    closures = Closures()
    closures.add("outer", outer)
    assert closures.is_intact
    assert outer.__closure__ is not None
    outer.__closure__[0].cell_contents = print
    assert not closures.is_intact
    assert list(closures.changes()) == ["outer"]


@pytest.mark.parametrize(
    "source",
    [
        "import grader_kernel",
        "from grader_kernel.session import listen",
        "__import__('grader_kernel')",
        "x.grader_kernel",
        "grader_kernel = 1",
        "!ls grader_kernel",
        "f'{x} grader_kernel'",
    ],
)
def test_code_that_names_the_recorder(source: str) -> None:
    assert _names_it(source)


@pytest.mark.parametrize("source", ["x = 1  # grader_kernel", "%time x = 1  # grader_kernel", "# grader_kernel\n!ls"])
def test_comments_name_what_they_like(source: str) -> None:
    assert not _names_it(source)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ModuleType]:
    """A module of a package that is loaded as the recorder is."""
    package = tmp_path / "own"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "beside.py").write_text("VALUE = 5")
    (package / "module.py").write_text(
        "import json, numpy as np\n"
        "from . import beside\n"
        "def size(x): return len(x)\n"
        "def text(x): return json.dumps(x)\n"
        "def places(x): return np.flatnonzero(x).tolist()\n"
        "def late(): from .beside import VALUE; return VALUE\n"
        "def later(): import json.encoder; return json.encoder.JSONEncoder\n"
    )
    imports = private.Imports("own", package)
    sys.meta_path.insert(0, imports)
    module = importlib.import_module("own.module")
    vars(module)["imports"] = imports
    imports.hide()
    yield module
    assert imports not in sys.meta_path


def test_replaced_functions_are_not_those_of_the_recorder(own: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(np, "ravel", None)
        patch.setattr(np, "nonzero", None)
        patch.setattr(json, "dumps", None)
        patch.setattr(json.JSONEncoder, "encode", None)
        patch.setattr(json.encoder, "encode_basestring_ascii", None)
        patch.setattr(builtins, "len", None)
        found = own.size("abc"), own.text({"a": [1, "b"]}), own.places([0, 3, 0, 4])
    assert found == (3, '{"a": [1, "b"]}', [1, 3])


def test_what_cannot_be_copied_is_the_same(own: ModuleType) -> None:
    assert own.np is not np
    assert own.np.ndarray is np.ndarray
    assert own.np.add is np.add
    assert own.json.JSONEncoder is own.later()
    assert own.json.JSONEncoder is not json.JSONEncoder
    assert sys.modules["json"] is json
    assert sys.modules["numpy"] is np


def test_hidden_modules_still_see_each_other(own: ModuleType) -> None:
    assert own.late() == own.beside.VALUE == 5
    assert not [name for name in sys.modules if name.partition(".")[0] == "own"]
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("own.module")


def test_the_code_of_the_recorder_is_known(own: ModuleType) -> None:
    codes = own.imports.codes
    assert id(own.size.__code__) in codes
    assert id(test_the_code_of_the_recorder_is_known.__code__) not in codes
    assert all(id(code) == key for key, code in codes.items())


def test_copies_of_numpy_compute_the_same(own: ModuleType) -> None:
    random = np.random.default_rng(1).normal(size=(6, 4))
    for name in ("mean", "median", "std", "unique", "argsort", "ptp", "allclose", "corrcoef"):
        arguments = (random, random) if name == "allclose" else (random,)
        assert np.array_equal(getattr(own.np, name)(*arguments), getattr(np, name)(*arguments)), name
    assert own.np.linalg.norm(random) == np.linalg.norm(random)
    assert own.np.lib.stride_tricks.sliding_window_view(random, (2, 2)).shape == (5, 3, 2, 2)
    assert own.np.random.default_rng(3).random() == np.random.default_rng(3).random()
