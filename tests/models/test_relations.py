"""What is different between two networks of one student, apart from what may be."""

from __future__ import annotations

import pytest

from grader.models import Chain, chain_of, differences
from tests.models.test_models import snapshot


def chain(*layers) -> Chain:
    import keras

    return chain_of(snapshot(keras.Sequential([keras.Input((32, 32, 3)), *layers])))


@pytest.fixture(scope="module")
def stacks() -> dict[str, Chain]:
    from keras import layers

    def block(filters, *middle, use_bias=True):
        return [layers.Conv2D(filters, 5, use_bias=use_bias), *middle, layers.MaxPooling2D()]

    def head(*middle):
        return [layers.Flatten(), layers.Dense(64), *middle, layers.Dense(10, activation="softmax")]

    def relu():
        return layers.Activation("relu")

    def normalised():
        return [layers.BatchNormalization(), relu()]

    return {
        "plain": chain(*block(8, relu()), *head(relu())),
        "argument": chain(
            layers.Conv2D(8, 5, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10),
            layers.Softmax(),
        ),
        "dropout": chain(*block(8, relu()), layers.Dropout(0.25), *head(relu(), layers.Dropout(0.5))),
        "other rate": chain(*block(8, relu()), layers.Dropout(0.3), *head(relu(), layers.Dropout(0.5))),
        "dropout first": chain(layers.Dropout(0.1), *block(8, relu()), *head(relu())),
        "wider": chain(*block(9, relu()), *head(relu())),
        "no pool": chain(layers.Conv2D(8, 5), relu(), *head(relu())),
        "normalised": chain(*block(8, *normalised()), *head(*normalised())),
        "normalised after": chain(*block(8, relu(), layers.BatchNormalization()), *head(*normalised())),
        "no bias": chain(*block(8, *normalised(), use_bias=False), *head(*normalised())),
    }


@pytest.mark.parametrize(
    ("original", "changed", "ignoring"),
    [
        ("plain", "plain", ()),
        ("plain", "argument", ()),
        ("plain", "dropout", ("dropout",)),
        ("plain", "dropout first", ("dropout",)),
        ("dropout", "other rate", ("dropout",)),
        ("plain", "normalised", ("batch_norm",)),
        ("plain", "normalised after", ("batch_norm",)),
        ("plain", "no bias", ("batch_norm", "bias")),
    ],
)
def test_same_but_for_what_is_ignored(stacks, original, changed, ignoring):
    assert differences(stacks[original], stacks[changed], ignoring=ignoring) == []


@pytest.mark.parametrize(
    ("original", "changed", "ignoring", "said"),
    [
        ("plain", "dropout", (), "max pool 2×2: followed by nothing, now by dropout"),
        ("plain", "dropout first", (), "the dropout before the first layer differs"),
        ("dropout", "other rate", (), "dropout 0.25 became 0.3"),
        ("plain", "wider", ("dropout", "batch_norm", "bias", "padding"), "filters 8 became 9"),
        ("plain", "no pool", ("dropout",), "max pool 2×2 is missing"),
        ("no pool", "plain", ("dropout",), "max pool 2×2 was added"),
        ("normalised", "normalised after", (), "followed by batch norm, relu, now by relu, batch norm"),
        ("plain", "no bias", ("batch_norm",), "bias True became False"),
    ],
)
def test_differences_in_words(stacks, original, changed, ignoring, said):
    assert said in "; ".join(differences(stacks[original], stacks[changed], ignoring=ignoring))
