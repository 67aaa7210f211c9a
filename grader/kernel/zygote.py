"""A process that has imported everything and forks a kernel for each request.

Importing TensorFlow takes most of a kernel's start. It is safe to fork after the import and before the first
operation: no thread of TensorFlow runs yet. Nothing that a student wrote ever runs in the process that forks.
"""

from __future__ import annotations

import json
import os
import signal
import socket
from typing import Any, NoReturn

from .launcher import launch, prepare

__all__ = ["serve"]

_MAX_REQUEST = 2**20


def serve(descriptor: int) -> None:
    """Answer requests on a socket until the other side closes it.

    A request is a JSON object with ``arguments`` (of `launch`), ``cwd`` and ``env``, along with the descriptor of a
    file for what the kernel says outside of cells. The answer is the kernel's process id, along with a descriptor by
    which its end can be noticed.
    """
    prepare()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels leave nothing behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for whoever started this
    with socket.socket(fileno=descriptor) as channel:
        channel.send(b"ready")
        while True:
            message, files, _, _ = socket.recv_fds(channel, _MAX_REQUEST, 1)
            if not message:
                return
            process = os.fork()
            if process == 0:
                channel.close()
                _become_kernel(json.loads(message), files[0])
            os.close(files[0])
            handle = os.pidfd_open(process)
            socket.send_fds(channel, [str(process).encode()], [handle])
            os.close(handle)


def _become_kernel(request: dict[str, Any], sink: int) -> NoReturn:
    """Make this process what it would be, had it been started for the request alone, and run the kernel."""
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        for descriptor in (1, 2):
            os.dup2(sink, descriptor)
        os.close(sink)
        launch(request["arguments"])
        status = 0
    finally:
        # Not `sys.exit`: what the parent process would do at its end is no business of this one.
        os._exit(status)
