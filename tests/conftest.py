"""What all tests share: hypothesis without a clock, and TensorFlow without its start-up messages."""

from __future__ import annotations

import os

import matplotlib as mpl
from hypothesis import settings

# No law here is about speed, and a busy machine is no reason to fail.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Before anything imports TensorFlow: it tells stderr about the machine.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

# Figures are looked at as data; no test opens a window.
mpl.use("agg")
