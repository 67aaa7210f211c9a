"""One event of a kernel: whatever is sent, it is an event within bounds or an error in few words."""

from __future__ import annotations

import json
import random
import tracemalloc
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.evidence import EvidenceError, parse_event
from grader.evidence.bundle import MAX_LINE
from grader.evidence.schema import Event
from tests.evidence.mutations import any_line, recorded_events

EVENTS = recorded_events()


def parsed(event: Any) -> Event:
    return parse_event(json.dumps(event).encode())


def test_recorded_events_are_read():
    assert [parsed(event).kind for event in EVENTS] == [event["kind"] for event in EVENTS]
    assert len({event["kind"] for event in EVENTS}) > 20, "they are a sample of all that notebooks cause"


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_changed_events_are_read_or_refused(seed: int):
    rng = random.Random(seed)
    for line in (any_line(rng, EVENTS) for _ in range(100)):
        event = read_or_refused(line)
        if isinstance(event, str):
            assert 0 < len(event) <= 300
        else:
            again = event.model_dump_json(by_alias=True).encode()
            assert parse_event(again) == event, "what was read can be kept and read again"


def read_or_refused(line: bytes) -> Event | str:
    """The event, or why it is none; anything else that is raised is the fault that is looked for."""
    try:
        return parse_event(line)
    except EvidenceError as error:
        return str(error)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"seq": 1' + b"0" * 5000 + b', "cell": 0, "kind": "finished"}', "number out of range"),
        (b'{"seq": 1' + b"0" * 500_000 + b', "cell": 0, "kind": "finished"}', "number out of range"),
        (b'{"seq": NaN, "cell": 0, "kind": "finished"}', "seq: "),
        (b'{"seq": 1, "cell": 0, "kind": "remark", "key": "k", "text": "\\ud800"}', "Invalid JSON"),
        (b'{"seq": 1, "cell": 0, "kind": "finished", "more": 1}', "more: Extra inputs"),
        (b'{"seq": 1, "cell": 0, "kind": "fit"}', "Field required"),
        (b'{"seq": -1, "cell": 0, "kind": "finished"}', "seq: "),
        (b'{"seq": 1, "cell": 0, "kind": "remark", "key": "k", "text": "' + b"x" * 30_000 + b'"}', "text: "),
        (
            b'{"seq": 1, "cell": 0, "kind": "finished",' + b",".join(b'"%d":0' % i for i in range(999)) + b"}",
            "999 faults",
        ),
        (b'{"kind": "' + b"x" * 30_000 + b'"}', "Input tag 'xxx"),
        (b"[" * 100_000, "recursion limit"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "recursion limit"),
        (b" " * (MAX_LINE + 1), "more than an event may have"),
        (b"\xff\xfe", "Invalid JSON"),
        (b"finished", "Invalid JSON"),
        (b"", "Invalid JSON"),
    ],
)
def test_hostile_lines_are_refused_in_few_words(line, told):
    with pytest.raises(EvidenceError) as caught:
        parse_event(line)
    assert told in str(caught.value)
    assert len(str(caught.value)) <= 300


def fit_end(history: str) -> bytes:
    return b'{"kind":"fit_end","seq":2,"cell":0,"model":0,"version":0,"fit":1,"status":"completed","weights":0,' + (
        f'"history":{{"loss":[{history}]}}}}'.encode()
    )


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_numbers_are_finite(number):
    assert parse_event(fit_end("0.5,null")).history == {"loss": (0.5, None)}
    with pytest.raises(EvidenceError, match=r"history\.loss\.0"):
        parse_event(fit_end(number))


def node(number: int, *inputs: int, **fields: Any) -> dict[str, Any]:
    given = {"id": number, "op": "dense", "inputs": inputs, "config": {"units": 10}, "parameters": 0}
    return {**given, "shape": [10], "layer": "", "class": "Dense", **fields}


def graph(*nodes: dict[str, Any]) -> dict[str, Any]:
    place = {"kind": "model", "seq": 1, "cell": 0, "model": 0, "version": 0}
    return {**place, "name": "", "cls": "", "nodes": nodes, "parameters": 0, "trainable": 0}


def nested(depth: int) -> Any:
    return [nested(depth - 1)] if depth else 1


@pytest.mark.parametrize(
    ("nodes", "told"),
    [
        ([node(0, 0)], "node 0 takes what no node before it gives"),
        ([node(0, 1), node(1)], "node 0 takes what no node before it gives"),
        ([node(0), node(1, 7)], "node 1 takes what no node before it gives"),
        ([node(0), node(0)], "two nodes have the id 0"),
        (
            [node(number, *range(max(0, number - 256), number)) for number in range(300)],
            "edges are more than 300 nodes",
        ),
        ([node(0, config={"units": 10**13})], "finite and smaller"),
        ([node(0, config={"units": 1e13})], "finite and smaller"),
        ([node(0, config={"units": nested(5)})], "fewer and flatter"),
        ([node(0, config={"units": [0] * 257})], "fewer and flatter"),
        ([node(0, config={"units": "x" * 3000})], "texts"),
        ([node(0, config={"a": {"x" * 3000: 1}})], "names"),
    ],
)
def test_graphs_that_no_network_has_are_refused(nodes, told):
    with pytest.raises(EvidenceError, match=told):
        parsed(graph(*nodes))


def test_graphs_of_networks_are_read():
    assert parsed(graph()).nodes == ()
    deep = [node(0), *(node(number, number - 1, config={"kernel": [3, 3], "l2": 1e-4}) for number in range(1, 2000))]
    assert len(parsed(graph(*deep)).nodes) == 2000
    dense = [node(number, *range(number)) for number in range(60)]  # each layer takes all before it
    assert parsed(graph(*dense)).nodes[-1].inputs == tuple(range(59))


def expensive() -> dict[str, bytes]:
    """Events that hold as much as the bounds let them in as few bytes as possible."""
    bars = [{"x": 0, "width": 0, "height": 0}] * 64
    axes = {"title": "", "xlabel": "", "ylabel": "", "legend": [], "lines": [], "images": [], "points": [], "texts": []}
    place = {"seq": 1, "cell": 0}
    events = {
        "settings": graph(*(node(number, config={str(key): [] for key in range(200)}) for number in range(500))),
        "nodes": graph(*(node(number, config={}, shape=[]) for number in range(2000))),
        "bars": {**place, "kind": "figure", "title": "", "axes": [{**axes, "bars": bars}] * 500},
        "numbers": {**place, "kind": "numbers", "variables": {str(key): [0.5] * 200 for key in range(400)}},
    }
    return {name: json.dumps(event, separators=(",", ":")).encode() for name, event in events.items()}


@pytest.mark.parametrize(("name", "line"), expensive().items(), ids=list(expensive()))
def test_an_event_is_not_much_larger_in_memory_than_on_the_line(name: str, line: bytes):
    parse_event(line)  # what is made once only does not count
    tracemalloc.start()
    try:
        event = parse_event(line)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert event.seq == 1
    assert kept < 30 * len(line)


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
