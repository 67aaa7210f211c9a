"""The two formulas of the course, and the stacks they describe, against Keras."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.architecture import (
    Activation,
    BatchNorm,
    Conv,
    Dense,
    Dropout,
    Flatten,
    Pool,
    build,
    conv_parameters,
    dense_parameters,
    output_side,
    parameters,
    sides,
)

CONVOLUTIONS = st.builds(
    Conv,
    st.integers(1, 6),
    st.integers(1, 5),
    st.sampled_from(["relu", "linear"]),
    st.integers(1, 3),
    st.sampled_from(["valid", "same", None]),
)
STACKS = st.builds(
    lambda body, tail: [*body, *tail],
    st.lists(
        st.one_of(
            CONVOLUTIONS, st.builds(Pool, st.integers(1, 3)), st.sampled_from([Dropout(0.5), BatchNorm(), Activation()])
        ),
        max_size=6,
    ),
    st.one_of(
        st.just([]),
        st.lists(st.builds(Dense, st.integers(1, 5), st.just("relu"), st.sampled_from([0.0, 0.01])), max_size=2).map(
            lambda dense: [Flatten(), *dense]
        ),
        st.just([Dense(4)]),
    ),
)
SHAPES = st.tuples(st.integers(4, 16), st.integers(1, 3)).map(lambda given: (given[0], given[0], given[1]))


@settings(max_examples=40)
@given(STACKS, SHAPES, st.sampled_from(["valid", "same"]))
def test_counts_and_sides_are_those_of_keras(stack, shape, padding):
    try:
        counts = parameters(stack, shape, padding)
    except ValueError:
        assume(False)
    model = build(stack, shape, padding)
    assert counts == [layer.count_params() for layer in model.layers]
    maps = [layer for layer in model.layers if type(layer).__name__ in ("Conv2D", "MaxPooling2D")]
    assert sides(stack, shape[0], padding) == [layer.output.shape[1] for layer in maps]


@settings(max_examples=25)
@given(STACKS, SHAPES, st.sampled_from(["valid", "same"]))
def test_what_does_not_fit_is_refused_as_by_keras(stack, shape, padding):
    try:
        build(stack, shape, padding)
    except ValueError:
        with pytest.raises(ValueError, match="does not fit"):
            parameters(stack, shape, padding)
    else:
        assert len(parameters(stack, shape, padding)) == len(stack)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 512), st.integers(1, 512))
def test_each_filter_has_a_weight_for_every_value_it_sees_and_a_bias(m, n, before, after):
    assert conv_parameters((m, n), before, after) == m * n * before * after + after
    assert dense_parameters(m * n * before, after) == conv_parameters((m, n), before, after)


@given(st.integers(1, 64), st.integers(1, 9), st.integers(1, 4))
def test_the_output_side_counts_the_places_of_the_filter(side, kernel, stride):
    places = len(range(0, side - kernel + 1, stride))
    assert output_side(side, kernel, stride) == places if side >= kernel else True
    assert output_side(side, kernel, 1, "same") == side
