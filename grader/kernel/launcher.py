"""Starts an IPython kernel with the recorder in place before the first cell."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import random
import tempfile
from contextlib import suppress
from pathlib import Path

from .config import BACKEND, RunConfig
from .confinement import confine
from .link import Link

__all__ = ["launch", "prepare"]

_IMPORTED_LATER = (
    *("IPython.core.completerlib", "IPython.core.logger", "IPython.core.magics.extension", "IPython.core.magics.pylab"),
    *("IPython.core.oinspect", "IPython.extensions.storemagic", "IPython.utils.wildcard", "ipykernel.debugger"),
    *("rich._emoji_codes", "sqlite3", "tornado.gen", "tornado.platform.asyncio", "tornado.queues"),
)
"""What IPython and Keras import only when a kernel starts or does something for the first time."""


def prepare() -> None:
    """Import what every kernel needs; this is what takes long. Environment variables are set first.

    No thread runs and no operation of TensorFlow has been made afterwards, so the process may still fork.
    """
    # Nothing that is imported is garbage: looking for some would take a fifth of the time, and as long again at each
    # of the collections while a notebook runs.
    gc.disable()
    try:
        _import_everything()
    finally:
        gc.freeze()
        gc.enable()


def _import_everything() -> None:
    # TensorFlow tells the log about the machine at import; none of it is for a student's output.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["MPLBACKEND"] = f"module://{BACKEND}"

    import keras  # noqa: F401
    from ipykernel.kernelapp import IPKernelApp  # noqa: F401

    from .recorder import Recorder  # noqa: F401

    for name in _IMPORTED_LATER:
        with suppress(ImportError):  # versions differ; whoever needs it imports it
            importlib.import_module(name)


def launch(arguments: list[str]) -> None:
    """Run a kernel until it is told to shut down.

    Args:
        arguments: ``--connection FILE`` (Jupyter's connection file) and ``--channel SOCKET`` (see `link`); anything
            else is for IPython.
    """
    parser = argparse.ArgumentParser(prog="grader_kernel")
    parser.add_argument("--connection", required=True)
    parser.add_argument("--channel", required=True)
    options, jupyter = parser.parse_known_args(arguments)
    link = Link(options.channel)
    config = link.config
    if config.confinement is not None:
        confine(config.confinement)
    prepare()
    _look_for_home_again()
    if config.confinement is not None and config.confinement.landlock:
        from .compat import temporary

        temporary.install((*config.confinement.readable, *config.confinement.writable))
    _seed(config)

    from . import session
    from .outputs import limit_outputs
    from .recorder import Recorder

    recorder = Recorder(config, link.write)
    recorder.install()

    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(["-f", options.connection, *jupyter])
    # A tip in its banner is drawn by the random numbers of the notebook, whenever somebody asks who the kernel is.
    app.shell.enable_tip = False
    if config.max_output_bytes is not None:
        limit_outputs(app.shell, config.max_output_bytes)
    session.listen(app.kernel, recorder)
    recorder.attach(app.shell)
    app.start()


def _seed(config: RunConfig) -> None:
    """Let random numbers follow from the seed of the run, as far as that changes nothing else.

    Once TensorFlow has a seed, Keras gives a model its images in the same order in each epoch, which costs a network
    two points of accuracy. So where trainings are done to their end, TensorFlow gets none: weights and dropout follow
    from that of Python all the same.
    """
    import keras
    import numpy as np

    if config.effort != "full":
        keras.utils.set_random_seed(config.seed)
        return
    random.seed(config.seed)
    np.random.seed(config.seed)


def _look_for_home_again() -> None:
    """Find the folders anew that were found in the environment at import: a forked kernel has others."""
    from keras.src.backend import config

    tempfile.tempdir = None
    keras_home = Path(os.environ["HOME"]) / ".keras"
    keras_home.mkdir(parents=True, exist_ok=True)  # Keras makes it at import, and shares one in /tmp where it is not
    config._KERAS_DIR = str(keras_home)
