"""What the course hands out: the functions of `Custom`, where they come from, and models that cannot be drawn."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from grader.kernel.compat import course, drawings
from grader.kernel.compat.modules import under_both_roots

NAMES = ["cat", "dog", "ship"]


@pytest.fixture
def custom(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as a notebook without a file of its own gets it."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delitem(sys.modules, "Custom", raising=False)
    course.install()
    module = importlib.import_module("Custom")
    monkeypatch.delitem(sys.modules, "Custom")
    return module


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[plt.Figure]]:
    """The figures that are shown."""
    figures: list[plt.Figure] = []
    monkeypatch.setattr(plt, "show", lambda: figures.append(plt.gcf()))
    with mpl.rc_context({"backend": "agg"}):
        yield figures
    plt.close("all")


def test_students_get_the_file_that_the_kernel_has():
    template = Path(__file__).resolve().parents[2] / "student_template" / "Custom.py"
    assert template.read_bytes() == (course.FOLDER / "Custom.py").read_bytes()


def test_a_file_beside_the_notebook_comes_first(custom, monkeypatch, tmp_path):
    (tmp_path / "Custom.py").write_text("mine = True")
    monkeypatch.syspath_prepend(tmp_path)
    assert importlib.import_module("Custom").mine
    sys.modules.pop("Custom")


@pytest.mark.parametrize("one_hot", [False, True])
def test_images_of_each_class_stand_under_its_name(custom, shown, one_hot):
    classes = np.arange(30) % 3
    images = np.zeros((30, 8, 8, 3), dtype=np.uint8) + classes[:, None, None, None].astype(np.uint8)
    labels = np.eye(3)[classes] if one_hot else classes.reshape(-1, 1)
    custom.PlotRandomFromEachClass(images, labels, 4, labels=NAMES, seed=3)
    (figure,) = shown
    grid = np.array(figure.axes).reshape(4, 3)
    assert [axes.get_title() for axes in grid[0]] == NAMES
    for column, axes in enumerate(grid.T):
        assert {int(one.get_images()[0].get_array().max()) for one in axes} == {column}


@pytest.mark.parametrize("low", [-1.5, 0.25])
def test_images_of_any_range_can_be_shown(custom, shown, low):
    images = np.random.default_rng(0).normal(low, 1, (6, 8, 8, 3))
    custom.PlotRandomFromEachClass(images, np.arange(6) % 2, 5)
    pixels = [axes.get_images()[0].get_array() for axes in shown[0].axes]
    assert len(pixels) == 10
    assert min(map(np.min, pixels)) >= 0
    assert max(map(np.max, pixels)) <= 1


@pytest.mark.parametrize("key", ["accuracy", "acc"])
@pytest.mark.parametrize("as_dictionary", [False, True])
def test_curves_and_confusion_of_a_model(custom, shown, capsys, key, as_dictionary):
    truth = np.array([0, 1, 2, 2])
    probabilities = np.eye(3)[[0, 1, 2, 0]]
    model = SimpleNamespace(predict=lambda images, verbose: probabilities[: len(images)])
    curves = {"loss": [2.0, 1.0], "val_loss": [2.1, 1.5], key: [0.1, 0.5], f"val_{key}": [0.2, 0.4]}
    history = curves if as_dictionary else SimpleNamespace(history=curves)
    custom.PlotModelEval(model, history, np.zeros((4, 8, 8, 3)), truth.reshape(-1, 1), NAMES, normalize=True)
    loss, accuracy, confusion = shown[0].axes
    assert [list(line.get_ydata()) for line in loss.get_lines()] == [[2.0, 1.0], [2.1, 1.5]]
    assert [list(line.get_ydata()) for line in accuracy.get_lines()] == [[0.1, 0.5], [0.2, 0.4]]
    assert confusion.get_images()[0].get_array().tolist() == [[1, 0, 0], [0, 1, 0], [1, 0, 1]]
    assert "0.750" in capsys.readouterr().out


def test_a_model_is_not_drawn_where_graphviz_is_missing(monkeypatch):
    modules = list(under_both_roots("utils").values())
    for module in modules:
        monkeypatch.setattr(module, "plot_model", module.plot_model)
    monkeypatch.setattr(drawings.model_visualization, "check_graphviz", lambda: False)
    said: dict[str, str] = {}
    drawings.install(said.setdefault)
    for module in modules:
        assert module.plot_model(object(), show_shapes=True) is None
    assert "Graphviz" in said["plot_model"]


def test_a_model_is_drawn_where_graphviz_is_there(monkeypatch):
    modules = list(under_both_roots("utils").values())
    for module in modules:
        monkeypatch.setattr(module, "plot_model", module.plot_model)
    monkeypatch.setattr(drawings.model_visualization, "check_graphviz", lambda: True)
    monkeypatch.setattr(drawings.model_visualization, "plot_model", lambda model, to_file: (model, to_file))
    drawings.install(lambda *_: pytest.fail("nothing to remark on"))
    for module in modules:
        assert module.plot_model("model", to_file="a.png") == ("model", "a.png")
