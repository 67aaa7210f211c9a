"""Feature maps and kernels in figures: which layers and parts are shown, and what stands in their place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks import Submission
from grader.checks.drawing import visualisation
from grader.checks.outcomes import Failed, NotAttempted, Partial
from grader.evidence.drawings import AxesDrawn, ImageDrawn, Origin
from grader.evidence.schema import Figure
from grader.models import Network, Role, chain_of
from tests.checks.factories import code, evidence, model, node

FILTERS = 4
LAYERS = ("conv2d_1", "activation_2", "max_pool_3", "conv2d_4", "max_pool_5")


def network(number=0, kernel=3, convolutions=2):
    """CONV - relu - POOL - CONV - POOL - FC; a large one has more convolutions behind it."""
    conv = {"kernel": [kernel] * 2, "filters": FILTERS, "strides": [1, 1], "padding": "same"}
    pool = {"pool": [2, 2], "strides": [2, 2]}
    nodes = [
        node(0, "input", (32, 32, 3)),
        node(1, "conv2d", (32, 32, FILTERS), **conv),
        node(2, "activation", (32, 32, FILTERS), function="relu"),
        node(3, "max_pool", (16, 16, FILTERS), **pool),
        node(4, "conv2d", (16, 16, FILTERS), **conv),
        node(5, "max_pool", (8, 8, FILTERS), **pool),
    ]
    nodes += [node(6 + i, "conv2d", (8, 8, FILTERS), **conv) for i in range(convolutions - 2)]
    nodes += [node(len(nodes), "flatten", (256,)), node(len(nodes) + 1, "dense", (10,), units=10)]
    return model(1 + number, 0, nodes, number=number)


def maps(layer, *channels, owner=0):
    return Origin(
        kind="features", model=owner, layer=layer, op="conv2d", parts=[(0, c) for c in channels or (0,)], cut=False
    )


def kernels(*parts, layer="conv2d_1", owner=0, cut=False):
    return Origin(kind="kernel", model=owner, layer=layer, op="conv2d", parts=parts, cut=cut)


def submission(*origins, others=(), unknown=0):
    """A notebook of one cell that shows these, an image each, and images of nothing known."""
    drawn = [ImageDrawn(shape=(8, 8), cmap="gray", origins=(origin,)) for origin in origins]
    drawn += [ImageDrawn(shape=(8, 8), cmap="gray")] * unknown
    axes = AxesDrawn(
        title="", xlabel="", ylabel="", legend=(), lines=(), images=tuple(drawn), bars=(), points=(), texts=()
    )
    snapshot = network()
    events = [snapshot, *others, Figure(seq=100, cell=0, kind="figure", title="", axes=(axes,))]
    chain = chain_of(snapshot)
    role = Role(Network("tiny VGG", chain, ()), snapshot, chain, frozenset({0}), 1)
    return Submission(evidence([code()], events)), role


def maps_shown(given, role):
    visualisation.expect_feature_maps(given, role, ("conv2d",))
    visualisation.expect_feature_maps(given, role, ("max_pool", "average_pool"))


def test_maps_of_every_layer():
    maps_shown(*submission(*map(maps, LAYERS)))
    maps_shown(*submission(*[maps(name, 0, 1, 2) for name in LAYERS]))


def test_the_map_after_the_activation_is_as_good():
    maps_shown(*submission(*[maps(name) for name in LAYERS if name != "conv2d_1"]))


def test_a_layer_left_out_costs_its_share():
    given, role = submission(maps("conv2d_1"), maps("max_pool_3"), maps("max_pool_5"))
    with pytest.raises(Partial, match="1 of 2 layers are shown; none of conv2d_4") as ended:
        maps_shown(given, role)
    assert ended.value.share == 0.5


def test_maps_of_another_network_are_none_of_this_one():
    given, role = submission(*[maps(name, owner=7) for name in LAYERS])
    given.roles["three blocks"] = replace(role, models=frozenset({7}))
    with pytest.raises(Failed, match="none of the convolutions"):
        maps_shown(given, role)


@pytest.mark.parametrize("owner", [-1, 5])
def test_a_network_that_is_gone_or_was_a_part_is_known_by_its_layers(owner):
    maps_shown(*submission(*[maps(name, owner=owner) for name in LAYERS]))


def test_kernels_in_place_of_maps():
    with pytest.raises(Failed, match="what is shown are kernels"):
        maps_shown(*submission(kernels((0, 0)), kernels((0, 0), layer="conv2d_4")))
    with pytest.raises(NotAttempted):  # those of the first layer answer another question
        maps_shown(*submission(kernels((0, 0))))


def test_images_of_nothing_known_are_an_attempt():
    with pytest.raises(Failed, match="recognised neither"):
        maps_shown(*submission(unknown=3))
    with pytest.raises(NotAttempted):
        maps_shown(*submission())


PAIRS = [(number, channel) for number in range(FILTERS) for channel in range(3)]


@pytest.mark.parametrize("origins", [[kernels(*PAIRS)], [kernels(pair) for pair in PAIRS]], ids=["mosaic", "axes"])
def test_all_kernels_of_the_first_layer(origins):
    given, role = submission(*origins)
    visualisation.expect_kernels_by_channel(given, [role])


@pytest.mark.parametrize(
    ("origin", "outcome", "share", "words"),
    [
        (kernels(*[pair for pair in PAIRS if pair[1] == 0]), Partial, 1 / 3, r"4 images.*4·3 = 12"),
        (kernels(*[(number, -1) for number in range(FILTERS)]), Partial, 0.6, "mixed into one colour image"),
        (kernels(*PAIRS, layer="conv2d_4"), Failed, None, "those of conv2d_4"),
    ],
)
def test_kernels_that_are_not_what_is_asked_for(origin, outcome, share, words):
    given, role = submission(origin)
    with pytest.raises(outcome, match=words) as ended:
        visualisation.expect_kernels_by_channel(given, [role])
    assert getattr(ended.value, "share", None) == share


LARGE = network(3, kernel=7, convolutions=50)
COLOURS = [(number, -1) for number in range(64)]


def colour_kernels(*origins, **fields):
    given, _ = submission(*origins, others=[LARGE], **fields)
    visualisation.expect_colour_kernels(given, 64, 7)
    visualisation.expect_whole_range(given, 7)


@pytest.mark.parametrize("owner", [3, -1])
def test_the_kernels_of_a_loaded_network_as_colours(owner):
    layer = "conv2d_1" if owner == 3 else "conv1_conv"
    colour_kernels(kernels(*COLOURS, owner=owner, layer=layer))
    colour_kernels(*[kernels(part, owner=owner, layer=layer) for part in COLOURS])


@pytest.mark.parametrize(
    ("origin", "outcome", "words"),
    [
        (kernels(*COLOURS[:16], owner=3), Partial, "16 of the 64"),
        (kernels(*[(number, 0) for number in range(64)], owner=3), Failed, "one channel at a time"),
        (kernels(*COLOURS, owner=3, cut=True), Failed, "cut off"),
        (kernels(*COLOURS), NotAttempted, "No figure shows the 7×7 kernels"),
    ],
)
def test_other_kernels_in_their_place(origin, outcome, words):
    with pytest.raises(outcome, match=words):
        colour_kernels(origin)
