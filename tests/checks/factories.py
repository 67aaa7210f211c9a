"""Evidence made by hand: a notebook of a few cells, and the events that a recorder would have written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent
from typing import Any, Literal

from grader.assignments import Assignment, load_assignment
from grader.evidence import CellRun, Evidence, RunFacts
from grader.evidence.drawings import AxesDrawn, Line, Points
from grader.evidence.schema import Event, Figure, Fit, FitEnd, ModelSnapshot
from grader.evidence.values import DataGiven, LabelsGiven, Node, Rows

FACTS = RunFacts(
    submission="nets",
    effort="sketch",
    dataset="cifar10",
    dataset_description="made by hand",
    dataset_digest="0",
    seed=1,
    seconds=1.0,
    sandbox="none",
    versions={},
)


def code(source: str = "pass", text: str = "", **fields: Any) -> CellRun:
    """A code cell that was run; `evidence` gives it position and ordinal."""
    return CellRun(position=1, kind="code", source=source, ordinal=0, text=text, **fields)


def markdown(source: str, **fields: Any) -> CellRun:
    """A markdown cell; `evidence` gives it its position."""
    return CellRun(position=1, kind="markdown", source=source, **fields)


def evidence(cells: Sequence[CellRun] = (), events: Sequence[Event] = (), **facts: Any) -> Evidence:
    """A run of these cells, in order."""
    placed, ordinal = [], 0
    for position, cell in enumerate(cells, 1):
        runs = cell.kind == "code"
        placed.append(cell.model_copy(update={"position": position, "ordinal": ordinal if runs else None}))
        ordinal += runs
    return Evidence(run=FACTS.model_copy(update=facts), cells=tuple(placed), events=tuple(events))


def node(number: int, op: str, shape: tuple[int, ...], parameters: int = 0, **config: Any) -> Node:
    """A node of a plain chain, fed by the one before it."""
    return Node(
        id=number,
        op=op,
        inputs=(number - 1,) if number else (),
        config=config,
        parameters=parameters,
        shape=shape,
        layer=f"{op}_{number}",
        cls=op,
    )


def model(seq: int, cell: int, nodes: Sequence[Node], *, number: int = 0) -> ModelSnapshot:
    """A model in its first state."""
    parameters = sum(one.parameters for one in nodes)
    return ModelSnapshot(
        seq=seq,
        cell=cell,
        kind="model",
        model=number,
        version=0,
        name="model",
        cls="Sequential",
        nodes=tuple(nodes),
        parameters=parameters,
        trainable=parameters,
    )


def rows(name: str, first: int, last: int) -> Rows:
    """Served images from `first` to before `last` of ``train`` or ``test``, as they are."""
    count = last - first
    return Rows(
        count=count,
        train=count if name == "train" else 0,
        test=count if name == "test" else 0,
        unknown=0,
        distinct=count,
        runs=((name, first, last),),
        scale=None,
        offset=None,
        residual=None,
        per_image=False,
    )


def data(name: str, first: int, last: int, encoding: Literal["sparse", "one_hot"] = "sparse") -> DataGiven:
    """These images with their labels, given as arrays."""
    return DataGiven(
        count=last - first, whole=True, rows=rows(name, first, last), labels=LabelsGiven(encoding=encoding)
    )


def training(
    seq: int, cell: int, history: Mapping[str, Sequence[float | None]], *, number: int = 0
) -> tuple[Fit, FitEnd]:
    """A training run of a model, and its end."""
    fit = Fit(
        seq=seq,
        cell=cell,
        kind="fit",
        model=number,
        version=0,
        x=DataGiven(),
        validation=None,
        validation_split=0.2,
        batch_size=128,
        epochs=20,
        initial_epoch=0,
        steps_per_epoch=None,
        callbacks=(),
        compiled=None,
        weights=1,
    )
    end = FitEnd(
        seq=seq + 1,
        cell=cell,
        kind="fit_end",
        model=number,
        version=0,
        fit=seq,
        status="completed",
        history={name: tuple(values) for name, values in history.items()},
        weights=2,
    )
    return fit, end


def figure(
    seq: int, cell: int, *lines: Sequence[float | None], points: Sequence[Sequence[float | None]] = ()
) -> Figure:
    """A figure with one pair of axes that shows these curves."""
    axes = AxesDrawn(
        title="",
        xlabel="",
        ylabel="",
        legend=(),
        lines=tuple(Line(label="", x=tuple(range(len(y))), y=tuple(y)) for y in lines),
        images=(),
        bars=(),
        points=tuple(Points(x=tuple(range(len(y))), y=tuple(y)) for y in points),
        texts=(),
    )
    return Figure(seq=seq, cell=cell, kind="figure", title="", axes=(axes,))


def write_assignment(folder: Path, exercises: str, *checks: str, preamble: str = "") -> Path:
    """An assignment folder: exercises as TOML, and files of checks named test_0.py, test_1.py and so on."""
    folder.mkdir(exist_ok=True)
    head = f'id = "tiny"\ntitle = "A tiny assignment"\n{preamble}\n'
    (folder / "assignment.toml").write_text(head + dedent(exercises), encoding="utf-8")
    for number, source in enumerate(checks):
        imports = "from grader.checks import check, fail, not_attempted, partial, undecided\n\n"
        (folder / f"test_{number}.py").write_text(imports + dedent(source), encoding="utf-8")
    return folder


def exercise(name: str, auto: float, manual: float = 0) -> str:
    """An exercise for `write_assignment`."""
    return f'[[exercises]]\nid = "{name}"\ntitle = "Exercise {name}"\nauto = {auto}\nmanual = {manual}\n'


def tiny(folder: Path, exercises: str, *checks: str) -> Assignment:
    """The assignment that `write_assignment` writes, loaded."""
    return load_assignment(str(write_assignment(folder, exercises, *checks)))
