"""Starts an IPython kernel with the recorder in place before the first cell."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .config import RunConfig

__all__ = ["launch", "prepare"]


def prepare() -> None:
    """Import what every kernel needs; this is what takes long. Environment variables are set first."""
    # TensorFlow tells the log about the machine at import; none of it is for a student's output.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["MPLBACKEND"] = f"module://{__package__}.drawing.figures"

    import keras  # noqa: F401
    from ipykernel.kernelapp import IPKernelApp  # noqa: F401

    from .recorder import Recorder  # noqa: F401


def launch(arguments: list[str]) -> None:
    """Run a kernel until it is told to shut down.

    Args:
        arguments: ``--connection FILE`` (Jupyter's connection file) and ``--config FILE`` (see `RunConfig`);
            anything else is for IPython.
    """
    parser = argparse.ArgumentParser(prog="grader_kernel")
    parser.add_argument("--connection", required=True)
    parser.add_argument("--config", required=True, type=Path)
    options, jupyter = parser.parse_known_args(arguments)
    config = RunConfig.read(options.config)
    prepare()
    import keras

    keras.utils.set_random_seed(config.seed)

    from . import session
    from .recorder import Recorder

    recorder = Recorder(config)
    recorder.install()
    session.current = recorder

    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(["-f", options.connection, *jupyter])
    recorder.attach(app.shell)
    app.start()
