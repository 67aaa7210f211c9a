"""Questions about a network's structure, each answered apart from the others.

Found and expected chains are aligned first, so that one layer too many or too few costs the order and not, through a
shift, every layer after it. Only stages with a counterpart are compared in detail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import takewhile

from grader.checks.outcomes import fail, partial
from grader.checks.submission import Submission
from grader.models import Chain, Pair, Role, Stage, align, parameters_with_paddings, same_kinds

__all__ = [
    "expect_activations",
    "expect_arguments",
    "expect_built",
    "expect_dropout",
    "expect_feature_part",
    "expect_l2",
    "expect_order",
    "expect_output_activation",
    "expect_parameters",
]

_NAMES = {
    "conv2d": "CONV",
    "max_pool": "POOL",
    "average_pool": "AVGPOOL",
    "flatten": "FLATTEN",
    "dense": "FC",
}
_TOLERANCE = 1e-6
_SHARE_OF_A_LAYER = 1 / 3
"""What a layer too many or too few costs of the order; one in the wrong place is both."""
_COLLAPSED = re.compile(r"dimension|output size|downsampling|negative", re.IGNORECASE)
"""What Keras says of a window that is larger than its map."""


def expect_order(found: Chain, expected: Chain, cell: int) -> None:
    """The stages come in the expected order, each fed by the one before."""
    if found.branched:
        fail(
            f"The layers do not form a chain: a layer is fed by something else than the one before it. "
            f"What reaches the output is {_order(found.stages)}.",
            [cell],
        )
    if not same_kinds(found, expected):
        fail(
            f"Found {_order(found.stages)}, expected {_order(expected.stages)}.{_hint(found, expected)}",
            [cell],
        )


def expect_feature_part(found: Chain, expected: Chain, cell: int) -> None:
    """What comes before the dense layers is of the expected kinds in order; any pool counts as one."""
    if found.branched:
        fail("The layers do not form a chain: a layer is fed by something else than the one before it.", [cell])
    have, want = _before_dense(found), _before_dense(expected)
    faults = sum(None in pair for pair in align(have, want))
    if faults:
        partial(
            max(0.0, 1 - faults * _SHARE_OF_A_LAYER),
            f"Before the dense layers: found {_order(have)}, expected {_order(want)}.",
            [cell],
        )


def expect_arguments(found: Chain, expected: Chain, op: str, names: Sequence[str], cell: int) -> None:
    """The stages of one kind have the expected arguments (such as filters and kernel); one point share each."""
    pairs = [pair for pair in align(found.stages, expected.stages) if pair.expected and pair.expected.op == op]
    faults = [fault for pair in pairs if (fault := _argument_fault(pair, names, found))]
    if faults:
        partial(1 - len(faults) / len(pairs), "\n".join(faults), [cell])


def expect_activations(found: Chain, expected: Chain, cell: int) -> None:
    """Every hidden convolution and dense layer has its activation."""
    pairs = [
        pair
        for pair in align(found.stages, expected.stages)
        if pair.found and pair.expected and pair.expected.activations and not _is_output(pair, expected)
    ]
    wrong = [
        f"{_numbered(pair, expected)} has {_activations(pair.found)}; {_activations(pair.expected)} is asked for."
        for pair in pairs
        if pair.found and pair.expected and _effective(pair.found) != pair.expected.activations
    ]
    if wrong:
        partial(1 - len(wrong) / len(pairs), "\n".join(wrong), [cell])
    if not pairs:
        fail("No layer was found whose activation could be compared.", [cell])


def expect_output_activation(found: Chain, function: str, cell: int) -> None:
    """The last layer, and only that one, turns its values into probabilities."""
    if not found.stages:
        fail(f"There is no last layer that {function} could follow.", [cell])
    last = found.stages[-1]
    elsewhere = [stage.describe() for stage in found.stages[:-1] if function in stage.activations]
    if elsewhere:
        fail(f"{function} stands on {elsewhere[0]}; it belongs on the last layer only.", [cell])
    if last.activations[-1:] != (function,):
        fail(
            f"The last layer ({last.describe()}) has {_activations(last)}; "
            f"{function} makes its values probabilities that add up to 1.",
            [cell],
        )


def expect_parameters(found: Chain, expected: Chain, cell: int) -> None:
    """The network has as many parameters as the expected one has with the paddings that were chosen."""
    if not found.parameters:
        fail("The network could not be built, so it has no parameters yet.", [cell])
    wanted = parameters_with_paddings(found, expected)
    if found.parameters != wanted:
        fail(
            f"The network has {_count(found.parameters)} parameters, expected {_count(wanted)}."
            f"{_arithmetic(found, expected)}",
            [cell],
        )


def expect_built(submission: Submission, role: Role) -> None:
    """The layers fit on one another, so that a model comes of them."""
    cell = submission.evidence.cells[role.position - 1]
    error = role.error or (cell.error if cell.error and _COLLAPSED.search(cell.error) else None)
    if error is not None:
        fail(
            f"The network cannot be built: {error} With valid padding each 3×3 convolution takes 2 off the side "
            "of the map; with same padding it keeps its side.",
            [role.position],
        )


def expect_dropout(found: Chain, expected: Chain, op: str, cell: int, *, at_least: int | None = None) -> None:
    """Dropout of the expected rate follows the stages of one kind (at least that many of them, else all)."""
    pairs = [pair for pair in align(found.stages, expected.stages) if pair.expected and pair.expected.op == op]
    pairs = [pair for pair in pairs if pair.expected and pair.expected.dropouts]
    wanted = len(pairs) if at_least is None else at_least
    right, faults = 0, []
    for pair in pairs:
        assert pair.expected is not None
        rates = pair.found.dropouts if pair.found else ()
        if len(rates) == 1 and abs(rates[0] - pair.expected.dropouts[0]) < _TOLERANCE:
            right += 1
        elif rates or pair.found:
            shown = " and ".join(f"{rate:g}" for rate in rates) if rates else "none"
            rate = pair.expected.dropouts[0]
            faults.append((bool(rates), f"After {_numbered(pair, expected)}: dropout {shown}, expected {rate:g}."))
        else:
            faults.append((True, f"{_numbered(pair, expected)} was not found, nor its dropout."))
    # A dropout that may be left out is no fault; one of another rate is.
    faults = [fault for fault in faults if fault[0] or right < wanted]
    if faults:
        partial(right / len(pairs), "\n".join(text for _, text in faults), [cell])


def expect_l2(found: Chain, expected: Chain, cell: int, *, optional: Sequence[int] = ()) -> None:
    """The kernels of the dense layers have the expected L2 penalty; `optional` are indices that may go without."""
    pairs = [pair for pair in align(found.stages, expected.stages) if pair.expected and pair.expected.l2]
    faults = []
    for number, pair in enumerate(pairs):
        assert pair.expected is not None
        factor = pair.found.l2 if pair.found else 0.0
        if abs(factor - pair.expected.l2) < _TOLERANCE:
            continue
        if not factor and number in [index % len(pairs) for index in optional]:
            continue
        shown = f"L2 factor {factor:g}" if factor else "no L2 penalty"
        faults.append(f"{_numbered(pair, expected)} has {shown} on its kernel, expected {pair.expected.l2:g}.")
    if faults:
        needed = max(1, len(pairs) - len(optional))
        partial(1 - min(len(faults), needed) / needed, "\n".join(faults), [cell])


def _before_dense(chain: Chain) -> list[Stage]:
    kinds = ("max_pool" if stage.op == "average_pool" else stage.op for stage in chain.stages)
    return [Stage(op) for op in takewhile(lambda op: op != "dense", kinds)]


def _argument_fault(pair: Pair, names: Sequence[str], chain: Chain) -> str | None:
    assert pair.expected is not None
    if pair.found is None:
        return f"Missing: {pair.expected.describe()}."
    wrong = [
        name
        for name in names
        if name in pair.expected.config and pair.found.config.get(name) != pair.expected.config[name]
    ]
    if not wrong:
        return None
    parts = [
        f"{name} {_value(pair.found.config.get(name))}, expected {_value(pair.expected.config[name])}" for name in wrong
    ]
    place = _place(pair.found, chain.stages)
    return f"{place}: {'; '.join(parts)}."


def _arithmetic(found: Chain, expected: Chain) -> str:
    """Why the first layer that differs has the parameters that it has."""
    for pair in align(found.stages, expected.stages):
        have, want = pair
        if have and want and have.op == "conv2d" and have.config["kernel"] and have.shape and want.config:
            m, n = have.config["kernel"]
            inputs = _inputs(have)
            if [m, n] != want.config["kernel"] and inputs:
                return (
                    f" For example {have.describe()} on {inputs} channels has "
                    f"({m}·{n}·{inputs} + 1)·{have.config['filters']} = {_count(have.parameters)}."
                )
    if any(stage.normalised for stage in found.stages):
        return " Batch normalisation adds four parameters a channel."
    return ""


def _inputs(stage: Stage) -> int | None:
    filters = int(stage.config["filters"])
    m, n = stage.config["kernel"]
    bias = 1 if stage.config.get("use_bias", True) else 0
    per_filter, rest = divmod(stage.parameters, filters)
    return None if rest else (per_filter - bias) // (m * n)


def _hint(found: Chain, expected: Chain) -> str:
    kinds = [stage.op for stage in found.stages]
    if "flatten" not in kinds and any(stage.op == "flatten" for stage in expected.stages):
        return " Without Flatten a dense layer works on each place of the feature map by itself."
    return ""


def _is_output(pair: Pair, expected: Chain) -> bool:
    return pair.expected is expected.stages[-1]


def _effective(stage: Stage) -> tuple[str, ...]:
    """Activations of a stage, a function that is applied twice to no effect counted once."""
    return tuple(dict.fromkeys(stage.activations))


def _activations(stage: Stage | None) -> str:
    names = stage.activations if stage else ()
    return " and ".join(names) if names else "no activation"


def _numbered(pair: Pair, expected: Chain) -> str:
    assert pair.expected is not None
    return _place(pair.expected, expected.stages)


def _place(stage: Stage, stages: Sequence[Stage]) -> str:
    """Such as «convolution 2 of 3»."""
    alike = [one for one in stages if one.op == stage.op]
    number = next((i for i, one in enumerate(alike, 1) if one is stage), 0)
    name = {"conv2d": "convolution", "max_pool": "pool", "dense": "dense layer"}.get(stage.op, stage.op)
    return f"{name[0].upper()}{name[1:]} {number} of {len(alike)}"


def _order(stages: Iterable[Stage]) -> str:
    return " - ".join(_NAMES.get(stage.op, stage.describe()) for stage in stages) or "no layers"


def _value(value: object) -> str:
    return "×".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _count(number: int) -> str:
    return f"{number:,}".replace(",", " ")
