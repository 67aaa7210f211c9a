"""``python -m grader.training``: do the trainings ordered on the standard input, a line each (see `worker`)."""

from __future__ import annotations

import os
import resource
import sys
from typing import TextIO

from grader.training.protocol import Look, Order, Outcome
from grader.training.worker import work

_MEMORY = 12 * 2**30
"""Bytes of private data: a graph that was made up may ask for any amount, and then it is this process that ends."""


def _serve(orders: TextIO, told: TextIO) -> None:
    def tell(what: Look | Outcome) -> None:
        print(what.model_dump_json(), file=told, flush=True)

    for line in orders:
        tell(work(Order.model_validate_json(line), tell))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    _serve(sys.stdin, answers)
