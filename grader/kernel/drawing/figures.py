"""Figures as what is drawn: curves with their data and labels, images with the rows they show, titles and legends.

This module is also the matplotlib backend of the kernel: showing a figure records and closes it; no pixels are made
unless the notebook saves them to a file. What matplotlib needs of it goes by a name of its own, under which it is found
where the modules of the recorder cannot be imported.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import numpy as np
from matplotlib.backend_bases import FigureManagerBase, _Backend
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.ticker import FixedFormatter, FuncFormatter
from numpy.typing import NDArray

from ..config import BACKEND
from ..events import EventLog
from .drawings import DrawingReader

__all__ = ["FigureRecorder"]

_MAX_AXES = 1024
_MAX_LINES = 64
_MAX_POINTS = 2000
_MAX_TEXT = 2000
_MAX_LABELS = 200

_OF_A_BACKEND = (
    *("FigureCanvas", "FigureManager", "draw_if_interactive", "new_figure_manager"),
    *("new_figure_manager_given_figure", "show"),
)
"""What matplotlib asks a backend for."""

recorder: FigureRecorder | None = None
"""The recorder of this kernel; the backend's functions are called by matplotlib, which passes none."""


class FigureRecorder:
    """Describes each figure once, when it is shown, saved, displayed, or left open at the end of a cell."""

    def __init__(self, log: EventLog, drawings: DrawingReader) -> None:
        self._log = log
        self._drawings = drawings
        self.texts: list[str] = []
        """Titles and texts of the figures shown since it was last cleared (see `replay`)."""

    def install(self) -> None:
        """Become the recorder of the backend, and notice figures that are saved."""
        global recorder
        recorder = self
        sys.modules[BACKEND] = backend = ModuleType(BACKEND, "Draws nothing: figures are recorded.")
        vars(backend).update({name: getattr(_BackendGrader, name) for name in _OF_A_BACKEND})
        from matplotlib.figure import Figure

        original = Figure.savefig

        @functools.wraps(original)
        def savefig(figure: Figure, *args: Any, **kwargs: Any) -> None:
            with self._log.recording():
                self.record(figure)
            original(figure, *args, **kwargs)

        Figure.savefig = savefig  # type: ignore[assignment,method-assign]

    def flush(self) -> None:
        """Record and close all open figures."""
        from matplotlib._pylab_helpers import Gcf

        for manager in Gcf.get_all_fig_managers():
            self.record(manager.canvas.figure)
        Gcf.destroy_all()

    def record(self, figure: Any) -> None:
        """Emit a ``figure`` event, unless the figure is empty or was recorded as it is."""
        self._drawings.refresh()
        axes = [self._axes(one) for one in figure.axes[:_MAX_AXES]]
        title = figure.get_suptitle()[:_MAX_TEXT]
        beside = _texts(text for text in figure.texts[:_MAX_LINES] if text.get_text() != title)
        texts = [title, *beside, *(text for one in axes for text in (one["title"], one["xlabel"], *one["texts"]))]
        self.texts += [text for text in texts if text]
        if not any(one["lines"] or one["images"] or one["bars"] or one["points"] for one in axes):
            return
        content = {"title": title, "texts": beside, "axes": axes}
        if getattr(figure, "_grader_recorded", None) != (state := repr(content)):
            figure._grader_recorded = state
            self._log.emit("figure", **content)

    def _axes(self, axes: Any) -> dict[str, Any]:
        legend = axes.get_legend()
        return {
            "title": " ".join(filter(None, (axes.get_title(loc) for loc in ("left", "center", "right"))))[:_MAX_TEXT],
            "xlabel": axes.get_xlabel()[:_MAX_TEXT],
            "ylabel": axes.get_ylabel()[:_MAX_TEXT],
            "place": [round(float(value), 4) for value in axes.get_position().extents],
            "ticks": _ticks(axes.xaxis) + _ticks(axes.yaxis),
            "legend": _texts(legend.get_texts()[:_MAX_LABELS]) if legend else [],
            "lines": [_line(line) for line in axes.get_lines()[:_MAX_LINES]],
            "images": [self._image(image) for image in _images(axes)[:_MAX_LINES]],
            "bars": [_bar(patch) for patch in axes.patches[:_MAX_LINES] if hasattr(patch, "get_height")],
            "points": [_points(collection) for collection in axes.collections[:_MAX_LINES]],
            "texts": _texts(axes.texts[:_MAX_LINES]),
        }

    def _image(self, image: Any) -> dict[str, Any]:
        array: Any = image.get_array()
        # What is masked is not drawn, and what is not finite is masked.
        array = np.asarray(array.filled(array.min()) if np.ma.is_masked(array) else array)
        description: dict[str, Any] = {"shape": array.shape, "cmap": image.get_cmap().name}
        if array.size:
            description |= {"low": array.min(), "high": array.max()}
        return description | self._drawings.describe(array)


def _texts(artists: Iterable[Any]) -> list[str]:
    return [artist.get_text()[:_MAX_TEXT] for artist in artists]


def _ticks(axis: Any) -> list[str]:
    """The labels of an axis that somebody chose; not the numbers that matplotlib puts there."""
    if not isinstance(axis.get_major_formatter(), (FixedFormatter, FuncFormatter)):
        return []
    return [text for text in _texts(axis.get_ticklabels()[:_MAX_LABELS]) if text]


def _images(axes: Any) -> list[Any]:
    """Images, and meshes of coloured squares, which are images by another name."""
    return [*axes.get_images(), *(mesh for mesh in axes.collections if isinstance(mesh, QuadMesh))]


def _line(line: Any) -> dict[str, Any]:
    label = str(line.get_label())[:_MAX_TEXT]
    return {
        "label": "" if label.startswith("_") else label,
        "x": _numbers(line.get_xdata(orig=False)),
        "y": _numbers(line.get_ydata(orig=False)),
    }


def _bar(patch: Any) -> dict[str, Any]:
    return {"x": patch.get_x(), "width": patch.get_width(), "height": patch.get_height()}


def _points(collection: Any) -> dict[str, Any]:
    offsets = np.asarray(np.asarray(collection.get_offsets()), dtype=float).reshape(-1, 2)
    return {"x": _numbers(offsets[:, 0]), "y": _numbers(offsets[:, 1])}


def _numbers(values: Any) -> NDArray[Any]:
    return np.asarray(values, dtype=float).reshape(-1)[:_MAX_POINTS]


@_Backend.export
class _BackendGrader(_Backend):
    """The backend that matplotlib loads by the name of this module."""

    FigureCanvas = FigureCanvasAgg
    FigureManager = FigureManagerBase

    @staticmethod
    def show(*_args: Any, **_kwargs: Any) -> None:
        """Record and close the open figures, as the inline backend shows and closes them."""
        if recorder is not None:
            recorder.flush()
