"""Events about what was asked of a notebook's own code after its last cell."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, model_validator

from grader.evidence.bounds import Whole
from grader.evidence.events.base import EventBase
from grader.evidence.values import Count, Name, Nodes, ProbeWeight, Shape, Text

__all__ = ["Probe", "ReplayOutputs"]

ProbeNumbers = Annotated[tuple[float | None, ...], Field(max_length=20_000)]


Variant = Literal["recognised", "mistaken", "otherwise", "second"]


class ReplayOutputs(EventBase):
    """Outputs of cells that were run again with made-up predictions; see `kernel.replay`."""

    kind: Literal["replay"]
    predictions: Annotated[tuple[Count, ...], Field(max_length=1000)]
    cells: Annotated[tuple[Count, ...], Field(max_length=100)]
    outputs: dict[Variant, Text | None]
    classes: dict[Variant, Annotated[int, Field(ge=0, le=9)]]
    """The class that each variant predicts for the first test image."""

    @model_validator(mode="after")
    def _has_every_variant(self) -> ReplayOutputs:
        if not set(get_args(Variant)) == set(self.outputs) == set(self.classes):
            raise ValueError("an output and a class are missing for some variant")
        return self


class Probe(EventBase):
    """What a class or function of the notebook answered to a question of the assignment; see `kernel.probes`.

    `arguments` and `input_shape` (of a layer, without the batch axis) are what it was asked with. `subject` is its
    name, empty where there is none. `left_out` are switches that it does not take. What comes after an `error` is
    missing; `nodes` go as far as the computation went. `timed_out` says that there was no time left, which may be the
    machine's fault. Of a layer, `outputs` are what it gave for `inputs` with `weights`, and `drift` is how far two
    calls on the same input differ.
    """

    kind: Literal["probe"]
    name: Name
    arguments: Annotated[dict[Name, Whole | bool | Shape], Field(max_length=100)]
    input_shape: Shape = ()
    subject: Name
    left_out: Annotated[tuple[Name, ...], Field(max_length=100)] = ()
    error: Text | None = None
    timed_out: bool = False
    nodes: Nodes = ()
    parameters: Count | None = None
    shape: Shape = ()
    weights: Annotated[tuple[ProbeWeight, ...], Field(max_length=1000)] = ()
    inputs: ProbeNumbers = ()
    outputs: ProbeNumbers = ()
    drift: float | None = None
