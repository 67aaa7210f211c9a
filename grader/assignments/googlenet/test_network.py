"""s3.network: the whole of GoogLeNet, from the function that makes it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from grader.checks import Submission, check, fail, not_attempted, partial, undecided
from grader.checks.structure.googlenets import GoogLeNets, chain_of_probe, probe
from grader.checks.structure.networks import expect_activations, expect_arguments, expect_output_activation
from grader.evidence.schema import Probe
from grader.models import Chain, Pair, align, same_kinds
from grader.models.blocks import BLOCK, Convolution
from grader.models.googlenet import expected_parameters, normalised_stages
from reference import googlenet

PLAIN, OTHER = "network", "network of another size, normalised"


@pytest.fixture
def answers(submission: Submission) -> dict[str, Probe]:
    """What the student's function made, by the name of the question."""
    found = {name: answer for name in (PLAIN, OTHER) if (answer := probe(submission, name)) is not None}
    return {name: answer for name, answer in found.items() if answer.nodes}


@pytest.fixture
def chain(answers: dict[str, Probe], nets: GoogLeNets) -> Chain:
    """The network to judge: what the function makes for ten classes, else the one that was built first."""
    if answers:
        return chain_of_probe(answers.get(PLAIN) or answers[OTHER])
    return nets.role(nets.plain()).chain


@pytest.fixture
def place(nets: GoogLeNets) -> int:
    """Position of the cell that shows a GoogLeNet first; 0 where none was used."""
    return nets.all[0].role.position if nets.all else 0


@check("s3.network", 3)
def test_function(submission: Submission, nets: GoogLeNets) -> None:
    """`get_googlenet_model` makes the network for any size of images and any number of classes."""
    nets.expect_possible()
    asked = [answer for name in (PLAIN, OTHER) if (answer := probe(submission, name)) is not None]
    if not nets.all and not any(answer.nodes or answer.error for answer in asked):
        not_attempted("No function was found that makes GoogLeNet: none is there, or it makes an empty network.")
    if not any(answer.subject for answer in asked):
        fail("GoogLeNet was built, but no function makes it for any `input_shape`, `num_classes` and `use_batch_norm`.")
    if any(answer.timed_out for answer in asked):
        undecided("The function could not be called within the time for it.")
    faults = [fault for answer in asked if (fault := _fault_of(answer)) is not None]
    if faults:
        partial(1 - len(faults) / len(asked), "\n".join(faults))


@check("s3.network", 3)
def test_order(chain: Chain, nets: GoogLeNets, place: int) -> None:
    """Convolutions, pools and the nine modules come in the order of GoogLeNet."""
    if chain.branched:
        fail("Besides the modules there are layers that are fed by something else than the one before them.", [place])
    if not same_kinds(chain, nets.expected):
        pairs = align(chain.stages, nets.expected.stages)
        missing = [_place(pair, nets.expected) for pair in pairs if pair.found is None]
        surplus = [pair.found.describe() for pair in pairs if pair.expected is None and pair.found]
        words = [f"Missing: {', '.join(missing)}."] if missing else []
        words += [f"Too many: {', '.join(surplus)}."] if surplus else []
        partial(max(0.0, 1 - 0.5 * (len(missing) + len(surplus))), "\n".join(words), [place])


@check("s3.network", 3)
def test_stem(chain: Chain, nets: GoogLeNets, place: int) -> None:
    """Before the modules stand 7×7 with stride 2, 1×1 and 3×3, with relu; pools are 3×3 with stride 2."""
    expect_arguments(chain, nets.expected, "conv2d", ("filters", "kernel", "strides"), place)
    expect_arguments(chain, nets.expected, "max_pool", ("pool", "strides", "padding"), place)
    expect_activations(chain, nets.expected, place)


@check("s3.network", 5)
def test_modules(chain: Chain, nets: GoogLeNets, place: int) -> None:
    """The nine modules have the widths of GoogLeNet."""
    pairs = [p for p in align(chain.stages, nets.expected.stages) if p.expected and p.expected.op == BLOCK]
    faults = [fault for pair in pairs if (fault := _module_fault(pair)) is not None]
    if faults:
        partial(max(0.0, 1 - 0.4 * len(faults)), "\n".join(faults), [place])


@check("s3.network", 2)
def test_head(chain: Chain, place: int) -> None:
    """Global average, dropout and softmax over the classes end the network."""
    expect_output_activation(chain, "softmax", place)
    faults = []
    kinds = [stage.op for stage in chain.stages]
    if "global_average_pool" not in kinds:
        faults.append("There is no global average pool between the last module and the classifier.")
    before_classifier = [stage for stage in chain.stages if stage.op not in ("conv2d", "max_pool")][-3:-1]
    if not any(rate > 0 for stage in before_classifier for rate in stage.dropouts):
        faults.append("There is no dropout before the classifier.")
    if faults:
        partial(1 - len(faults) / 2, "\n".join(faults), [place])


@check("s3.network", 1)
def test_batch_norm(answers: dict[str, Probe], chain: Chain, place: int) -> None:
    """`use_batch_norm` puts batch normalisation after the first and the third convolution, and takes it away."""
    if not answers:  # no function that could be asked: one network can only be right in itself
        _expect_normalised(chain, place, switched=bool(normalised_stages(chain)))
    if PLAIN in answers:
        _expect_normalised(chain_of_probe(answers[PLAIN]), place, switched=False)
    if OTHER in answers:
        _expect_normalised(chain_of_probe(answers[OTHER]), place, switched=True)


@check("s3.network", 1, needs=("order", "stem", "modules", "head", "batch_norm"))
def test_parameters(answers: dict[str, Probe], nets: GoogLeNets, chain: Chain, place: int) -> None:
    """The network has the number of parameters that follows from its layers."""
    nets.expect_possible()
    normalised = bool(normalised_stages(chain)) if PLAIN not in answers else False
    expected = expected_parameters(nets.normalised_module if normalised else nets.module, batch_norm=normalised)
    found = answers[PLAIN].parameters if PLAIN in answers else chain.parameters
    if expected and found not in expected:
        fail(f"The network has {found} parameters for {googlenet.CLASSES} classes, expected {max(expected)}.", [place])


def _fault_of(answer: Probe) -> str | None:
    """What is wrong with the network that the function made, as far as its arguments are concerned."""
    arguments = ", ".join(f"{name}={value}" for name, value in answer.arguments.items())
    if answer.error is not None:
        return f"{answer.subject}({arguments}) ends with {answer.error}"
    if answer.left_out:
        return f"{answer.subject} has no argument like {answer.left_out[0]}."
    classes = answer.arguments["num_classes"]
    if answer.shape != (classes,):
        shape = "×".join(map(str, answer.shape))
        return f"{answer.subject}({arguments}) gives {shape} values an image, expected {classes}."
    return None


def _module_fault(pair: Pair) -> str | None:
    assert pair.expected is not None
    name, wanted = pair.expected.config["module"], pair.expected.config["convolutions"]
    if pair.found is None:
        return f"Module {name} is missing."
    found = pair.found.config["convolutions"]
    missing = list((Counter(map(tuple, wanted)) - Counter(map(tuple, found))).elements())
    surplus = list((Counter(map(tuple, found)) - Counter(map(tuple, wanted))).elements())
    if not missing and not surplus:
        return None
    have = " and ".join(str(Convolution(one[0], one[1:])) for one in surplus) or "nothing"
    want = " and ".join(str(Convolution(one[0], one[1:])) for one in missing) or "nothing"
    return f"Module {name}: found {have}, expected {want}."


def _place(pair: Pair, expected: Chain) -> str:
    assert pair.expected is not None
    if pair.expected.op == BLOCK:
        return f"module {pair.expected.config['module']}"
    place = expected.stages.index(pair.expected)
    before = expected.stages[place - 1] if place else None
    after = f" after module {before.config['module']}" if before is not None and before.op == BLOCK else ""
    return pair.expected.describe() + after


def _expect_normalised(chain: Chain, place: int, *, switched: bool) -> None:
    """Batch normalisation after the first and third convolution, or none; that of modules is their own matter."""
    convolutions = chain.of("conv2d")
    normalised = [number for number, stage in enumerate(convolutions, 1) if stage.normalised]
    wanted = [number for number, layer in _normalised_convolutions() if layer] if switched else []
    if normalised != wanted:
        state = "True" if switched else "False"
        words = ", ".join(map(str, normalised)) or "none"
        fail(
            f"With use_batch_norm={state} batch normalisation follows these of the convolutions before the modules: "
            f"{words}; expected: {', '.join(map(str, wanted)) or 'none'}.",
            [place],
        )


def _normalised_convolutions() -> list[tuple[int, bool]]:
    """By number each convolution before the modules, and whether normalisation follows it in the reference."""
    found: list[tuple[int, bool]] = []
    for layer, following in pairwise(googlenet.GOOGLENET):
        if isinstance(layer, googlenet.Convolution):
            found.append((len(found) + 1, isinstance(following, googlenet.Normalization)))
    return found
