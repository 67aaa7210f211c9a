"""Evidence: what was written comes back, and whatever else comes is refused in words."""

from __future__ import annotations

import json
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.errors import UsageError
from grader.evidence import CellRun, Evidence, EvidenceError, RunFacts, read_events
from grader.evidence.schema import DataServed, Event, Fit, Histories, Remark, Summary

NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
COUNTS = st.integers(0, 10**12)
FIGURES = st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), max_size=4)
PLACE = {"seq": COUNTS, "cell": st.integers(-1, 10**6)}
DATA = st.fixed_dictionaries(
    {"kind": st.sampled_from(["array", "tf.data", "generator"])},
    optional={
        "shape": st.lists(st.none() | st.integers(0, 10**6), max_size=5),
        "count": COUNTS,
        "low": st.floats(allow_nan=False, allow_infinity=False),
        "labels": st.fixed_dictionaries({"encoding": st.sampled_from(["sparse", "one_hot", "other"])}),
        "rows": st.fixed_dictionaries(
            {
                **dict.fromkeys(("count", "train", "test", "unknown", "distinct"), COUNTS),
                "runs": st.lists(st.tuples(st.sampled_from(["train", "test"]), COUNTS, COUNTS), max_size=3),
                "scale": st.none() | st.lists(st.floats(-1, 1), min_size=3, max_size=3),
                "offset": st.none(),
                "residual": st.none() | st.floats(0, 1),
                "per_image": st.booleans(),
            }
        ),
    },
)
NODE = st.fixed_dictionaries(
    {
        "id": COUNTS,
        "op": NAMES,
        "inputs": st.lists(COUNTS, max_size=3),
        "config": st.dictionaries(NAMES, st.none() | st.booleans() | st.integers(0, 9) | st.lists(NAMES, max_size=2)),
        "parameters": COUNTS,
        "shape": st.lists(st.none() | st.integers(0, 99), max_size=4),
        "layer": NAMES,
        "class": NAMES,
    }
)
MODEL = {"model": COUNTS, "version": st.integers(-1, 10)}


def event(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **PLACE, **fields})


EVENTS = st.one_of(
    event("finished"),
    event("log_full"),
    event("data_served", name=NAMES),
    event("remark", key=NAMES, text=NAMES),
    event("summary", **MODEL, text=NAMES, built=st.booleans()),
    event("histories", variables=st.dictionaries(NAMES, COUNTS, max_size=3)),
    event("arrays", variables=st.dictionaries(NAMES, DATA, max_size=3)),
    event("evaluate", **MODEL, x=DATA, values=st.dictionaries(NAMES, st.floats(0, 9)), predicted=st.none()),
    event(
        "fit_end",
        **MODEL,
        fit=COUNTS,
        status=st.sampled_from(["completed", "interrupted", "failed"]),
        history=st.dictionaries(NAMES, FIGURES, max_size=3),
        weights=COUNTS,
    ),
    event(
        "model",
        model=COUNTS,
        version=COUNTS,
        name=NAMES,
        cls=NAMES,
        nodes=st.lists(NODE, max_size=3),
        parameters=COUNTS,
        trainable=COUNTS,
    ),
)
CELLS = st.lists(
    st.builds(
        CellRun,
        position=st.integers(1, 100),
        kind=st.sampled_from(["code", "markdown", "raw"]),
        source=NAMES,
        exercises=st.tuples(NAMES),
        ordinal=st.none() | st.integers(0, 50),
        text=NAMES,
        error=st.none() | NAMES,
        timed_out=st.booleans(),
    ),
    max_size=3,
)
RUN = RunFacts(
    submission="a.ipynb",
    effort="sketch",
    dataset="cifar10",
    dataset_description="CIFAR-10",
    dataset_digest="0",
    seed=1,
    seconds=2.5,
    sandbox="process",
    versions={"keras": "3"},
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
shared_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def written(tmp_path, *lines: Any):
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"".join((x if isinstance(x, bytes) else json.dumps(x).encode()) + b"\n" for x in lines))
    return path


@shared_folder
@given(events=st.lists(EVENTS, max_size=5), cells=CELLS, remarks=st.lists(NAMES, max_size=2))
def test_evidence_survives_a_round_trip(tmp_path, events, cells, remarks):
    read = read_events(written(tmp_path, *events))
    assert [(one.seq, one.cell, one.kind) for one in read] == [(e["seq"], e["cell"], e["kind"]) for e in events]
    evidence = Evidence(run=RUN, cells=tuple(cells), events=read, remarks=tuple(remarks))
    path = tmp_path / "a" / "evidence.json"
    evidence.save(path)
    assert Evidence.load(path) == evidence
    assert [file.name for file in path.parent.iterdir()] == ["evidence.json"]


@shared_folder
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path, raw):
    path = tmp_path / "file"
    path.write_bytes(raw)
    assert len(read_events(path)) <= raw.count(b"\n") + 1
    with pytest.raises(EvidenceError, match="no evidence of this version"):
        Evidence.load(path)


@shared_folder
@given(value=ANY_JSON)
def test_any_json_is_refused_unless_it_is_an_event(tmp_path, value):
    fault, finished = read_events(written(tmp_path, value, {"seq": 1, "cell": 0, "kind": "finished"}))
    assert fault.kind == "recorder_fault"
    assert fault.error.startswith("event 1 ")
    assert finished.kind == "finished"


@shared_folder
@given(event=EVENTS, field=st.sampled_from(["seq", "cell", "kind", "model", "nodes", "x"]), value=ANY_JSON)
def test_an_event_with_a_strange_field_is_read_or_refused(tmp_path, event, field, value):
    assert len(read_events(written(tmp_path, {**event, field: value}))) == 1


@pytest.mark.parametrize(
    "line",
    [
        b'{"seq": 1' + b"0" * 5000 + b', "cell": 0, "kind": "finished"}',
        b'{"seq": NaN, "cell": 0, "kind": "finished"}',
        b'{"seq": 1, "cell": 0, "kind": "remark", "key": "k", "text": "\\ud800"}',
        b'{"seq": 1, "cell": 0, "kind": "finished", "more": 1}',
        b'{"seq": 1, "cell": 0, "kind": "fit"}',
        b'{"seq": -1, "cell": 0, "kind": "finished"}',
        b'{"seq": 1, "cell": 0, "kind": "remark", "key": "k", "text": "' + b"x" * 30_000 + b'"}',
        b"[" * 100_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"\xff\xfe",
        b"finished",
    ],
)
def test_hostile_lines_are_refused_in_words(tmp_path, line):
    fault, finished = read_events(written(tmp_path, line, {"seq": 1, "cell": 0, "kind": "finished"}))
    assert fault.kind == "recorder_fault"
    assert fault.error.startswith("event 1 is not as the recorder writes it")
    assert finished.kind == "finished"


def test_a_line_cut_off_in_mid_air_is_left_out(tmp_path):
    path = written(tmp_path, {"seq": 1, "cell": 0, "kind": "finished"})
    path.write_bytes(path.read_bytes() + b'{"seq": 2, "cell": 0, "ki')
    assert [one.seq for one in read_events(path)] == [1]


def test_more_bytes_than_evidence_may_have(tmp_path, monkeypatch):
    path = written(tmp_path, {"seq": 1, "cell": 0, "kind": "finished"})
    monkeypatch.setattr("grader.evidence.bundle.MAX_BYTES", 10)
    with pytest.raises(EvidenceError, match="more than 10 bytes"):
        read_events(path)
    with pytest.raises(EvidenceError, match="more than"):
        Evidence.load(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="Name a file that --evidence wrote"):
        Evidence.load(tmp_path / "nothing.json")


def test_events_and_cells_are_found():
    cells = (
        CellRun(position=1, kind="markdown", source="# NET I"),
        CellRun(position=2, kind="code", source="1", ordinal=0),
        CellRun(position=3, kind="code", source="2", ordinal=1),
    )
    events = (
        Remark(seq=1, cell=0, kind="remark", key="k", text="t"),
        DataServed(seq=2, cell=1, kind="data_served", name="cifar10"),
    )
    evidence = Evidence(run=RUN, cells=cells, events=events)
    assert evidence.of(DataServed) == [events[1]]
    assert evidence.of(Fit) == evidence.of(Histories) == evidence.of(Summary) == []
    assert (evidence.cell(1), evidence.position(1)) == (cells[2], 3)
    assert (evidence.cell(-1), evidence.position(7)) == (None, 0)


def test_evidence_cannot_be_changed():
    evidence = Evidence(run=RUN, cells=(), events=())
    with pytest.raises(ValidationError):
        evidence.remarks = ("changed",)


def bounded(annotation: Any, metadata: tuple[Any, ...] = ()) -> bool:
    """Whether text and collections of the type have a largest length all the way down."""
    if get_origin(annotation) is Annotated:
        inner, *extra = get_args(annotation)
        return bounded(inner, tuple(extra))
    if get_origin(annotation) in (Union, UnionType):
        return all(bounded(one, metadata) for one in get_args(annotation))
    limited = any("max_length" in repr(one) for one in metadata)
    if annotation is str:
        return limited
    if get_origin(annotation) is tuple:
        arguments = get_args(annotation)
        return (limited or arguments[-1] is not Ellipsis) and all(bounded(a) for a in arguments if a is not Ellipsis)
    return True


def test_every_text_and_list_of_an_event_is_bounded():
    kinds = get_args(get_args(Event)[0])
    loose = [
        f"{kind.__name__}.{name}"
        for kind in kinds
        for name, field in kind.model_fields.items()
        if not bounded(field.annotation, tuple(field.metadata))
    ]
    assert loose == []
