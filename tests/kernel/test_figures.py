"""Figures as what is drawn: each once, whichever way it is shown."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

from grader.kernel.drawing.drawings import DrawingReader
from grader.kernel.drawing.figures import FigureRecorder
from grader.kernel.drawing.pictures import PictureIndex
from grader.kernel.drawing.visuals import Visuals
from grader.kernel.models import ModelRegistry


@pytest.fixture
def recorder(log, index, data, monkeypatch):
    """The backend of the kernel in this process; the usual one after the test."""
    monkeypatch.setattr(Figure, "savefig", Figure.savefig)
    visuals = Visuals(ModelRegistry(log, on_new=lambda: None))
    recorder = FigureRecorder(log, DrawingReader(PictureIndex(index, data), visuals))
    recorder.install()
    before = mpl.get_backend()
    plt.switch_backend("module://grader.kernel.drawing.figures")
    yield recorder
    plt.close("all")
    plt.switch_backend(before)


@pytest.fixture
def figures(events):
    return lambda: [event for event in events() if event.kind == "figure"]


def test_curves_with_their_labels(recorder, figures):
    plt.plot([0.1, 0.2, 0.3], label="accuracy")
    plt.plot([1, 2, 3], [0.1, float("nan"), 0.2], "r--")
    plt.title("NET I")
    plt.xlabel("epoch")
    plt.ylabel("share")
    plt.legend(["training", "validation"])
    plt.show()
    (figure,) = figures()
    (axes,) = figure.axes
    assert (axes.title, axes.xlabel, axes.ylabel) == ("NET I", "epoch", "share")
    assert axes.legend == ("training", "validation")
    assert [line.y for line in axes.lines] == [(0.1, 0.2, 0.3), (0.1, None, 0.2)]
    assert [line.x for line in axes.lines] == [(0, 1, 2), (1, 2, 3)]
    assert plt.get_fignums() == []


def test_labels_that_matplotlib_made_up_are_none(recorder, figures):
    plt.plot([1, 2])
    plt.plot([1, 2], label="loss")
    plt.show()
    assert [line.label for line in figures()[0].axes[0].lines] == ["", "loss"]


def test_subplots_and_twin_axes(recorder, figures):
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([1, 2])
    right.plot([3, 4])
    right.twinx().plot([5, 6])
    figure.suptitle("Both")
    plt.show()
    (drawn,) = figures()
    assert drawn.title == "Both"
    assert [axes.lines[0].y for axes in drawn.axes] == [(1, 2), (3, 4), (5, 6)]


def test_each_figure_once_in_the_order_of_making(recorder, figures):
    for value in (1, 2):
        plt.figure()
        plt.plot([value, value])
    plt.show()
    plt.show()
    recorder.flush()
    assert [figure.axes[0].lines[0].y for figure in figures()] == [(1, 1), (2, 2)]


def test_a_figure_left_open_is_recorded_and_closed(recorder, figures):
    plt.plot([1, 2])
    recorder.flush()
    assert len(figures()) == 1
    assert plt.get_fignums() == []


def test_a_figure_that_is_saved_and_closed(recorder, figures, tmp_path):
    plt.plot([1, 2])
    plt.savefig(tmp_path / "curve.png")
    plt.close()
    recorder.flush()
    assert (tmp_path / "curve.png").stat().st_size > 0
    assert len(figures()) == 1


def test_a_saved_figure_that_is_shown_is_one_figure(recorder, figures, tmp_path):
    plt.plot([1, 2])
    plt.savefig(tmp_path / "curve.png")
    plt.show()
    assert len(figures()) == 1


def test_a_figure_that_grows_is_recorded_again(recorder, figures, tmp_path):
    plt.plot([1, 2])
    plt.savefig(tmp_path / "curve.png")
    plt.plot([3, 4])
    plt.show()
    assert [len(figure.axes[0].lines) for figure in figures()] == [1, 2]


def test_an_empty_figure_is_none(recorder, figures):
    plt.figure()
    plt.subplots(2, 2)
    plt.show()
    assert figures() == []


@pytest.mark.parametrize("change", [lambda x: x, lambda x: x / 255, lambda x: x.astype("float32") / 255])
def test_an_image_names_the_row_it_shows(recorder, figures, data, change):
    plt.imshow(change(data.test.images[5]))
    plt.show()
    (image,) = figures()[0].axes[0].images
    assert (image.row, image.shape) == (("test", 5), (32, 32, 3))


def test_other_images_name_none(recorder, figures):
    plt.imshow(np.zeros((32, 32, 3)))
    plt.figure()
    plt.imshow(np.array([[0.0, np.nan], [1.0, 2.0]]), cmap="gray")
    plt.show()
    colour, grey = (figure.axes[0].images[0] for figure in figures())
    assert colour.row is None
    assert (grey.row, grey.shape, grey.cmap) == (None, (2, 2), "gray")


def test_bars_points_and_texts(recorder, figures):
    plt.bar([1, 2], [3, 4])
    plt.scatter([1, 2], [5, 6])
    plt.text(0, 0, "best epoch")
    plt.show()
    (axes,) = figures()[0].axes
    assert [bar.height for bar in axes.bars] == [3, 4]
    assert axes.points[0].y == (5, 6)
    assert axes.texts == ("best epoch",)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plt.plot(np.arange("2020-01", "2020-04", dtype="datetime64[M]"), [1, 2, 3]),
        lambda: plt.plot(["a", "b", "c"], [1, 2, 3]),
        lambda: plt.plot(range(100_000)),
        lambda: [plt.plot([number, 1]) for number in range(300)],
        lambda: (plt.plot([1, 2], label="x" * 30_000), plt.title("t" * 30_000), plt.legend()),
        lambda: plt.fill_between([1, 2], [3, 4]),
        lambda: plt.contourf(np.eye(3)),
        lambda: plt.hist([1, 2, 2]),
        lambda: plt.axhline(0.5),
        lambda: plt.imshow(np.eye(3, dtype=bool)),
        lambda: plt.imshow(np.ma.masked_equal(np.eye(3), 0)),
    ],
)
def test_whatever_is_drawn_can_be_read(recorder, figures, draw):
    draw()
    plt.show()
    assert len(figures()) == 1
