"""Questions about parameter counts that a notebook states: in a summary, as a number, or in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from grader.checks.claims import Claim, claims_in
from grader.checks.outcomes import fail, not_attempted
from grader.checks.submission import Submission
from grader.checks.text import numbers_stated
from grader.evidence.schema import ModelSnapshot, Summary
from grader.models import Role, total_parameters, worked_out

__all__ = ["CountStated", "counts_stated", "expect_count_right", "expect_count_shown", "known_count"]

_ELSEWHERE = re.compile(
    r"vgg|resnet|alexnet|lenet|inception|googlenet|mobilenet|densenet|efficientnet|imagenet|transfer|mlp"
    r"|fully[ -]connected|would|hätte|serait|aurait|sería|tendría|skulle|if we|si on|wenn",
    re.IGNORECASE,
)
"""Words of a sentence that speaks of a network which this notebook need not have."""


@dataclass(frozen=True)
class CountStated:
    """A number of parameters that a student states, with the position of the cell."""

    claim: Claim
    cell: int


def counts_stated(submission: Submission, first: int = 1) -> list[CountStated]:
    """Numbers of parameters in text and printed output from a cell on; what the template says is not the student's."""
    found = []
    for cell in submission.cells(first, len(submission.evidence.cells)):
        if cell.kind == "code":
            text = submission.printed(cell)
        elif cell.kind == "markdown" and not submission.is_prompt(cell.source):
            text = cell.source
        else:
            continue
        found += [CountStated(claim, cell.position) for claim in claims_in(text) if claim.quantity == "parameters"]
    return found


def known_count(submission: Submission, claim: Claim) -> str | None:
    """What of this notebook has that many parameters, in words; None for nothing."""
    return next((words for value, words in _counts(submission) if claim.covers(value)), None)


def expect_count_shown(submission: Submission, role: Role) -> None:
    """The number of parameters of the role's model is to be read somewhere: in its summary, printed, or in text."""
    if any(event.built and event.text.strip() for event in submission.of_role(Summary, role)):
        return
    stated = counts_stated(submission, role.position)
    counts = {float(count) for count in _own_counts(submission, role)}
    if numbers_stated(submission, role.position, len(submission.evidence.cells)) & counts:
        return
    if any(one.claim.covers(count) for one in stated for count in counts):
        return
    if not stated:
        not_attempted(f"The number of parameters of {role.network.name} is not stated anywhere.")
    fail(
        f"The number of parameters of {role.network.name} is not among those stated: {_listed(stated)}.",
        [one.cell for one in stated],
    )


def expect_count_right(submission: Submission, role: Role) -> None:
    """What is said in words about the number of parameters of the role's model is so.

    A summary speaks for itself. Other counts may be those of other models, of layers, or differences of models; only
    where none is that of the role's model, and one is of nothing in the notebook, it must have been meant for it.
    """
    stated = counts_stated(submission, role.position)
    if any(one.claim.covers(count) for one in stated for count in _own_counts(submission, role)):
        return
    if not stated:
        expect_count_shown(submission, role)
        return
    wrong = [one for one in stated if _is_wrong(submission, one.claim)]
    wrong = wrong or [one for one in stated if _speaks_of(one.claim, role) and _names_another(submission, one.claim)]
    if wrong:
        count = _thousands(total_parameters(role.snapshot)[0])
        fail(
            f"Found {_listed(wrong)} parameters stated; {role.network.name} has {count}.",
            [one.cell for one in wrong],
        )


def _counts(submission: Submission) -> Iterator[tuple[int, str]]:
    """All counts that a statement may be about, the likeliest first."""
    roles = {model: role.network.name for role in submission.roles.values() for model in role.models}
    totals: dict[int, str] = {}
    snapshots = submission.evidence.of(ModelSnapshot)
    for snapshot in snapshots:
        place = submission.evidence.position(snapshot.cell)
        name = roles.get(snapshot.model, "a model")
        for count in total_parameters(snapshot):
            totals.setdefault(count, f"{name} (cell {place}) has {_thousands(count)}")
    yield from totals.items()
    for summary in submission.evidence.of(Summary):
        # After training Keras adds the optimizer's variables to the total.
        place = submission.evidence.position(summary.cell)
        for token in re.findall(r"params: ([\d,]+)", summary.text):
            count = int(token.replace(",", ""))
            yield count, f"the summary in cell {place} shows {_thousands(count)}"
    for snapshot in snapshots:
        place = submission.evidence.position(snapshot.cell)
        for node in worked_out(snapshot.nodes):
            yield node.parameters, f"a layer of the model in cell {place} has {_thousands(node.parameters)}"
    for one, other in combinations(sorted(totals), 2):
        yield other - one, f"two models of this notebook differ by {_thousands(other - one)}"


def _own_counts(submission: Submission, role: Role) -> set[int]:
    own = [snapshot for snapshot in submission.evidence.of(ModelSnapshot) if snapshot.model in role.models]
    return {count for snapshot in own for count in total_parameters(snapshot)}


def _is_wrong(submission: Submission, claim: Claim) -> bool:
    return known_count(submission, claim) is None and not _ELSEWHERE.search(claim.sentence)


def _speaks_of(claim: Claim, role: Role) -> bool:
    """Whether the sentence is about the role's network alone: it names it, and no other by number."""
    number = re.search(r"\d+", role.network.name)
    named = {match[1] for match in re.finditer(r"(?:model\w{0,2}|modèle|cnn|network)[ _]?(\d)\b", claim.sentence, re.I)}
    return number is not None and named == {number[0]}


def _names_another(submission: Submission, claim: Claim) -> bool:
    """Whether the number is the total of another model."""
    return any(claim.covers(total_parameters(one)[0]) for one in submission.evidence.of(ModelSnapshot))


def _listed(stated: list[CountStated]) -> str:
    return ", ".join(dict.fromkeys(one.claim.said for one in stated))


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", " ")
