"""What the trusted side tells the kernel at its start."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["ProbeRequest", "RunConfig"]


@dataclass(frozen=True)
class ProbeRequest:
    """A question that is put to a class or function of the notebook after its last cell (see `probes`).

    Attributes:
        name: of the question.
        kind: ``layer`` (make one, call it) or ``function`` (that makes a network).
        pattern: regular expression for names by which the class or function is known before all others.
        arguments: what it is given, by the exercise's names and in their order.
        shape: of one input of the layer, without the batch axis.
    """

    name: str
    kind: str
    pattern: str
    arguments: dict[str, Any]
    shape: tuple[int, ...] = ()

    @classmethod
    def of(cls, fields: dict[str, Any]) -> ProbeRequest:
        """The question as JSON holds it."""
        return cls(**{**fields, "shape": tuple(fields["shape"])})


@dataclass(frozen=True)
class RunConfig:
    """The settings of one run.

    Attributes:
        effort: ``sketch`` (a few tiny steps, results padded) or ``full`` (exactly as handed in).
        data: folder with ``x_train.npy``, ``y_train.npy``, ``x_test.npy``, ``y_test.npy``.
        events: file to which events are appended, one JSON object a line.
        seed: seed of Python, NumPy and TensorFlow before the first cell, and of everything that sketch makes up.
        max_event_bytes: events beyond this many bytes in all are dropped, with one event that says so.
        probes: what is asked of the notebook's own classes and functions at the end.
        replays: whether cells that predict are run again with made-up predictions (see `replay`).
    """

    effort: str
    data: Path
    events: Path
    seed: int
    max_event_bytes: int = 64 * 2**20
    probes: tuple[ProbeRequest, ...] = ()
    replays: bool = True

    @classmethod
    def read(cls, path: Path) -> RunConfig:
        """Read the settings from a JSON file written by `write`."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            effort=str(raw["effort"]),
            data=Path(raw["data"]),
            events=Path(raw["events"]),
            seed=int(raw["seed"]),
            max_event_bytes=int(raw["max_event_bytes"]),
            probes=tuple(ProbeRequest.of(fields) for fields in raw["probes"]),
            replays=bool(raw["replays"]),
        )

    def write(self, path: Path) -> None:
        """Write the settings as JSON."""
        fields = {
            "effort": self.effort,
            "data": str(self.data),
            "events": str(self.events),
            "seed": self.seed,
            "max_event_bytes": self.max_event_bytes,
            "probes": [asdict(probe) for probe in self.probes],
            "replays": self.replays,
        }
        path.write_text(json.dumps(fields), encoding="utf-8")

    @property
    def is_sketch(self) -> bool:
        """Whether training and big forward passes are cut short."""
        return self.effort == "sketch"
