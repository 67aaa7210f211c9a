"""Numbers that a text claims: found beside a word for what they count, with the values that they may stand for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.claims import claims_in

SEPARATORS = ["", ",", ".", " ", "\u00a0", "\u202f", "_", "'", "’", "{,}"]


def said(text: str) -> list[tuple[str, str]]:
    return [(claim.quantity, claim.said) for claim in claims_in(text)]


@given(number=st.integers(1000, 10**9), separator=st.sampled_from(SEPARATORS))
@pytest.mark.parametrize(
    "sentence",
    [
        "My model has {} parameters.",
        "Le modèle a {} paramètres, bien plus qu'avant.",
        "El modelo tiene {} parámetros",
        "Il modello ha {} parametri",
        "Das Netz hat {} Parameter.",
        "Nätverket har {} parametrar",
        "parametre sayısı: {}",
        "模型有{}个参数",
        "It has **{}** trainable parameters (see above)",
        "Total params: {}",
        "number of weights = {}",
    ],
)
def test_counts_in_many_languages_and_groupings(sentence: str, number: int, separator: str) -> None:
    (claim,) = claims_in(sentence.format(f"{number:,}".replace(",", separator)))
    assert claim.quantity == "parameters"
    assert claim.covers(number)


@given(number=st.integers(1001, 10**9), other=st.integers(1001, 10**9))
def test_a_full_number_stands_for_itself_alone(number: int, other: int) -> None:
    (claim,) = claims_in(f"{number} parameters")
    if number % 1000:
        assert claim.covers(other) == (number == other)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("some 250 000 parameters", 249_999, 259_999),
        ("181K parameters", 180_500, 181_999),
        ("1.2 M parameters", 1_150_000, 1_299_999),
        ("1,25 millions de paramètres", 1_245_000, 1_259_999),
        ("25万个参数", 245_000, 259_999),
        ("0.7 million weights", 650_000, 799_999),
    ],
)
def test_who_shortens_a_number_may_round_it_or_cut_it_off(text: str, low: int, high: int) -> None:
    (claim,) = claims_in(text)
    assert claim.covers(low)
    assert claim.covers(high)
    assert not claim.covers(low / 2)
    assert not claim.covers(high * 2)


@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("The accuracy is 66.3%.", [0.663]),
        ("une précision de 66,3 %", [0.663]),
        ("doğruluk %66.3 oldu", [0.663]),
        ("test accuracy: 0.6634, loss: 1.02", [0.6634]),
        ("loss 0.85 and accuracy 0.51", [0.51]),
        ("50.6 percent accuracy", [0.506]),
        ("val_acc rises to 0.51 in 5 epochs", [0.51]),
        ("准确率为50.6%", [0.506]),
        ("accuracy on both sets: 60 % and 58 %", [0.60, 0.58]),
    ],
)
def test_accuracies(text: str, shares: list[float]) -> None:
    claims = claims_in(text)
    assert [claim.quantity for claim in claims] == ["accuracy"] * len(shares)
    assert all(claim.covers(share) for claim, share in zip(claims, shares, strict=True))
    assert not any(claim.covers(share + 0.05) for claim, share in zip(claims, shares, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no number of parameters",
        "trained on 50000 images",
        "The parameters are learned from 50000 images in 1563 steps and 5 epochs of 200 seconds",
        "hyperparameters 5000",
        "12 % of the parameters",
        "8 parameters",
        "(5*5*32 + 1)*64",
        "5·5·3·1024 parameters",
        "2,52,378 parameters",
        "dropout 0.25 helps the accuracy",
        "accuracy of 3 networks",
        "accuracy 250 %",
        "loss 0.85",
        "a table of parameters\n\n181162 in another paragraph",
        "The parameters are as before. Then came 181162 of something else.",
    ],
)
def test_what_claims_nothing(text: str) -> None:
    assert said(text) == []


def test_the_result_of_a_formula_is_claimed_and_its_terms_are_not() -> None:
    assert said("(5*5*32+1)*1024 = 820224 parameters") == [("parameters", "820224")]


def test_each_number_once_and_in_order() -> None:
    text = "It has 252,378 parameters, the first had 181,162 parameters.\n252,378 parameters give 50.6 % accuracy."
    assert said(text) == [("parameters", "252,378"), ("parameters", "181,162"), ("accuracy", "50.6 %")]


@given(st.text(max_size=300) | st.text("0123456789., %Kparametersaccuracy\n", max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for claim in claims_in(text):
        assert claim.low <= claim.high
        assert claim.said


@pytest.mark.parametrize("groups", [5, 6, 200, 2000])
def test_a_number_without_end_is_read_to_a_limit(groups: int) -> None:
    claims = claims_in(f"The network has 1{' 000' * groups} parameters.")
    assert all(claim.high < 1e19 for claim in claims)


def test_a_text_without_end_is_read_to_a_limit() -> None:
    endless = "parameters: 12345, accuracy: 0.55 " * 100_000
    assert said(endless) == [("parameters", "12345"), ("accuracy", "0.55")]
