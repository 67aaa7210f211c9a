"""Which trainings led to the weights that are presented, and what is asked of them."""

from __future__ import annotations

from typing import Any

import pytest

from grader.checks import Submission
from grader.checks.outcomes import CheckOutcome, Failed, NotAttempted, Undecided
from grader.checks.training.weights_path import (
    epochs_run,
    expect_completed,
    expect_epochs_within,
    expect_no_test_images,
    expect_own_weights,
    path_to_presented,
    paths_to_presented,
    trials_of,
)
from grader.evidence.schema import Evaluation, Event, WeightsLoaded, WeightsSaved
from grader.evidence.values import CallbackGiven, DataGiven, Rows
from grader.models import Chain, Network, Role
from tests.checks.factories import code, evidence, model, node, training

NODES = [node(0, "input", (4,)), node(1, "dense", (10,), parameters=50, units=10)]
NETWORK = Network("Own model", Chain((), 0), ("own",), likeness=lambda _: 1.0)


class Story:
    """A notebook told event by event: each takes the next number, in the cell that is named."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    @property
    def following(self) -> int:
        return len(self.events) + 1

    def builds(self, number: int = 0, cell: int = 0) -> Story:
        self.events.append(model(self.following, cell, NODES, number=number))
        return self

    def fits(
        self,
        before: int,
        after: int,
        epochs: int,
        *,
        number: int = 0,
        cell: int = 1,
        checkpoint: int | None = None,
        **asked: Any,
    ) -> Story:
        """A training that takes weights from one checksum to another, by way of a checkpoint if there is one."""
        fit, end = training(self.following, cell, {"loss": [1.0] * epochs}, number=number)
        self.events.append(fit.model_copy(update={"epochs": epochs, "weights": before, **asked}))
        if checkpoint is not None:
            self.saves(checkpoint, number=number)
        self.events.append(end.model_copy(update={"seq": self.following, "weights": after}))
        return self

    def saves(self, weights: int, *, number: int = 0) -> Story:
        """Weights are written to a file."""
        event = WeightsSaved(seq=self.following, cell=1, kind="weights_saved", model=number, version=0, weights=weights)
        self.events.append(event)
        return self

    def loads(self, weights: int | None, *, number: int | None = 0, written: bool = True, cell: int = 1) -> Story:
        event = WeightsLoaded(
            seq=self.following,
            cell=cell,
            kind="weights_loaded",
            model=number,
            file="best.h5",
            written=written,
            weights=weights,
        )
        self.events.append(event)
        return self

    def tests(self, number: int = 0, cell: int = 2) -> Story:
        event = Evaluation(
            seq=self.following,
            cell=cell,
            kind="evaluate",
            model=number,
            version=0,
            x=images(test=10_000),
            values={"loss": 1.0},
            predicted=None,
        )
        self.events.append(event)
        return self

    def told(
        self, *sources: str, errors: dict[int, str] | None = None, effort: str = "sketch"
    ) -> tuple[Submission, Role]:
        sources = sources or ("model = Sequential()", "model.fit(x, y)", "model.evaluate(a, b)", "pass", "pass")
        cells = [code(source, error=(errors or {}).get(place)) for place, source in enumerate(sources)]
        submission = Submission(evidence(cells, self.events, effort=effort), [NETWORK])
        return submission, submission.role("Own model")


def images(train: int = 0, test: int = 0, unknown: int = 0, **disguise: Any) -> DataGiven:
    rows = Rows(
        count=train + test + unknown,
        train=train,
        test=test,
        unknown=unknown,
        distinct=train + test,
        runs=(),
        scale=None,
        offset=None,
        residual=None,
        per_image=False,
        **disguise,
    )
    return DataGiven(count=rows.count, whole=True, rows=rows)


def path(story: Story, **told: Any) -> list[int]:
    """Epochs of the trainings that led to what is presented."""
    submission, role = story.told(**told)
    return [epochs_run(run) for run in path_to_presented(submission, role)]


def test_trainings_that_go_on_count_together():
    assert path(Story().builds().fits(1, 2, 15).fits(2, 3, 10).tests()) == [15, 10]


def test_weights_that_are_new_begin_anew():
    assert path(Story().builds().fits(1, 2, 15).fits(7, 8, 10).tests()) == [10]


def test_another_object_goes_on_with_the_same_weights():
    story = Story().builds().fits(1, 2, 15).saves(2).builds(1).loads(2, number=1).fits(2, 3, 20, number=1)
    assert path(story.tests(1)) == [15, 20]


def test_a_fresh_object_begins_anew():
    assert path(Story().builds().fits(1, 2, 25).tests().builds(1).fits(5, 6, 20, number=1).tests(1)) == [20]


def test_a_checkpoint_from_within_a_training_counts_as_all_of_it():
    story = Story().builds().fits(1, 9, 15, checkpoint=4).loads(4).fits(4, 5, 10)
    assert path(story) == [15, 10]


def test_what_was_tested_last_is_presented():
    story = Story().builds().fits(1, 2, 15).tests().fits(2, 3, 20)
    assert path(story) == [15]
    assert path(story.tests()) == [15, 20]


def test_a_best_checkpoint_loaded_in_the_end_is_presented():
    assert path(Story().builds().fits(1, 2, 15).saves(2).fits(2, 3, 20).loads(2).tests()) == [15]


def test_the_training_after_a_blank_slot_belongs_to_nobody():
    story = Story().builds().fits(1, 2, 15).tests().fits(2, 3, 20, cell=4).tests(cell=4)
    sources = (
        "model = Sequential()",
        "model.fit(x, y)",
        "model.evaluate(a, b)",
        "x = ???\nmodel = Model(i, x)",
        "fit()",
    )
    submission, role = story.told(*sources, errors={3: "SyntaxError: invalid syntax (line 1)"})
    assert [epochs_run(run) for run in path_to_presented(submission, role)] == [15]


def test_a_model_that_was_never_trained_was_not_attempted():
    submission, role = Story().builds().tests().told()
    for question in (path_to_presented, trials_of, expect_completed):
        with pytest.raises(NotAttempted, match="never trained"):
            question(submission, role)


def test_trials_come_after_the_training_and_take_test_images():
    submission, role = Story().builds().tests().fits(1, 2, 3).told()
    with pytest.raises(NotAttempted, match="not tried"):
        trials_of(submission, role)
    submission, role = Story().builds().fits(1, 2, 3).tests().told()
    assert len(trials_of(submission, role)) == 1


def test_a_training_that_failed_is_not_completed():
    story = Story().builds().fits(1, 2, 3)
    story.events[-1] = story.events[-1].model_copy(update={"status": "failed"})
    submission, role = story.told(errors={1: "ValueError: shapes do not fit"})
    with pytest.raises(Failed, match="shapes do not fit"):
        expect_completed(submission, role)


@pytest.mark.parametrize(("counts", "outcome"), [((25,), None), ((15, 10), None), ((26,), Failed), ((15, 11), Failed)])
def test_the_budget_is_that_of_all_trainings(counts: tuple[int, ...], outcome: type[CheckOutcome] | None):
    story = Story().builds()
    for number, count in enumerate(counts, 1):
        story.fits(number, number + 1, count)
    submission, role = story.told()
    runs = path_to_presented(submission, role)
    if outcome is None:
        expect_epochs_within(submission, runs, 25)
        return
    with pytest.raises(outcome, match=r" \+ ".join(map(str, counts))):
        expect_epochs_within(submission, runs, 25)


@pytest.mark.parametrize(
    ("callback", "effort", "outcome"),
    [
        ("EarlyStopping", "sketch", Undecided),
        ("MyStop", "sketch", Undecided),
        ("EarlyStopping", "full", Failed),
        ("ModelCheckpoint", "sketch", Failed),
    ],
)
def test_whether_a_training_stops_early_only_a_whole_one_shows(callback, effort, outcome):
    story = Story().builds().fits(1, 2, 100, callbacks=(CallbackGiven(name=callback),))
    submission, role = story.told(effort=effort)
    with pytest.raises(outcome):
        expect_epochs_within(submission, path_to_presented(submission, role), 25)


def test_test_images_in_training_are_told_with_their_number():
    submission, role = Story().builds().fits(1, 2, 3, x=images(train=50_000, test=10_000)).told()
    with pytest.raises(Failed, match="10000"):
        expect_no_test_images(submission, path_to_presented(submission, role))


def test_test_images_for_validation_are_remarked_on():
    story = Story().builds().fits(1, 2, 3, x=images(train=50_000), validation=images(test=10_000))
    submission, role = story.told()
    expect_no_test_images(submission, path_to_presented(submission, role))
    assert [("validation" in text, "cell 2" in text) for text in submission.remarks] == [(True, True)]


def test_weights_of_this_run_may_be_read():
    submission, role = Story().builds().fits(1, 2, 3).saves(2).loads(2).told()
    expect_own_weights(submission, role)


def test_a_model_of_trained_members_has_a_path_for_each():
    story = Story().builds(1).fits(1, 2, 10, number=1).fits(2, 3, 5, number=1).fits(7, 8, 20, number=2)
    story.events.append(model(story.following, 2, [*NODES, node(2, "activation", (10,))], number=3))
    cells = [code()] * 4
    network = Network("Vote", Chain((), 0), ("own",), likeness=lambda one: len(one.snapshot.nodes) / 3)
    submission = Submission(evidence(cells, story.tests(3).events), [network])
    vote = submission.role("Vote")
    paths = paths_to_presented(submission, vote)
    assert [[epochs_run(run) for run in path] for path in paths] == [[10, 5], [20]]
    assert trials_of(submission, vote, paths[0])


def test_a_loop_of_ones_own_is_not_recorded():
    submission, role = Story().builds().tests().told("model = Sequential()", "model.train_on_batch(x, y)", "pass")
    with pytest.raises(Undecided, match="loop"):
        paths_to_presented(submission, role)


@pytest.mark.parametrize("weights", [9, None])
def test_weights_from_elsewhere_are_named(weights):
    story = Story().builds().fits(1, 2, 3).loads(weights, written=False, cell=2)
    submission, role = story.told(errors={2: "FileNotFoundError: best.h5"} if weights is None else {})
    with pytest.raises(Failed, match=r"best\.h5"):
        expect_own_weights(submission, role)


def test_a_notebook_that_goes_on_without_the_file_has_no_weights_of_it():
    submission, role = Story().builds().fits(1, 2, 3).loads(None, number=None, written=False).told()
    expect_own_weights(submission, role)


def test_weights_of_another_model_are_its_own_affair():
    submission, role = Story().builds().fits(1, 2, 3).loads(9, number=5, written=False).told()
    expect_own_weights(submission, role)
