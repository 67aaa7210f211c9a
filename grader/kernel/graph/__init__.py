"""Canonical layer graphs: what a built model computes, told the same way however it was written."""

from __future__ import annotations

from .builder import GraphTooLargeError
from .layers import activation_name, is_composite, steps_of
from .trace import CallTap, attempted, trace
from .walk import NotReadableError, as_functional, unbuilt, walk

__all__ = [
    "CallTap",
    "GraphTooLargeError",
    "NotReadableError",
    "activation_name",
    "as_functional",
    "attempted",
    "is_composite",
    "steps_of",
    "trace",
    "unbuilt",
    "walk",
]
