"""Which recorded model is the answer to which exercise: decided for all at once, by evidence.

Every model is compared with every network that the assignment asks for. Tags and headings speak where they are;
otherwise structure and order decide: the assignment of models to networks, in the order of both, that fits best in
all. Extra models and experiments fit nothing as well and stay out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.evidence import Evidence
from grader.evidence.schema import Compile, Evaluation, Fit, ModelFailed, ModelSnapshot, Prediction
from grader.models.alignment import similarity
from grader.models.extension import nearest_to_base
from grader.models.stages import Chain, chain_of

__all__ = ["Candidate", "Network", "Role", "attribute"]

_THRESHOLD = 0.55
"""A model less alike than this to a network, and under no heading that speaks for it, is something else."""
_HEADING = 0.5
_UNBUILT = 10**9
"""Numbers of models that never came to be start here."""
_USED = 0.02
"""A model that is trained or evaluated is more likely the answer than a draft of it that never is."""


@dataclass(frozen=True)
class Candidate:
    """A model in one of its states, from the event that showed it to the last one about it."""

    snapshot: ModelSnapshot
    chain: Chain
    exercises: frozenset[str]
    used: int
    error: str | None = None

    @property
    def digest(self) -> str:
        """Equal for models of the same computation."""
        return repr([(n.op, n.inputs, n.config, n.shape) for n in self.snapshot.nodes])


@dataclass(frozen=True)
class Network:
    """A network that the assignment asks for: its name and the exercises about it.

    Either `chain` says how it looks to the letter, or `likeness` how well a model answers a freer description, from
    0 for something else to 1; the chain is then empty. `extends` names an earlier network that this one goes on from.
    """

    name: str
    chain: Chain
    exercises: tuple[str, ...]
    likeness: Callable[[Candidate], float] | None = None
    extends: str | None = None

    def compare(self, candidate: Candidate) -> float:
        """How well the model answers the network, from 0 to 1."""
        if self.likeness is not None:
            return self.likeness(candidate)
        return similarity(candidate.chain, self.chain)


@dataclass(frozen=True)
class Role:
    """The models that play a network: `snapshot` is the one presented, `models` are all that compute the same.

    `error` is set for a network whose layers were given and could not be built into a model.
    """

    network: Network
    snapshot: ModelSnapshot
    chain: Chain
    models: frozenset[int]
    position: int
    """Of the cell that shows the model first: 1-based, counting every cell."""
    error: str | None = None


def attribute(evidence: Evidence, networks: Sequence[Network]) -> dict[str, Role]:
    """The role of each network that the notebook has a model for, by the network's name."""
    groups: dict[tuple[str, frozenset[str]], list[Candidate]] = {}
    for candidate in _candidates(evidence):
        groups.setdefault((candidate.digest, candidate.exercises), []).append(candidate)
    # A network that is built again is no second network: the first of each stands for all.
    first = [replace(group[0], used=sum(one.used for one in group)) for group in groups.values()]
    scores = [[_score(candidate, network, networks) for candidate in first] for network in networks]
    chosen = nearest_to_base(first, networks, scores, _best(scores, len(first)))
    taken = {index for index in chosen if index is not None}
    roles = {}
    for network, index in zip(networks, chosen, strict=True):
        if index is None:
            continue
        candidate = first[index]
        same = {
            one.snapshot.model
            for number, group in enumerate(groups.values())
            for one in group
            if one.digest == candidate.digest and (number not in taken or number == index)
        }
        roles[network.name] = Role(
            network,
            candidate.snapshot,
            candidate.chain,
            frozenset(same),
            evidence.position(candidate.snapshot.cell),
            candidate.error,
        )
    return roles


def _candidates(evidence: Evidence) -> list[Candidate]:
    """Each model in its last state before each use, in order of appearance; drafts of a `Sequential` are skipped."""
    uses: dict[tuple[int, int], int] = {}
    hints: dict[tuple[int, int], set[str]] = {}
    last: dict[int, int] = {}
    snapshots = {(s.model, s.version): s for s in evidence.of(ModelSnapshot)}
    for key, snapshot in snapshots.items():
        last[snapshot.model] = max(snapshot.version, last.get(snapshot.model, -1))
        cell = evidence.cell(snapshot.cell)
        hints.setdefault(key, set()).update(cell.exercises if cell else ())
    for event in evidence.events:
        if isinstance(event, (Compile, Fit, Evaluation, Prediction)) and event.version >= 0:
            key = (event.model, event.version)
            uses[key] = uses.get(key, 0) + (not isinstance(event, Compile))
    built = [
        Candidate(snapshot, chain_of(snapshot), frozenset(hints[key]), uses.get(key, 0))
        for key, snapshot in snapshots.items()
        if key in uses or last[snapshot.model] == snapshot.version
    ]
    return sorted([*built, *_unbuilt(evidence)], key=lambda candidate: candidate.snapshot.seq)


def _unbuilt(evidence: Evidence) -> Iterator[Candidate]:
    """Networks whose layers were given as a list that could not be built into a model."""
    for event in evidence.of(ModelFailed):
        if event.nodes:
            snapshot = ModelSnapshot(
                seq=event.seq,
                cell=event.cell,
                kind="model",
                model=_UNBUILT + event.seq,
                version=0,
                name="",
                cls="",
                nodes=event.nodes,
                parameters=0,
                trainable=0,
            )
            cell = evidence.cell(event.cell)
            hints = frozenset(cell.exercises if cell else ())
            yield Candidate(snapshot, chain_of(snapshot), hints, 0, event.error)


def _best(scores: Sequence[Sequence[float]], columns: int) -> list[int | None]:
    """For each network the index of its candidate or None: the ordered assignment of the highest total score.

    `scores` has a row for each network and in it a column for each candidate.
    """
    rows = len(scores)
    # best[r][c]: highest total for the first r networks among the first c candidates.
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for r in range(1, rows + 1):
        for c in range(1, columns + 1):
            # Of equals the later one is kept: a network that is built again replaces its first attempt.
            best[r][c] = max(best[r - 1][c], best[r][c - 1], best[r - 1][c - 1] + scores[r - 1][c - 1])
    chosen: list[int | None] = [None] * rows
    r, c = rows, columns
    while r and c:
        if scores[r - 1][c - 1] > 0 and best[r][c] == best[r - 1][c - 1] + scores[r - 1][c - 1]:
            chosen[r - 1] = c - 1
            r, c = r - 1, c - 1
        elif best[r][c] == best[r - 1][c]:
            r -= 1
        else:
            c -= 1
    return chosen


def _score(candidate: Candidate, network: Network, networks: Sequence[Network]) -> float:
    """How well the candidate answers the network, one of `networks`; 0 or less where it cannot be meant."""
    alike = network.compare(candidate)
    # A network to the letter is that network, though it may stand under the heading of another.
    astray = any(candidate.exercises & set(other.exercises) for other in networks)
    threshold = 0.0 if network.likeness is None and alike == 1 and astray else _THRESHOLD
    if candidate.exercises:
        alike += _HEADING if candidate.exercises & set(network.exercises) else -_HEADING
    elif alike < 1 and any(other.compare(candidate) == 1 for other in networks if other.likeness is None):
        return 0.0  # it is another of the networks, to the letter
    if alike < threshold:
        return 0.0
    return alike + (_USED if candidate.used else 0.0)
