"""Events as an attacker would send them: real ones with anything changed, and bytes that are no events at all.

Everything is drawn from a `random.Random`, so that the tests (where hypothesis gives one) and the benchmark (which
seeds one) try the same things.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["RECORDED", "any_line", "changed", "events_changed", "recorded_events"]

RECORDED = Path(__file__).parent / "data"
_WORDS = "test train input conv2d dense add concatenate flatten dropout batch_norm block relu same accuracy val_loss"
_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 9_999, 10_000, 59_999, 10**12, -(10**12), 10**13, 2**63, 10**400),
    *(0.5, -0.0, 1e-300, 1e308, float("nan"), float("inf")),
    *(
        "",
        "x",
        "\x00",
        "\x1b]0;title\x07",
        "\u202e",
        "\u2028",
        "<script>",
        "::error::",
        "%s{0}",
        "7" * 600,
        "a" * 30_000,
    ),
    *_WORDS.split(),
    *([], [0], [None], [1, 2, 3], [[1]], [3, 3], [0, 0], ["test", 0, 10_000], {}, {"a": 1}, [[]] * 300),
)
_TOKENS = (
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\ud800", b"\\u0000", b"\xff", b"\xed\xa0\x80", b"\n", b" "),
    *(b"NaN", b"-Infinity", b"1e400", b"-1", b"9" * 5_000, b"[" * 500, b'{"a":' * 300, b"true", b"null", b"tampering"),
)


def recorded_events() -> list[dict[str, Any]]:
    """Some events of each kind that kernels recorded of real notebooks."""
    return [json.loads(line) for line in (RECORDED / "events.jsonl").read_text(encoding="utf-8").splitlines()]


def any_line(rng: random.Random, events: list[dict[str, Any]]) -> bytes:
    """A line that may be an event, and mostly is not quite one."""
    line = json.dumps(changed(rng, rng.choice(events), rng.choice((0, 1, 1, 2, 8)))).encode("ascii")
    for _ in range(rng.choice((0, 0, 0, 1, 3))):
        start = rng.randrange(len(line) + 1)
        stop = min(len(line), start + rng.choice((0, 1, 7, 400)))
        line = line[:start] + rng.choice((b"", rng.choice(_TOKENS), bytes([rng.randrange(256)]))) + line[stop:]
    return line


def changed(rng: random.Random, event: dict[str, Any], times: int) -> dict[str, Any]:
    """The event with so many of its values replaced, nudged, left out, doubled or added."""
    event = copy.deepcopy(event)
    for _ in range(times):
        places = list(_places(event))
        if places:
            _change(rng, *rng.choice(places))
    return event


def events_changed(rng: random.Random, events: list[dict[str, Any]], times: int) -> list[dict[str, Any]]:
    """The events of a run with so many of them changed, left out, repeated or exchanged."""
    events = list(events)
    for _ in range(times):
        if not events:
            break
        place, other = rng.randrange(len(events)), rng.randrange(len(events))
        kind = rng.choice(("change", "change", "change", "change", "drop", "repeat", "exchange"))
        if kind == "drop":
            del events[place]
        elif kind == "repeat":
            events.insert(place, events[other])
        elif kind == "exchange":
            events[place], events[other] = events[other], events[place]
        else:
            events[place] = changed(rng, events[place], 1)
    return events


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each dictionary or list inside with each of its keys; of a long list the beginning."""
    if isinstance(value, dict):
        keys: list[Any] = list(value)
    else:
        keys = list(range(min(len(value), 40))) if isinstance(value, list) else []
    for key in keys:
        yield value, key
        yield from _places(value[key])


def _change(rng: random.Random, holder: Any, key: Any) -> None:
    value = holder[key]
    kind = rng.choice(("replace", "replace", "nudge", "nudge", "drop", "double", "add"))
    if kind == "drop":
        del holder[key]
    elif kind == "double" and isinstance(holder, list):
        holder.insert(key, copy.deepcopy(value))
    elif kind == "add" and isinstance(holder, dict):
        holder[rng.choice(("more", "", "\x00", "k" * 600))] = copy.deepcopy(rng.choice(_VALUES))
    elif kind == "nudge" and isinstance(value, (int, float)):
        holder[key] = rng.choice((value + 1, value - 1, -value, value * 2, value * 10**6))
    else:
        holder[key] = copy.deepcopy(rng.choice(_VALUES))
