"""Canonical layer graphs: what a built model computes, told the same way however it was written."""

from __future__ import annotations

from .builder import GraphTooLargeError
from .layers import activation_name
from .trace import CallTap, trace
from .walk import NotReadableError, as_functional, unbuilt, walk

__all__ = [
    "CallTap",
    "GraphTooLargeError",
    "NotReadableError",
    "activation_name",
    "as_functional",
    "trace",
    "unbuilt",
    "walk",
]
