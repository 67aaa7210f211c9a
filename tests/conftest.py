"""What all tests share: hypothesis without a clock, and TensorFlow without its start-up messages."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

import matplotlib as mpl
from hypothesis import settings

# No law here is about speed, and a busy machine is no reason to fail.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Before anything imports TensorFlow: it tells stderr about the machine.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Prepared data sets of the tests are no concern of the user's cache.
if "GRADER_CACHE" not in os.environ:
    os.environ["GRADER_CACHE"] = tempfile.mkdtemp(prefix="grader-tests-")
    atexit.register(shutil.rmtree, os.environ["GRADER_CACHE"], ignore_errors=True)

# Figures are looked at as data; no test opens a window.
mpl.use("agg")
