"""Questions about figures that show images of the data set, each with the name of its class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.checks.drawing.class_names import ClassNames
from grader.checks.outcomes import fail, not_attempted, partial
from grader.checks.submission import Submission
from grader.evidence.drawings import AxesDrawn, Served
from grader.evidence.schema import Figure

__all__ = ["expect_gallery", "expect_grid"]

_CLASSES = 10
_NEAR = 0.01
"""Axes whose edges differ by less, as a share of the figure, stand in one row or column."""
_MANY = 6
"""Rows listed in a message."""


@dataclass(frozen=True)
class Picture:
    """An image of the data set in a figure; `named` are the classes that the words about it name.

    `numbered` are those that they may mean by a number.
    """

    image: Served
    named: frozenset[int]
    numbered: frozenset[int]
    place: tuple[float, float]
    """Top and left, from the top left corner."""

    @property
    def label(self) -> int:
        return self.image[2]

    @property
    def right(self) -> bool:
        """Whether the words about it name its class."""
        return self.label in self.named

    @property
    def wrong(self) -> bool:
        """Whether they name another one instead."""
        return bool(self.named) and not self.right


def expect_gallery(submission: Submission, *, every_class: bool) -> None:
    """Figures show images, each with its class name; with `every_class`, images of each of the ten classes.

    What counts is the best cell, or all cells together that name nothing wrongly.
    """
    names = ClassNames(submission)
    cells: dict[int, list[Picture]] = {}
    for figure in submission.evidence.of(Figure):
        cells.setdefault(submission.evidence.position(figure.cell), []).extend(_pictures(figure, names))
    cells = {cell: _named_by_output(submission, cell, found, names) for cell, found in cells.items() if found}
    if not cells:
        not_attempted("No figure shows images of the data set.")
    sound = {cell: found for cell, found in cells.items() if not any(one.wrong for one in found)}
    covered = {one.label for found in sound.values() for one in found if one.right}
    if len(covered) == _CLASSES or (covered and not every_class):
        return
    faulty = {cell: found for cell, found in cells.items() if cell not in sound}
    if faulty and max(map(_named_count, faulty.values())) > max(map(_named_count, sound.values()), default=0):
        cell = max(faulty, key=lambda place: _named_count(faulty[place]))
        _fail_for_names(faulty[cell], cell)
    cell = max(sound or cells, key=lambda place: len(cells[place]))
    if not covered:
        _fail_without_names(cells[cell], cell, names)
    missing = ", ".join(str(label) for label in sorted(set(range(_CLASSES)) - covered))
    partial(
        len(covered) / _CLASSES,
        f"Images of {len(covered)} of the {_CLASSES} classes are shown with their names; none of class {missing}.",
        [place for place, found in sound.items() if any(one.right for one in found)],
    )


def expect_grid(submission: Submission, rows: Iterable[int] = range(25), side: int = 5) -> None:
    """A figure shows these rows of the training set, in order, in `side` columns, each with its class name."""
    names, wanted = ClassNames(submission), list(rows)
    found = [
        (submission.evidence.position(figure.cell), pictures)
        for figure in submission.evidence.of(Figure)
        if (pictures := _pictures(figure, names))
    ]
    if not found:
        not_attempted("No figure shows images of the data set.")
    cell, pictures = max(found, key=lambda one: (_overlap(one[1], wanted), -len(one[1])))
    shown = [one for one in _in_reading_order(pictures) if one.image[0] == "train" and one.image[1] in wanted]
    if len(shown) < len(wanted):
        fail(
            f"The figure with most of them shows {len(shown)} of the first {len(wanted)} training images; it shows "
            f"{_listed(one.image for one in _in_reading_order(pictures))}.",
            [cell],
        )
    if any(one.wrong for one in shown):
        _fail_for_names(shown, cell)
    shares = []
    if [one.image[1] for one in shown] != wanted:
        shares.append((0.5, f"The images are not in order: {_listed(one.image for one in shown)}."))
    columns = _columns(shown)
    if columns != side:
        shares.append((0.5, f"The images stand in rows of {columns}, expected a grid of {side}×{side}."))
    unnamed = [one for one in shown if not one.named]
    if unnamed and not (names.numbers_explained and all(one.label in one.numbered for one in unnamed)):
        if any(one.label not in one.numbered for one in unnamed):
            shares.append((0.5, f"{len(unnamed)} of the images have no class name beside them."))
        else:
            shares.append((0.75, "The classes are given as numbers, and nothing says which number is which class."))
    if shares:
        partial(min(share for share, _ in shares), "\n".join(text for _, text in shares), [cell])


def _pictures(figure: Figure, names: ClassNames) -> list[Picture]:
    """The images of the data set in a figure, with what is said about each."""
    found = []
    for axes in figure.axes:
        images = [image for drawn in axes.images for image in drawn.images]
        if not images:
            continue
        texts = _captions(axes, figure)
        chosen = next((text for text in texts if names.named(text)), "")
        numbers = next((text for text in texts if names.numbered(text)), "")
        left, top = (axes.place[0], 1 - axes.place[3]) if axes.place else (0.0, 0.0)
        found += [
            Picture(image, frozenset(names.named(chosen)), frozenset(names.numbered(numbers)), (top, left))
            for image in images
        ]
    return found


def _captions(axes: AxesDrawn, figure: Figure) -> list[str]:
    """What is written about an image, the nearest first: its own words, its column's and row's, the figure's."""
    own = "\n".join([axes.title, axes.xlabel, axes.ylabel, *axes.texts, *axes.ticks])
    heads: list[AxesDrawn] = []
    if axes.place is not None:
        left, bottom, right, top = axes.place
        placed = [(other, other.place) for other in figure.axes if other.place is not None and other is not axes]
        column = [(o, p) for o, p in placed if p[0] <= (left + right) / 2 <= p[2] and p[3] > top + _NEAR]
        row = [(o, p) for o, p in placed if p[1] <= (bottom + top) / 2 <= p[3] and p[0] < left - _NEAR]
        heads += [max(column, key=lambda one: one[1][3])[0]] if column else []
        heads += [min(row, key=lambda one: one[1][0])[0]] if row else []
    beside = "\n".join("\n".join([head.title, head.ylabel, *head.texts]) for head in heads)
    return [own, beside, "\n".join([figure.title, *figure.texts])]


def _named_by_output(submission: Submission, cell: int, pictures: list[Picture], names: ClassNames) -> list[Picture]:
    """The pictures of a cell without words of their own, named by what the cell prints, one name each, in order."""
    if any(one.named for one in pictures):
        return pictures
    printed = names.in_order(submission.evidence.cells[cell - 1].text)
    if len(printed) == len(pictures):
        return [
            Picture(one.image, frozenset({label}), one.numbered, one.place)
            for one, label in zip(pictures, printed, strict=True)
        ]
    if names.numbers_explained and all(one.numbered for one in pictures):
        return [Picture(one.image, one.numbered, one.numbered, one.place) for one in pictures]
    return pictures


def _fail_for_names(pictures: Sequence[Picture], cell: int) -> None:
    wrong = [one for one in pictures if one.wrong]
    name, row, label = wrong[0].image
    fail(
        f"{len(wrong)} of {len(pictures)} images have the name of another class; for example image {row} of the "
        f"{'training' if name == 'train' else 'test'} set is of class {label}, and what is written beside it names "
        f"class {', '.join(map(str, sorted(wrong[0].named)))}.",
        [cell],
    )


def _fail_without_names(pictures: Sequence[Picture], cell: int, names: ClassNames) -> None:
    if all(one.label in one.numbered for one in pictures) and not names.numbers_explained:
        fail(
            "The images have the numbers of their classes beside them, and nothing says what the numbers mean.", [cell]
        )
    fail(f"{len(pictures)} images are shown without the names of their classes.", [cell])


def _named_count(pictures: Sequence[Picture]) -> int:
    return sum(bool(one.named) for one in pictures)


def _overlap(pictures: Sequence[Picture], rows: Sequence[int]) -> int:
    return len({one.image[1] for one in pictures if one.image[0] == "train"} & set(rows))


def _in_reading_order(pictures: Sequence[Picture]) -> list[Picture]:
    """Row by row from the top, each from the left; the tiles of a mosaic stay in their own order."""
    return sorted(pictures, key=lambda one: (round(one.place[0] / _NEAR), one.place[1]))


def _columns(pictures: Sequence[Picture]) -> int:
    """How many images stand in the first row."""
    return sum(abs(one.place[0] - pictures[0].place[0]) < _NEAR for one in pictures)


def _listed(images: Iterable[Served]) -> str:
    rows = [f"{name} {row}" for name, row, _ in images]
    return ", ".join(rows[:_MANY]) + (" …" if len(rows) > _MANY else "")
