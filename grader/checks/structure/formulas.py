"""Questions about figures that a notebook works out: parameters and sizes of the layers of its own network."""

from __future__ import annotations

from grader.checks.outcomes import fail, not_attempted, partial
from grader.checks.submission import Submission
from grader.checks.text import numbers_stated
from grader.evidence.schema import Compile, Summary
from grader.models import Role, Stage
from reference.architecture import conv_parameters

__all__ = ["expect_parameter_figures", "expect_size_figures", "expect_summary"]

_LARGE = 10
"""A side from which on a number is no accident."""


def expect_summary(submission: Submission, role: Role) -> None:
    """`summary()` of the role's model is shown."""
    shown = [event for event in submission.of_role(Summary, role) if event.text.strip()]
    if not shown:
        not_attempted(f"The summary of {role.network.name} was not printed.")


def expect_parameter_figures(submission: Submission, role: Role) -> None:
    """P_n of each convolution is stated somewhere else than in the summary."""
    stages = role.chain.of("conv2d")
    stated = numbers_stated(submission, 1, len(submission.evidence.cells))
    missing = [stage for stage in stages if float(stage.parameters) not in stated]
    if not stages:
        fail(f"{role.network.name} has no convolution to work out.", [role.position])
    if len(missing) == len(stages) and not _attempted(stages, stated):
        not_attempted(f"No figure for the parameters of {role.network.name}'s convolutions was found.")
    if missing:
        share = 1 - len(missing) / len(stages)
        partial(share, "\n".join(_parameter_fault(stage, stated) for stage in missing))


def expect_size_figures(submission: Submission, role: Role) -> None:
    """O_n of each convolution and pool is stated between the network's definition and its training."""
    stages = [stage for stage in role.chain.of("conv2d", "max_pool", "average_pool") if stage.shape]
    first, last = _region(submission, role)
    stated = numbers_stated(submission, first, last)
    # A size that is worked out by the formula may be stated as it is, 6.5, before it is rounded down.
    missing = [stage for stage in stages if not ({float(stage.shape[0] or 0), (stage.shape[0] or 0) + 0.5} & stated)]
    if missing:
        # Small numbers stand in every notebook: they count only where the larger ones were worked out, too.
        large = [stage for stage in stages if (stage.shape[0] or 0) >= _LARGE]
        if any(stage in missing for stage in large):
            missing = [stage for stage in stages if stage in missing or stage not in large]
        sides = ", ".join(f"{stage.describe().split(',')[0]}: {stage.shape[0]}" for stage in stages[:1])
        named = "; ".join(_numbered(stage, stages) for stage in missing)
        message = (
            f"The side of the map after these layers was not found: {named}. "
            f"O_n = (N - F) / S + 1, rounded down; for the first layer that is {sides.rpartition(': ')[2]}."
        )
        if len(missing) == len(stages):
            not_attempted(f"No figure for the sizes of {role.network.name}'s maps was found.")
        partial(1 - len(missing) / len(stages), message, [role.position])


def _attempted(stages: list[Stage], stated: set[float]) -> bool:
    """Whether any figure looks like one of the formula without its bias."""
    return any(float(_without_bias(stage)) in stated for stage in stages)


def _without_bias(stage: Stage) -> int:
    return stage.parameters - int(stage.config["filters"])


def _parameter_fault(stage: Stage, stated: set[float]) -> str:
    m, n = stage.config["kernel"]
    filters = int(stage.config["filters"])
    inputs = _without_bias(stage) // (m * n * filters)
    assert conv_parameters((m, n), inputs, filters) == stage.parameters or not stage.config.get("use_bias", True)
    place = f"{stage.describe().split(',')[0]} on {inputs} channels"
    if float(_without_bias(stage)) in stated:
        return (
            f"{place}: found {_without_bias(stage)}, which leaves out the bias of each filter; "
            f"P_n = ({m}·{n}·C_i + 1)·C_o."
        )
    return f"{place}: its number of parameters was not found; P_n = ({m}·{n}·C_i + 1)·C_o with C_i = {inputs}."


def _region(submission: Submission, role: Role) -> tuple[int, int]:
    """Positions of the cells in which sizes may be worked out: around the definition, up to the training.

    Where there is neither training nor compilation, up to the next network.
    """
    evidence = submission.evidence
    defined = role.position
    trained = [evidence.position(run.asked.cell) for run in submission.fits_of(role)]
    compiled = [evidence.position(event.cell) for event in submission.of_role(Compile, role)]
    later = [role.position for role in submission.roles.values() if role.position > defined]
    last = max([*trained[:1], *compiled[:1]], default=min(later, default=len(evidence.cells) + 1) - 1)
    hinted = [cell.position for cell in evidence.cells if set(cell.exercises) & set(role.network.exercises[:2])]
    return min([defined, *hinted]), max([defined, last, *hinted])


def _numbered(stage: Stage, stages: list[Stage]) -> str:
    return f"{stages.index(stage) + 1}. {stage.describe().split(',')[0]}"
