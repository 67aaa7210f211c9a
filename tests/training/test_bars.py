"""Bars and the calibrations that they follow from, as files have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from grader.errors import AssignmentError
from grader.training import Bar, Calibration, read_bars
from grader.training.bars import CALIBRATION, read_calibrations
from grader.training.calibration import write_table
from tests.training.factories import calibration

SHARES = st.lists(st.integers(0, 10_000).map(lambda share: share / 10_000), min_size=2, max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
NAMED = 'network = "CNN"\ndataset = "cifar10"\nnamed = 0.62\n'
MEASURED = 'network = "NET I"\ndataset = "cifar10"\nsteps = 100\n'


@st.composite
def calibrations(draw: st.DrawFn) -> Calibration:
    return calibration(
        draw(SHARES),
        network=draw(st.sampled_from(["NET I", "CNN", "«Ä»"])),
        steps=draw(st.integers(1, 5)),
        machine=draw(TEXTS),
        seconds=draw(st.floats(0, 1e6)),
        versions=draw(st.dictionaries(st.sampled_from(["keras", "numpy", "python"]), TEXTS, min_size=1)),
    )


def bars_in(folder: Path, text: str, *table: Calibration) -> dict[str, Bar]:
    (folder / "bars.toml").write_text(text, encoding="utf-8")
    write_table(folder / CALIBRATION, table, "grader calibrate tiny")
    return read_bars(folder / "bars.toml")


# What follows from accuracies


@given(SHARES)
def test_the_bar_is_three_deviations_of_the_sample_below_the_mean(accuracies: list[float]):
    found = calibration(accuracies).least
    assert found == pytest.approx(max(0, np.mean(accuracies) - 3 * np.std(accuracies, ddof=1)), abs=3e-4)
    assert 0 <= found <= max(accuracies)


@pytest.mark.parametrize(
    "changes",
    [
        {"mean": 0.66},
        {"sd": 0.0709},
        {"seeds": (1,)},
        {"accuracies": (0.6, 1.7)},
        {"accuracies": (0.6,)},
        {"mean": float("nan")},
        {"sd": float("inf")},
        {"steps": 0},
        {"more": 1},
    ],
)
def test_a_calibration_that_does_not_add_up_is_none(changes: dict[str, object]):
    with pytest.raises(ValidationError):
        calibration((0.6, 0.7), **changes)


def test_each_number_of_steps_has_its_own_bar_and_the_longest_training_decides():
    early, late = calibration((0.5, 0.52), steps=100), calibration((0.7, 0.71), steps=200)
    bar = Bar(network="NET I", dataset="cifar10", steps=100, calibrations=(late, early))
    assert bar.is_known
    assert bar.after(100) == early.least < bar.after(200) == late.least
    assert bar.value == bar.after(150) == bar.after(999) == late.least
    assert "70.5%" in bar.words


def test_a_figure_of_the_course_holds_whatever_the_steps():
    bar = Bar(network="CNN", dataset="cifar10", named=0.62, calibrations=(calibration((0.5, 0.52)),))
    assert bar.value == bar.after(100) == bar.after(7) == 0.62
    assert bar.comparable(100, 128, 40_000) is None, "it is about the whole training"
    assert "asks for 62%" in bar.words


def test_a_bar_of_which_nothing_is_known_is_reached_by_nobody():
    bar = Bar(network="NET I", dataset="cifar10")
    assert not bar.is_known
    assert bar.value == bar.after(3) == 1.0
    assert "not known" in bar.words


@pytest.mark.parametrize(
    ("steps", "batch_size", "images", "alike"),
    [
        (100, 128, 40_000, True),
        (100, 128, 38_000, True),
        (100, 128, 50_000, True),
        (100, 128, 37_999, False),
        (100, 64, 40_000, False),
        (99, 128, 40_000, False),
    ],
)
def test_only_trainings_of_the_same_kind_are_comparable(steps: int, batch_size: int, images: int, alike: bool):
    bar = Bar(network="NET I", dataset="cifar10", calibrations=(calibration((0.6, 0.7)),))
    assert (bar.comparable(steps, batch_size, images) is not None) == alike


# Files


def test_bars_are_read_with_the_calibrations_of_their_networks(tmp_path: Path):
    own, other = calibration((0.6, 0.7)), calibration((0.1, 0.2), network="NET II")
    bars = bars_in(tmp_path, f"[[bars]]\n{NAMED}[[bars]]\n{MEASURED}", own, other)
    assert list(bars) == ["CNN", "NET I"]
    assert bars["CNN"].calibrations == ()
    assert bars["NET I"].calibrations == (own,)
    assert (bars["NET I"].steps, bars["NET I"].value) == (100, own.least)


def test_bars_without_calibrations_are_read(tmp_path: Path):
    (tmp_path / "bars.toml").write_text(f"[[bars]]\n{MEASURED}", encoding="utf-8")
    assert not read_bars(tmp_path / "bars.toml")["NET I"].is_known
    assert read_calibrations(tmp_path / CALIBRATION) == []


@pytest.mark.parametrize("line", ["named = 62.0", "named = 0", "steps = -1", "accuracies = [0.6]", "epochs = 3"])
def test_a_fault_in_the_bars_names_file_and_field(tmp_path: Path, line: str):
    with pytest.raises(AssignmentError, match=rf"bars\.toml.*{line.split()[0]}"):
        bars_in(tmp_path, f'[[bars]]\nnetwork = "CNN"\ndataset = "cifar10"\n{line}\n')


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [("mean = 0.65", "mean = 0.66", "0.6500"), ("steps = 100", "steps = 0", "steps"), ("seeds", "seed", "seed")],
)
def test_a_fault_in_the_calibrations_names_file_and_figure(tmp_path: Path, before: str, after: str, told: str):
    bars_in(tmp_path, f"[[bars]]\n{MEASURED}", calibration((0.6, 0.7)))
    file = tmp_path / CALIBRATION
    file.write_text(file.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with pytest.raises(AssignmentError, match=rf"calibration\.toml.*{told}"):
        read_bars(tmp_path / "bars.toml")


# The table


@given(first=st.lists(calibrations(), max_size=4), second=st.lists(calibrations(), max_size=4))
def test_what_is_written_is_read_again_and_new_figures_replace_old_ones(
    tmp_path_factory: pytest.TempPathFactory, first: list[Calibration], second: list[Calibration]
):
    file = tmp_path_factory.mktemp("table") / CALIBRATION
    write_table(file, first, "grader calibrate tiny")
    table = write_table(file, second, "grader calibrate tiny")
    expected = {(one.network, one.steps): one for one in (*first, *second)}
    assert read_calibrations(file) == table == [expected[key] for key in sorted(expected)]
    written = file.read_bytes()
    write_table(file, table[::-1], "grader calibrate tiny")
    assert file.read_bytes() == written, "the same figures are the same file, to the byte"


def test_the_table_says_where_it_comes_from(tmp_path: Path):
    write_table(tmp_path / CALIBRATION, [calibration((0.6, 0.7))], "grader calibrate tiny")
    text = (tmp_path / CALIBRATION).read_text(encoding="utf-8")
    assert "`grader calibrate tiny`" in text
    assert all(line.startswith("#") for line in text.split("\n\n")[0].splitlines())
