"""Figures with images of the data set, each with the name of its class: found wherever the name stands."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from grader.checks import Submission
from grader.checks.drawing.class_names import ClassNames
from grader.checks.drawing.gallery import expect_gallery, expect_grid
from grader.checks.outcomes import Failed, NotAttempted, Partial
from grader.evidence.drawings import AxesDrawn, ImageDrawn
from grader.evidence.schema import Figure
from tests.checks.factories import code, evidence

NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
FRENCH = ("avion", "voiture", "oiseau", "chat", "cerf", "chien", "grenouille", "cheval", "bateau", "camion")


def axes(label=None, *, row=0, place=None, title="", xlabel="", ylabel="", texts=(), ticks=(), labels=None):
    """Axes that show training image `row` of class `label`, or a mosaic of images of several classes."""
    shown = [label] if labels is None else labels
    images = tuple(("train", row + number, one) for number, one in enumerate(shown) if one is not None)
    drawn = (ImageDrawn(shape=(32, 32, 3), cmap="viridis", images=images),) if images else ()
    return AxesDrawn(
        title=title,
        xlabel=xlabel,
        ylabel=ylabel,
        legend=(),
        lines=(),
        images=drawn,
        bars=(),
        points=(),
        texts=texts,
        ticks=ticks,
        place=place,
    )


def submission(*figures: Sequence[AxesDrawn], source="pass", text="", title="", texts=()):
    """A notebook of one cell that shows these figures."""
    events = [
        Figure(seq=number, cell=0, kind="figure", title=title, texts=texts, axes=tuple(drawn))
        for number, drawn in enumerate(figures)
    ]
    return Submission(evidence([code(source, text)], events))


def cell(column, row, columns=10, rows=10):
    """The place of axes in a grid."""
    width, height = 1 / columns, 1 / rows
    return (column * width, 1 - (row + 0.9) * height, (column + 0.9) * width, 1 - row * height)


GALLERIES = {
    "titles": [[axes(c, title=name) for c, name in enumerate(NAMES)]],
    "a figure each": [[axes(c, title=name)] for c, name in enumerate(NAMES)],
    "below, with numbers": [[axes(c, xlabel=f"{c}: {name}") for c, name in enumerate(NAMES)]],
    "as text in the image": [[axes(c, texts=(f"label={name}",)) for c, name in enumerate(NAMES)]],
    "other names": [[axes(c, title=("Plane", "CAR")[c] if c < 2 else NAMES[c]) for c in range(10)]],
    "in the plural": [[axes(c, title=f"{name}s") for c, name in enumerate(NAMES)]],
    "predicted beside true": [[axes(c, title=f"true {name}, predicted cat") for c, name in enumerate(NAMES)]],
    "heads of columns": [
        [axes(c, place=cell(c, r), title=name if r == 0 else "") for r in range(3) for c, name in enumerate(NAMES)]
    ],
    "heads of rows": [
        [axes(r, place=cell(c, r), ylabel=name if c == 0 else "") for r, name in enumerate(NAMES) for c in range(4)]
    ],
    "a column of words": [
        [axes(None if c == 0 else r, place=cell(c, r), texts=(name,) if c == 0 else ()) for c in range(4)]
        for r, name in enumerate(NAMES)
    ],
    "ticks of a mosaic": [[axes(labels=[c for c in range(10) for _ in range(6)], ticks=NAMES)]],
}


@pytest.mark.parametrize("figures", GALLERIES.values(), ids=GALLERIES)
def test_a_name_counts_wherever_it_stands(figures):
    expect_gallery(submission(*figures), every_class=True)


@pytest.mark.parametrize(
    "source", [f"names = {list(FRENCH)}", f"n = {dict(enumerate(FRENCH))}", f"n = '{' '.join(FRENCH)}'.split()"]
)
def test_the_notebook_may_have_names_of_its_own(source):
    figure = [axes(c, title=name.upper()) for c, name in enumerate(FRENCH)]
    expect_gallery(submission(figure, source=source), every_class=True)
    with pytest.raises(Failed, match="without the names"):
        expect_gallery(submission(figure), every_class=True)


def test_names_without_words_apart():
    names = ("飞机", "汽车", "鸟", "猫", "鹿", "狗", "青蛙", "马", "船", "卡车")
    figure = [axes(c, title=f"这是{name}") for c, name in enumerate(names)]
    expect_gallery(submission(figure, source=f"类别 = {list(names)}"), every_class=True)


def test_english_names_mean_what_they_say_whatever_a_list_claims():
    listed = sorted(NAMES, reverse=True)
    figure = [axes(c, title=name) for c, name in enumerate(listed)]
    with pytest.raises(Failed, match="10 of 10 images have the name of another class"):
        expect_gallery(submission(figure, source=f"names = {listed}"), every_class=True)


def test_one_wrong_name_is_found():
    figure = [axes(c, row=c, title="cat" if c == 5 else name) for c, name in enumerate(NAMES)]
    with pytest.raises(Failed, match=r"1 of 10 images.*image 5 of the training set is of class 5.*names class 3"):
        expect_gallery(submission(figure), every_class=True)


def test_a_wrong_figure_beside_a_right_one_costs_nothing():
    right = Figure(seq=1, cell=0, kind="figure", title="", axes=tuple(GALLERIES["titles"][0]))
    predictions = Figure(seq=2, cell=1, kind="figure", title="", axes=(axes(3, title="predicted dog"),))
    expect_gallery(Submission(evidence([code(), code()], [right, predictions])), every_class=True)


def test_classes_may_be_missing():
    figure = [axes(c, title=name) for c, name in enumerate(NAMES[:7])]
    expect_gallery(submission(figure), every_class=False)
    with pytest.raises(Partial, match="none of class 7, 8, 9") as ended:
        expect_gallery(submission(figure), every_class=True)
    assert ended.value.share == 0.7


def test_numbers_are_names_only_where_they_are_explained():
    figure = [axes(c, title=f"label {c}") for c in range(10)]
    with pytest.raises(Failed, match="nothing says what the numbers mean"):
        expect_gallery(submission(figure), every_class=True)
    expect_gallery(submission(figure, text=str(dict(enumerate(NAMES)))), every_class=True)


def test_names_may_be_printed_in_the_order_of_the_images():
    figure = [axes(c) for c in range(10)]
    expect_gallery(submission(figure, text="\n".join(NAMES)), every_class=True)
    with pytest.raises(Failed, match="10 of 10"):
        expect_gallery(submission(figure, text="\n".join(NAMES[1:] + NAMES[:1])), every_class=True)


def test_without_images_there_is_nothing_to_judge():
    with pytest.raises(NotAttempted):
        expect_gallery(submission([axes(None, title="cat")]), every_class=False)
    with pytest.raises(NotAttempted):
        expect_grid(submission())


def grid(rows=range(25), columns=5, name=NAMES.__getitem__):
    return [
        axes(row % 10, row=row, title=name(row % 10), place=cell(number % columns, number // columns, columns, 25))
        for number, row in enumerate(rows)
    ]


def test_the_first_images_in_a_grid():
    expect_grid(submission(grid()))
    expect_grid(submission(grid()[::-1]))  # the order of making does not matter, the place does


@pytest.mark.parametrize(
    ("drawn", "share", "words"),
    [
        (grid(reversed(range(25))), 0.5, "not in order"),
        (grid(columns=25), 0.5, "rows of 25"),
        (grid(name=lambda label: ""), 0.5, "no class name"),
        (grid(name=str), 0.75, "nothing says which number"),
    ],
)
def test_a_grid_with_a_fault_earns_a_part(drawn, share, words):
    with pytest.raises(Partial, match=words) as ended:
        expect_grid(submission(drawn))
    assert ended.value.share == share


def test_other_images_or_wrong_names_earn_nothing():
    with pytest.raises(Failed, match="15 of the first 25"):
        expect_grid(submission(grid(range(10, 35))))
    with pytest.raises(Failed, match="name of another class"):
        expect_grid(submission(grid(name=lambda label: NAMES[label - 1])))


@pytest.mark.parametrize(
    ("text", "labels"),
    [("a carpet", set()), ("scatter", set()), ("dogs_12", {5}), ("Automobile/Car", {1}), ("relationship", set())],
)
def test_names_are_words(text, labels):
    assert ClassNames(submission()).named(text) == labels


@pytest.mark.parametrize("source", ["-" * 100_000 + "1", "1 + " * 100_000 + "1", "(" * 5000, "a\x00b"])
def test_cells_too_deep_to_parse_name_nothing(source: str) -> None:
    names = ClassNames(Submission(evidence([code(source)])))
    assert names.named("a cat") == {3}
