"""What a drawing shows: a served image, a feature map, a kernel, or a mosaic of many of one kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .mosaics import layouts, shrunk
from .pictures import SIDE, PictureIndex, Served
from .visuals import Match, Visuals

__all__ = ["DrawingReader"]

_TRIED = 6
"""Tiles of a layout that are looked at before all of them are."""
_SHARE = 0.5
"""Of the tiles that are looked at and hold a picture at all, the share that must be known."""
_MAX_PIXELS = 4_000_000


class DrawingReader:
    """Tells what drawn arrays show, by their values."""

    def __init__(self, pictures: PictureIndex, visuals: Visuals) -> None:
        self._pictures = pictures
        self._visuals = visuals

    def refresh(self) -> None:
        """What is described next is drawn now, with the networks as they are."""
        self._visuals.refresh()

    def describe(self, drawing: NDArray[Any]) -> dict[str, Any]:
        """The fields that go into evidence for a drawing (h, w) or (h, w, 3); none for what is not recognised."""
        if drawing.ndim == 3 and drawing.shape[2] == 1:
            drawing = drawing[:, :, 0]
        plain = drawing.ndim == 2 or (drawing.ndim == 3 and drawing.shape[2] == 3)
        if not plain or drawing.dtype.kind not in "iuf" or not 0 < drawing.size <= _MAX_PIXELS:
            return {}
        if not np.isfinite(drawing).all():
            return {}
        small = shrunk(drawing)
        found = self._images(drawing) or self._sources(drawing)
        return found if found or small is drawing else self._images(small) or self._sources(small)

    def _images(self, drawing: NDArray[Any]) -> dict[str, Any]:
        if drawing.ndim != 3:
            return {}
        if drawing.shape[:2] == (SIDE, SIDE):
            (image,) = self._pictures.find(drawing[None])
            return {} if image is None else {"row": image[:2], "images": [image]}
        best: list[Served | None] = []
        for layout in layouts(drawing.shape, SIDE, SIDE):
            if _promising(self._pictures.find(_filled(layout.tiles(drawing, SIDE, SIDE, _TRIED)))):
                found = self._pictures.find(_filled(layout.tiles(drawing, SIDE, SIDE)))
                best = max(best, found, key=_known)
        return {"images": [image for image in best if image is not None]} if best else {}

    def _sources(self, drawing: NDArray[Any]) -> dict[str, Any]:
        matches = self._visuals.find(drawing[None])[0]
        if not matches:
            matches = self._mosaic(drawing)
        return {"origins": _gathered(matches)} if matches else {}

    def _mosaic(self, drawing: NDArray[Any]) -> list[Match]:
        """What the tiles of a mosaic show, in the layout of which most is known."""
        best: list[list[Match]] = []
        for height, width in self._visuals.sizes(drawing.ndim):
            for layout in layouts(drawing.shape, height, width):
                if _promising(self._visuals.find(_filled(layout.tiles(drawing, height, width, _TRIED)))):
                    tiles = _filled(layout.tiles(drawing, height, width))
                    best = max(best, self._visuals.find(tiles), key=_known)
        return [match for matches in best for match in matches]


def _filled(tiles: NDArray[Any]) -> NDArray[Any]:
    """The tiles that are not of one value throughout, as where a mosaic has room left."""
    filled: NDArray[Any] = tiles[np.ptp(tiles.reshape(len(tiles), -1), axis=1) > 0]
    return filled


def _known(found: list[Any]) -> int:
    return sum(bool(one) for one in found)


def _promising(found: list[Any]) -> bool:
    return bool(found) and _known(found) >= _SHARE * len(found)


def _gathered(matches: list[Match]) -> list[dict[str, Any]]:
    """The matches by layer, their parts in order of appearance."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for match in matches:
        source = match.source
        entry = found.setdefault(
            (source.kind, source.model, source.layer),
            {
                "kind": source.kind,
                "model": source.model,
                "layer": source.layer,
                "op": source.op,
                "parts": [],
                "cut": False,
            },
        )
        entry["parts"].append(match.part)
        entry["cut"] = entry["cut"] or match.cut
    return list(found.values())
