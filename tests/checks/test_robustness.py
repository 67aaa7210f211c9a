"""Repeated runs: which of them start afresh, and whether mean and deviation of their test accuracies are said."""

from __future__ import annotations

import statistics

import pytest

from grader.checks import Submission
from grader.checks.outcomes import Failed, NotAttempted, Partial, Undecided
from grader.checks.text import shown_numbers
from grader.checks.training import robustness
from grader.evidence.schema import Evaluation, Numbers, Prediction
from grader.evidence.values import DataGiven, Rows
from grader.models import Network, Role, chain_of
from tests.checks.factories import code, evidence, model, node, training

ACCURACIES = (0.612, 0.634, 0.598, 0.641, 0.607)
MEAN, SAMPLE, ALL = statistics.mean(ACCURACIES), statistics.stdev(ACCURACIES), statistics.pstdev(ACCURACIES)
TEST_ROWS = Rows(
    count=10_000,
    train=0,
    test=10_000,
    unknown=0,
    distinct=10_000,
    runs=(("test", 0, 10_000),),
    scale=None,
    offset=None,
    residual=None,
    per_image=False,
)
TEST = DataGiven(rows=TEST_ROWS, count=10_000)
TRAIN = DataGiven(rows=TEST_ROWS.model_copy(update={"train": 10_000, "test": 0}), count=10_000)


def submission(text="", *, starts=None, accuracies=ACCURACIES, data=TEST, held=None, validation=None, one_model=False):
    """Five runs in one cell; of each its checksum before the training (the one after it is 1000 more)."""
    starts = [10 * (number + 1) for number in range(len(accuracies))] if starts is None else starts
    events, models = [], set()
    for number, (start, accuracy) in enumerate(zip(starts, accuracies, strict=True)):
        uid, seq = 0 if one_model else number, 10 * number
        models.add(uid)
        fit, end = training(seq, 0, {"val_accuracy": [0.1, (validation or accuracies)[number]]}, number=uid)
        events += [fit.model_copy(update={"weights": start}), end.model_copy(update={"weights": start + 1000})]
        about = {"seq": seq + 2, "cell": 0, "model": uid, "version": 0, "x": data}
        if accuracy is None:
            events.append(
                Prediction(kind="predict", via="predict", training=False, shape=(10_000, 10), classes=(1,), **about)
            )
        else:
            events.append(
                Evaluation(kind="evaluate", values={"loss": 1.0, "accuracy": accuracy}, predicted=None, **about)
            )
    if held is not None:
        events.append(Numbers(seq=900, cell=0, kind="numbers", variables={"results": held}))
    snapshot = model(1, 0, [node(0, "input", (32, 32, 3)), node(1, "dense", (32, 32, 10), units=10)])
    chain = chain_of(snapshot)
    role = Role(Network("tiny VGG", chain, ()), snapshot, chain, frozenset(models), 1)
    return Submission(evidence([code(text=text)], events)), role


def test_runs_with_weights_of_their_own():
    given, role = submission()
    assert [trial.start for trial in robustness.trials_of(given, role)] == ["fresh"] * 5
    assert [trial.accuracy for trial in robustness.trials_of(given, role)] == list(ACCURACIES)
    robustness.expect_fresh_runs(given, role, 5)


def test_one_model_may_be_given_new_weights():
    given, role = submission(one_model=True)
    robustness.expect_fresh_runs(given, role, 5)


def test_too_few_runs_earn_a_share():
    given, role = submission()
    with pytest.raises(Partial, match="trained 5 times; 8 runs") as ended:
        robustness.expect_fresh_runs(given, role, 8)
    assert ended.value.share == 5 / 8


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        ([1, 1001, 2001, 3001, 4001], "4 of the trainings started from the weights that a training before had left"),
        ([7] * 5, "4 of the trainings started from the very weights"),
    ],
)
def test_runs_that_go_on_or_begin_alike_are_no_runs(starts, words):
    given, role = submission(starts=starts)
    with pytest.raises(Failed, match=words):
        robustness.expect_fresh_runs(given, role, 5)


def test_networks_that_are_built_by_their_training():
    given, role = submission(starts=[0] * 5)
    assert [trial.start for trial in robustness.trials_of(given, role)] == ["fresh", *["same"] * 4]
    events = list(given.evidence.events)
    ends = iter(range(5000, 6000))
    events = [e.model_copy(update={"weights": next(ends)}) if e.kind == "fit_end" else e for e in events]
    given = Submission(given.evidence.model_copy(update={"events": tuple(events)}))
    robustness.expect_fresh_runs(given, role, 5)


def test_a_single_run_is_no_attempt():
    given, role = submission(accuracies=ACCURACIES[:1])
    with pytest.raises(NotAttempted):
        robustness.expect_fresh_runs(given, role, 2)
    with pytest.raises(NotAttempted):
        robustness.expect_deviation(given, role)


@pytest.mark.parametrize("deviation", [SAMPLE, ALL])
@pytest.mark.parametrize(
    "words",
    [
        "{0:.4f} +- {1:.4f}",
        "{0} ({1})",
        "mean {0:.3f}, std {1:.2f}",
        "{2:.2f} % ± {3:.2f} %",
        "{2:.1f}±{3:.1f}",
        "{0:.2e} {1:.3e}",
    ],
)
def test_mean_and_deviation_in_any_form(words, deviation):
    given, role = submission(words.format(MEAN, deviation, 100 * MEAN, 100 * deviation))
    robustness.expect_mean(given, role)
    robustness.expect_deviation(given, role)


def test_they_may_be_held_in_variables():
    given, role = submission(held=(MEAN, SAMPLE))
    robustness.expect_mean(given, role)
    robustness.expect_deviation(given, role)


def test_a_mean_alone_is_not_enough():
    given, role = submission(f"mean accuracy {MEAN:.4f}; runs: {ACCURACIES}")
    robustness.expect_mean(given, role)
    with pytest.raises(Failed, match="standard deviation of the test accuracies"):
        robustness.expect_deviation(given, role)


def test_of_the_validation_accuracies_they_say_something_else():
    validation = (0.71, 0.75, 0.69, 0.78, 0.7)
    text = f"{statistics.mean(validation):.4f} {statistics.stdev(validation):.4f}"
    given, role = submission(text, validation=validation)
    for expect in (robustness.expect_mean, robustness.expect_deviation):
        with pytest.raises(Failed, match="is that of the validation accuracies"):
            expect(given, role)


def test_without_an_evaluation_on_test_images_there_is_nothing_to_average():
    given, role = submission(f"{MEAN} {SAMPLE}", data=TRAIN, validation=(0.1,) * 5)
    with pytest.raises(Failed, match="not evaluated on the test images"):
        robustness.expect_deviation(given, role)


def test_accuracies_worked_out_from_predictions_are_taken_from_the_variable_that_holds_them():
    text = f"{MEAN:.4f} ± {SAMPLE:.4f}"
    given, role = submission(text, accuracies=(None,) * 5, held=ACCURACIES, validation=(0.1,) * 5)
    robustness.expect_deviation(given, role)
    given, role = submission(text, accuracies=(None,) * 5, validation=(0.1,) * 5)
    with pytest.raises(Undecided):
        robustness.expect_deviation(given, role)


@pytest.mark.parametrize(
    ("text", "exact", "least", "rounds"),
    [
        ("0.62", 0.6184, 2, True),
        ("0.6", 0.6012, 2, True),
        ("0.6", 0.6184, 2, False),
        ("62", 61.84, 1, False),
        ("61.8", 61.84, 1, True),
        ("0.0", 0.004, 2, False),
        ("0.00", 0.004, 2, True),
        ("1.8e-02", 0.0184, 2, True),
        ("0,62", 0.6184, 2, True),
    ],
)
def test_a_number_is_shown_when_it_is_rounded_right(text, exact, least, rounds):
    (shown,) = shown_numbers(text)
    assert shown.rounds(exact, least) is rounds
