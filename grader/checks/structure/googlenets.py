"""The GoogLeNets of a notebook: which models they are, and which of them an exercise is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from grader.checks.outcomes import fail, not_attempted, undecided
from grader.checks.submission import FitRun, Submission
from grader.evidence.schema import Compile, Evaluation, Fit, ModelSnapshot, Passes, Prediction, Probe
from grader.evidence.values import DataGiven
from grader.models import Chain, Network, Role, similarity
from grader.models.blocks import BLOCK
from grader.models.googlenet import chain_of_network, expected_chain, normalised_stages
from grader.models.modules import ModuleAnswer

__all__ = ["GoogLeNets", "Variant", "chain_of_probe", "probe"]

_ALIKE = 0.55
"""A model less alike than this to GoogLeNet is something else."""
_VARIED = 0.1
"""Share of the range by which pixels of varied images are off the served ones; rounding stays far below."""
_ALTERED = 0.1
"""Share of images that are no served ones any more; half of them are where images are flipped at random."""
_PREPARES_VALUES = ("arithmetic", "lambda", "normalization")


@dataclass(frozen=True)
class Variant:
    """A GoogLeNet of the notebook: the model `role` with its own preparation of images, if any."""

    role: Role
    normalised: bool
    """Whether it has batch normalisation, beyond what is left in by the student's function when it is switched off."""
    random: tuple[str, ...]
    """Classes of the random layers before its first layer with weights."""
    random_after_scaling: bool


class GoogLeNets:
    """The GoogLeNets of a notebook in order of their first use, and its own inception module."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self.module = _module(submission, "module")
        self.normalised_module = _module(submission, "module, normalised")
        self.expected = expected_chain(self.module)
        self._off = _normalisations(submission, "network")
        self._on = _normalisations(submission, "network of another size, normalised")

    @cached_property
    def all(self) -> tuple[Variant, ...]:
        """Every model that is used and is a GoogLeNet; where none is used, every one that was built."""
        evidence = self._submission.evidence
        events = (Compile, Fit, Evaluation, Prediction, Passes)
        used: dict[int, int] = {}
        for event in evidence.events:
            if isinstance(event, events):
                used.setdefault(event.model, event.seq)
        last = {snapshot.model: snapshot for snapshot in evidence.of(ModelSnapshot)}
        alike = [found for snapshot in last.values() if (found := self._variant(snapshot)) is not None]
        mine = [variant for variant in alike if variant.role.snapshot.model in used]
        return tuple(sorted(mine or alike, key=lambda v: used.get(v.role.snapshot.model, v.role.snapshot.seq)))

    def _variant(self, snapshot: ModelSnapshot) -> Variant | None:
        chain = chain_of_network(snapshot)
        if similarity(chain, self.expected) < _ALIKE or not any(stage.op == BLOCK for stage in chain.stages):
            return None
        preparation, scaled, late = [], False, False
        rescales = any(node.op == "rescaling" for node in snapshot.nodes)
        scaling = ("rescaling",) if rescales else _PREPARES_VALUES
        for node in snapshot.nodes:
            if node.op == "conv2d":
                break
            if node.op == "random":
                preparation.append(str(node.config.get("class")))
                late = late or scaled
            scaled = scaled or node.op in scaling
        network = Network("GoogLeNet", self.expected, ())
        position = self._submission.evidence.position(snapshot.cell)
        role = Role(network, snapshot, chain, frozenset({snapshot.model}), position)
        normalised = len(normalised_stages(chain)) > (self._off or 0)
        return Variant(role, normalised, tuple(preparation), late)

    # Which of them an exercise is about

    def plain(self) -> list[Variant]:
        """Those of the first exercises: without batch normalisation and augmentation, if there are any such."""
        found = self._any()
        return (
            [v for v in found if not v.normalised and not v.random and not self.augments_data(v)]
            or [v for v in found if not v.random and not self.augments_data(v)]
            or found
        )

    def with_normalisation(self) -> list[Variant]:
        """Those with batch normalisation.

        Where the student's own function makes the same network whatever it is told, every one after the first.
        """
        found = self._any()
        if self._off is not None and self._off == self._on:
            return found[1:]
        return [variant for variant in found if variant.normalised]

    def augmented(self) -> list[Variant]:
        """Those that are trained on varied images, by layers of their own or by what they are given."""
        return [variant for variant in self._any() if variant.random or self.augments_data(variant)]

    def augments_data(self, variant: Variant) -> bool:
        """Whether images are varied by something else than layers that show: in the data set, or in code."""
        given = [run.asked.x for run in self.fits([variant])]
        return any(_varied(data) or (data.prepared is not None and data.prepared.random_training) for data in given)

    def role(self, variants: Sequence[Variant]) -> Role:
        """One role for several variants: presented is the first that was trained, else the first."""
        trained = [variant for variant in variants if self.fits([variant])]
        first = (trained or list(variants))[0].role
        models = frozenset(model for variant in variants for model in variant.role.models)
        return Role(first.network, first.snapshot, first.chain, models, first.position)

    def fits(self, variants: Iterable[Variant]) -> list[FitRun]:
        """The trainings of these variants, in order."""
        models = {model for variant in variants for model in variant.role.models}
        return [run for run in self._submission.fits if run.asked.model in models]

    def expect_possible(self) -> None:
        """End the check as undecided where no network could be seen because the module cannot be called.

        What is made of such a module may be right in itself; the module's fault is paid for at its own exercise.
        """
        answer = probe(self._submission, "module")
        written = probe(self._submission, "network")
        if self.all or answer is None or answer.error is None or written is None or not written.subject:
            return
        undecided(f"No GoogLeNet can be built, because the inception module cannot be called ({answer.error}).")

    def _any(self) -> list[Variant]:
        self.expect_possible()
        if not self.all:
            broken = [
                cell for cell in self._submission.evidence.cells if cell.error and "googlenet" in cell.source.lower()
            ]
            if broken:
                fail(
                    f"No GoogLeNet was built: cell {broken[0].position} ended with {broken[0].error}",
                    [broken[0].position],
                )
            not_attempted("No GoogLeNet was found.")
        return list(self.all)


def _varied(data: DataGiven) -> bool:
    """Whether images are not the served ones, nor any scaling of them."""
    rows = data.rows
    if rows is None or not rows.count:
        return False
    if rows.unknown > 0.5 * rows.count or rows.altered > _ALTERED:
        return True
    spread = (data.high or 0.0) - (data.low or 0.0)
    return rows.scale is None or (not rows.per_image and (rows.residual or 0.0) > _VARIED * spread)


def probe(submission: Submission, name: str) -> Probe | None:
    """The answer to a question of the assignment; None where the run was not asked."""
    return next((event for event in submission.evidence.of(Probe) if event.name == name), None)


def _normalisations(submission: Submission, name: str) -> int | None:
    """Stages with batch normalisation in the network that the student's function made; None where it made none."""
    made = probe(submission, name)
    return len(normalised_stages(chain_of_probe(made))) if made is not None and made.nodes else None


def chain_of_probe(answer: Probe) -> Chain:
    """The chain of the network that a function of the notebook made."""
    snapshot = ModelSnapshot(
        seq=answer.seq,
        cell=answer.cell,
        kind="model",
        model=0,
        version=0,
        name=answer.name,
        cls="",
        nodes=answer.nodes,
        parameters=answer.parameters or 0,
        trainable=0,
    )
    return chain_of_network(snapshot)


def _module(submission: Submission, name: str) -> ModuleAnswer | None:
    answer = probe(submission, name)
    if answer is None or not answer.subject:
        return None
    return ModuleAnswer(answer)
