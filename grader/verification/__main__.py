"""``python -m grader.verification REQUEST``: build the models of a request again (see `worker`)."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from grader.verification.protocol import Request
from grader.verification.worker import work

_MEMORY = 8 * 2**30
"""Bytes of private data: a graph that was made up may ask for any amount, and then it is this process that ends."""

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
    request = Request.model_validate_json(Path(sys.argv[1]).read_bytes())
    with Path(request.answers).open("w", encoding="utf-8") as answers:
        work(request, lambda answer: print(answer.model_dump_json(), file=answers, flush=True))
