"""Recorded networks beside expected ones: chains, their alignment, and which answers which exercise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.evidence import CellRun, Evidence
from grader.evidence.schema import Fit, ModelSnapshot, Summary
from grader.evidence.values import Node
from grader.kernel.graph import walk
from grader.models import Network, align, attribute, chain_of, expected_chain, similarity
from grader.models.stages import Chain, Stage
from reference import nets
from reference.architecture import Conv, Dense, Dropout, Flatten, Pool, build
from tests.checks.factories import FACTS

TABLES = {"net1": nets.NET_I, "net2": nets.NET_II, "net3": nets.NET_III}
NETWORKS = [
    Network("net1", expected_chain(nets.NET_I), ("exe03", "exe05")),
    Network("net2", expected_chain(nets.NET_II), ("exe11",)),
    Network("net3", expected_chain(nets.NET_III), ("exe17", "exe18")),
]


def snapshot(model, *, seq=1, number=0, cell=0) -> ModelSnapshot:
    """What the recorder writes of a Keras model."""
    nodes = tuple(Node.model_validate(node) for node in walk(model))
    return ModelSnapshot(
        seq=seq,
        cell=cell,
        kind="model",
        model=number,
        version=0,
        name=model.name,
        cls="Sequential",
        nodes=nodes,
        parameters=model.count_params(),
        trainable=model.count_params(),
    )


@pytest.fixture(scope="module")
def recorded():
    """Recorded networks by name; built once."""
    built = {name: snapshot(build(table, padding="same")) for name, table in TABLES.items()}
    built["net1 valid"] = snapshot(nets.net1())
    built["net2 valid"] = snapshot(nets.net2())
    linear = [*nets.NET_I[:-1], Dense(10, "linear")]
    built["net1 linear"] = snapshot(build(linear))
    small = (Flatten(), Dense(64), Dense(10, "softmax"))
    built["perceptron"] = snapshot(build(small))
    return built


@pytest.mark.parametrize("name", ["net1", "net2", "net3", "net1 valid", "net2 valid"])
def test_the_reference_is_what_is_expected(recorded, name):
    expected = expected_chain(TABLES[name.split()[0]])
    found = chain_of(recorded[name])
    assert similarity(found, expected) == 1
    assert not found.branched
    pairs = align(found.stages, expected.stages)
    assert all(pair.found and pair.expected and pair.found.op == pair.expected.op for pair in pairs)
    assert sum(stage.parameters for stage in found.stages) == recorded[name].parameters == found.parameters


def test_networks_are_told_apart(recorded):
    for name in TABLES:
        for other, table in TABLES.items():
            assert (similarity(chain_of(recorded[name]), expected_chain(table)) == 1) == (name == other)


@pytest.mark.parametrize(
    "change",
    [
        lambda layers: [Conv(33), *layers[1:]],
        lambda layers: [Conv(96, 5), *layers[1:]],
        lambda layers: [Conv(96, activation="tanh"), *layers[1:]],
        lambda layers: layers[1:],
        lambda layers: [*layers[:3], Dropout(0.25), *layers[4:]],
        lambda layers: [*layers[:3], *layers[4:]],
        lambda layers: [replace(x, l2=0.001) if isinstance(x, Dense) else x for x in layers],
        lambda layers: [replace(x, units=12) if isinstance(x, Dense) else x for x in layers],
        lambda layers: [*layers, Dense(10)],
        lambda layers: [Pool(3) if isinstance(x, Pool) else x for x in layers],
    ],
)
def test_any_difference_counts(change):
    found = Chain(expected_chain(change(list(nets.NET_III))).stages, 0)
    assert 0 <= similarity(found, expected_chain(nets.NET_III)) < 1


def keras_chain(*layers):
    import keras

    return chain_of(snapshot(keras.Sequential([keras.Input((32, 32, 3)), *layers])))


def test_what_prepares_images_is_no_stage():
    from keras import layers

    preparation = [
        layers.RandomFlip(),
        layers.Rescaling(1 / 255),
        layers.Normalization(mean=[0.5] * 3, variance=[1.0] * 3),
        layers.Reshape((32, 32, 3)),
    ]
    chain = keras_chain(*preparation, layers.Conv2D(4, 3), layers.Flatten())
    assert [stage.op for stage in chain.stages] == ["conv2d", "flatten"]


def test_dropout_may_stand_on_either_side_of_a_flatten():
    from keras import layers

    before = keras_chain(layers.MaxPooling2D(), layers.Dropout(0.5), layers.Flatten(), layers.Dense(10))
    after = keras_chain(layers.MaxPooling2D(), layers.Flatten(), layers.Dropout(0.5), layers.Dense(10))
    assert before.stages[0].dropouts == after.stages[0].dropouts == (0.5,)
    assert before.stages[1].dropouts == after.stages[1].dropouts == ()


def test_dropout_before_the_first_stage_is_kept_apart():
    from keras import layers

    chain = keras_chain(layers.Dropout(0.2), layers.Flatten(), layers.Dense(10))
    assert (chain.leading, [stage.op for stage in chain.stages]) == ((0.2,), ["flatten", "dense"])


STAGES = st.builds(
    Stage,
    st.sampled_from(["conv2d", "max_pool", "dense", "flatten"]),
    st.fixed_dictionaries({"filters": st.integers(1, 3), "kernel": st.just([3, 3]), "units": st.integers(1, 2)}),
    st.sampled_from([(), ("relu",), ("softmax",)]),
    st.sampled_from([(), (0.5,)]),
)
CHAINS = st.lists(STAGES, max_size=8).map(lambda stages: Chain(tuple(stages), 0))


@given(CHAINS, CHAINS)
def test_an_alignment_holds_every_stage_once_and_in_order(found, expected):
    pairs = align(found.stages, expected.stages)
    assert [pair.found for pair in pairs if pair.found] == list(found.stages)
    assert [pair.expected for pair in pairs if pair.expected] == list(expected.stages)
    assert all(pair.found or pair.expected for pair in pairs)
    assert all(pair.found.op == pair.expected.op for pair in pairs if pair.found and pair.expected)


@given(CHAINS, CHAINS)
def test_similarity_is_a_share(found, expected):
    assert 0 <= similarity(found, expected) <= 1
    assert similarity(found, found) == 1


def test_chains_with_nothing_in_common():
    convolutions, dense = Chain((Stage("conv2d"),) * 3, 0), Chain((Stage("dense"),) * 2, 0)
    assert similarity(convolutions, dense) == pytest.approx(0)


def evidence(recorded, *names, headings=(), used=()) -> Evidence:
    """A notebook with one network a cell, under headings where they are given."""
    cells, events = [], []
    for place, name in enumerate(names):
        exercises = tuple(headings[place]) if headings else ()
        cells.append(CellRun(position=place + 1, kind="code", source=name, exercises=exercises, ordinal=place))
        here = {"cell": place, "model": place}
        events.append(recorded[name].model_copy(update={"seq": 10 * place, **here}))
        place_of_use = {"seq": 10 * place + 1, "version": 0, **here}
        if place in used:
            events.append(
                Fit(
                    kind="fit",
                    x={},
                    validation=None,
                    validation_split=0.2,
                    batch_size=128,
                    epochs=20,
                    initial_epoch=0,
                    steps_per_epoch=None,
                    callbacks=(),
                    compiled=None,
                    weights=0,
                    **place_of_use,
                )
            )
        else:
            events.append(Summary(kind="summary", text="", built=True, **place_of_use))
    return Evidence(run=FACTS, cells=tuple(cells), events=tuple(events))


def roles(*arguments, **settings):
    """Network → (cell that presents it, models that play it)."""
    found = attribute(evidence(*arguments, **settings), NETWORKS)
    return {name: (role.snapshot.cell, sorted(role.models)) for name, role in found.items()}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([], {}),
        (["perceptron"], {}),
        (["net1", "net2", "net3"], {"net1": (0, [0]), "net2": (1, [1]), "net3": (2, [2])}),
        (["net1", "net3"], {"net1": (0, [0]), "net3": (1, [1])}),
        (["net2"], {"net2": (0, [0])}),
        (["perceptron", "net1", "perceptron", "net2", "net3"], {"net1": (1, [1]), "net2": (3, [3]), "net3": (4, [4])}),
        (["net1", "net2", "net3", "net1"], {"net1": (0, [0, 3]), "net2": (1, [1]), "net3": (2, [2])}),
        (["net1", "net1", "net3"], {"net1": (0, [0, 1]), "net3": (2, [2])}),
        (["net1", "net1 valid", "net3"], {"net1": (1, [1]), "net3": (2, [2])}),
        (["net1 linear", "net1 valid", "net2"], {"net1": (1, [1]), "net2": (2, [2])}),
        (["net1 linear", "net2"], {"net1": (0, [0]), "net2": (1, [1])}),
    ],
)
def test_structure_and_order_decide_where_no_heading_speaks(recorded, names, expected):
    assert roles(recorded, *names) == expected


def test_headings_speak_louder_than_structure(recorded):
    headings = [["exe03"], ["exe11"], ["exe17"]]
    names = ["net1", "net1", "net3"]
    expected = {"net1": (0, [0]), "net2": (1, [1]), "net3": (2, [2])}
    assert roles(recorded, *names, headings=headings) == expected


def test_a_network_to_the_letter_may_stand_under_the_heading_of_another(recorded):
    found = roles(recorded, "net1", "net2", headings=[["exe11"], ["exe11"]])
    assert found == {"net1": (0, [0]), "net2": (1, [1])}
    assert roles(recorded, "net1 linear", "net2", headings=[["exe11"], ["exe11"]]) == {"net2": (1, [1])}


def test_a_model_under_another_exercise_is_none_of_these(recorded):
    assert roles(recorded, "net1", headings=[["exe19"]]) == {}


def test_of_two_attempts_the_trained_one_counts(recorded):
    assert roles(recorded, "net1", "net1 valid", used=[0])["net1"][0] == 0
    assert roles(recorded, "net1", "net1 valid", used=[1])["net1"][0] == 1
