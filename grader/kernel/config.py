"""What the trusted side tells the kernel at its start."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RunConfig"]


@dataclass(frozen=True)
class RunConfig:
    """The settings of one run.

    Attributes:
        effort: ``sketch`` (a few tiny steps, results padded) or ``full`` (exactly as handed in).
        data: folder with ``x_train.npy``, ``y_train.npy``, ``x_test.npy``, ``y_test.npy``.
        events: file to which events are appended, one JSON object a line.
        seed: seed of Python, NumPy and TensorFlow before the first cell, and of everything that sketch makes up.
        max_event_bytes: events beyond this many bytes in all are dropped, with one event that says so.
    """

    effort: str
    data: Path
    events: Path
    seed: int
    max_event_bytes: int = 64 * 2**20

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
        )

    def write(self, path: Path) -> None:
        """Write the settings as JSON."""
        fields = {
            "effort": self.effort,
            "data": str(self.data),
            "events": str(self.events),
            "seed": self.seed,
            "max_event_bytes": self.max_event_bytes,
        }
        path.write_text(json.dumps(fields), encoding="utf-8")

    @property
    def is_sketch(self) -> bool:
        """Whether training and big forward passes are cut short."""
        return self.effort == "sketch"
