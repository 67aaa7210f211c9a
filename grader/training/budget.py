"""How far a network is trained to see whether it reaches a bar."""

from __future__ import annotations

import re
from dataclasses import dataclass

from grader.errors import UsageError

__all__ = ["SECONDS", "Budget"]

SECONDS = 300.0
"""Time for one training unless told otherwise, its start left out."""

_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(steps?|s|sec|m|min|h)?")
_MOST = 1e9
_UNITS = {"s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class Budget:
    """Limits of one training.

    Attributes:
        steps: batches; None for as many as the bar was calibrated for.
        seconds: wall clock. What this alone has ended decides nothing, as another machine would get further.
    """

    steps: int | None = None
    seconds: float = SECONDS

    @classmethod
    def parse(cls, text: str) -> Budget:
        """The budget that a text such as ``1500``, ``90s`` or ``1500,5m`` names: steps, a time, or both.

        Raises:
            UsageError: for any other text.
        """
        steps: int | None = None
        seconds: float | None = None
        for part in text.split(","):
            found = _PART.fullmatch(part.strip().lower())
            unit = None if found is None else found[2]
            value = 0.0 if found is None else float(found[1])
            timed = unit in _UNITS
            if not 0 < value <= _MOST or (seconds if timed else steps) is not None or not (timed or value.is_integer()):
                raise UsageError(
                    f"--budget {text}: give steps, a time with its unit, or both, such as 1500, 90s or 1500,5m."
                )
            if timed:
                seconds = value * _UNITS[unit or "s"]
            else:
                steps = int(value)
        return cls(steps, SECONDS if seconds is None else seconds)
