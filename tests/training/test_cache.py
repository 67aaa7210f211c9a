"""Trainings are done once, whoever asks, and nobody but grader itself says what came of them."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import InfrastructureError
from grader.training import attempts
from grader.training.attempts import Bench
from grader.training.cache import Cache, Entry, trainings_folder
from grader.training.recipe import Recipe
from tests.training.factories import NODES, SCALING, FakeTrainer, node, optimizer, outcome, part, recipe

ASKED: dict[str, Any] = {"recipe": recipe(), "seed": 1, "steps": 100, "seconds": 60.0, "target": 0.5, "looks": ()}
QUESTION = {"seed": 1}

MakeBench = Callable[..., Bench]


def only(cache: Cache) -> Entry:
    (entry,) = cache.entries()
    return entry


def file_of(cache: Cache) -> Path:
    return cache.folder / f"{only(cache).key}.json"


@contextmanager
def mask_of(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


# Found and not found


def test_the_same_is_trained_once(bench: MakeBench, fake: FakeTrainer, cache: Cache):
    first = bench().train(**ASKED, label="NET I")
    assert bench().train(**{**ASKED, "recipe": recipe()}, label="CNN") == first
    assert len(fake.orders) == 1
    assert only(cache).outcome == first
    assert (only(cache).label, only(cache).question["seed"]) == ("NET I", 1)


def test_without_a_cache_everything_is_trained_and_nothing_kept(bench: MakeBench, fake: FakeTrainer, cache: Cache):
    assert bench(None).train(**ASKED) != bench(None).train(**ASKED)
    assert len(fake.orders) == 2
    assert cache.entries() == []
    assert not cache.folder.exists()


def test_a_training_that_failed_is_not_kept(bench: MakeBench, fake: FakeTrainer, cache: Cache):
    fake.outcomes = [InfrastructureError("it died"), outcome(0.7)]
    with pytest.raises(InfrastructureError):
        bench().train(**ASKED)
    assert cache.entries() == []
    assert bench().train(**ASKED).best == 0.7


RECIPES: tuple[Recipe, ...] = (
    recipe(part(optimizer=optimizer(learning_rate=0.01))),
    recipe(part(optimizer=optimizer("SGD"))),
    recipe(part(batch_size=31)),
    recipe(part(epochs=11)),
    recipe(part(images=299)),
    recipe(part(steps=9)),
    recipe(part(shuffle=False)),
    recipe(part(rates=(0.1,))),
    recipe(part(class_weight={"1": 2.0})),
    recipe(part(scaling=SCALING.model_copy(update={"offset": (0.5,)}))),
    recipe(part(callbacks=({"name": "EarlyStopping"},))),
    recipe(part(loss={"name": "mean_squared_error"}, labels="one_hot")),
    recipe(part(), part(optimizer=None)),
    recipe(nodes=(*NODES[:-1], node(4, "dense", (10,), units=10, use_bias=False))),
    recipe(nodes=(*NODES[:-2], node(3, "dropout", (12,), cls="Dropout", rate=0.2), NODES[-1])),
    recipe(layers={"layer4": {"kernel": optimizer("HeNormal")}}),
)
CHANGES = st.one_of(
    st.tuples(st.just("recipe"), st.sampled_from(RECIPES)),
    st.tuples(st.just("seed"), st.integers(2, 10**6)),
    st.tuples(st.just("steps"), st.integers(101, 10**6)),
    st.tuples(st.just("seconds"), st.floats(61, 10**6)),
    st.tuples(st.just("target"), st.one_of(st.none(), st.integers(1, 499_999).map(lambda share: share / 10**6))),
    st.tuples(st.just("looks"), st.lists(st.integers(0, 99), min_size=1, max_size=3).map(tuple)),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=CHANGES)
def test_whatever_is_changed_is_trained_anew(change: tuple[str, Any], bench: MakeBench, fake: FakeTrainer):
    bench().train(**ASKED)
    known = len(fake.orders)
    changed = {**ASKED, change[0]: change[1]}
    answer = bench().train(**changed)
    if len(fake.orders) == known:  # drawn before
        assert any(getattr(order, change[0]) == change[1] for order in fake.orders)
    assert bench().train(**changed) == answer
    assert bench().train(**ASKED).best == 0.501, "and the first one is still known"


@pytest.mark.parametrize(
    ("name", "value"),
    [("_TRAINER", -1), ("versions", lambda: {"keras": "4"}), ("gpus", lambda: ("a", "b"))],
    ids=["trainer", "versions", "device"],
)
def test_what_computes_counts_as_well(
    name: str, value: object, bench: MakeBench, fake: FakeTrainer, cache: Cache, monkeypatch: pytest.MonkeyPatch
):
    bench().train(**ASKED)
    before = only(cache).question
    monkeypatch.setattr(attempts, name, value)
    assert bench()._question(fake.orders[0]) != before


def test_another_data_set_is_another_question(bench: MakeBench, fake: FakeTrainer, cache: Cache):
    bench().train(**ASKED)
    dataset = bench().dataset
    other = type(dataset)(dataset.folder, dataset.name, dataset.description, "another digest")
    Bench(other, fake, cache).train(**ASKED)  # type: ignore[arg-type]
    assert len(fake.orders) == len(cache.entries()) == 2


# Bounds


def kept(cache: Cache, *numbers: int) -> None:
    for number in numbers:
        cache.keep({"seed": number}, outcome(0.5), "x" * 400)


def seeds(cache: Cache) -> list[int]:
    return sorted(entry.question["seed"] for entry in cache.entries())


def test_what_was_not_used_for_longest_makes_room(tmp_path: Path):
    size = _one_file(tmp_path / "measured").stat().st_size
    cache = Cache(tmp_path / "bounded", max_bytes=3 * size + size // 2)
    kept(cache, 1, 2, 3)
    for age, number in ((30, 1), (20, 2), (10, 3)):
        _set_age(cache, number, age)
    assert cache.find({"seed": 1}) is not None, "it is used again"
    kept(cache, 4)
    assert seeds(cache) == [1, 3, 4]
    assert cache.find({"seed": 2}) is None
    kept(cache, *range(10, 40))
    assert sum(file.stat().st_size for file in cache.folder.glob("*.json")) <= 3 * size + size // 2
    assert len(list(cache.folder.glob("claims/*"))) <= 3
    assert seeds(cache)[-1] == 39


def _one_file(folder: Path) -> Path:
    cache = Cache(folder)
    kept(cache, 1)
    return file_of(cache)


def _set_age(cache: Cache, number: int, seconds: int) -> None:
    (entry,) = (one for one in cache.entries() if one.question["seed"] == number)
    os.utime(cache.folder / f"{entry.key}.json", (1e9 - seconds, 1e9 - seconds))


def test_what_has_no_room_at_all_is_not_kept(tmp_path: Path):
    cache = Cache(tmp_path / "tiny", max_bytes=10)
    kept(cache, 1)
    assert cache.entries() == []


def test_everything_can_be_forgotten(cache: Cache):
    kept(cache, 1, 2)
    assert (cache.clear(), cache.entries(), cache.clear()) == (2, [], 0)
    assert cache.find({"seed": 1}) is None


def test_entries_come_with_what_was_used_last_first(cache: Cache):
    kept(cache, 1, 2, 3)
    for age, number in ((10, 1), (30, 2), (20, 3)):
        _set_age(cache, number, age)
    assert [entry.question["seed"] for entry in cache.entries()] == [1, 3, 2]


@pytest.mark.parametrize("mask", [0o000, 0o002, 0o077])
def test_rights_that_files_get_by_default_do_not_matter(mask: int, cache: Cache):
    with mask_of(mask):
        with cache.claimed(QUESTION):
            cache.keep(QUESTION, outcome(0.5), "")
        assert cache.find(QUESTION) == outcome(0.5)
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700


def test_where_nothing_can_be_written_everything_is_trained(bench: MakeBench, fake: FakeTrainer, tmp_path: Path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    nowhere = Cache(tmp_path / "file" / "trainings")
    assert bench(nowhere).train(**ASKED) != bench(nowhere).train(**ASKED)
    assert len(fake.orders) == 2


def test_trainings_are_kept_beside_the_data_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path))
    assert trainings_folder() == tmp_path / "trainings"


# Poison


def changed(**fields: Any) -> Callable[[Path], None]:
    """Put something else into a file."""

    def change(file: Path) -> None:
        content = json.loads(file.read_text(encoding="utf-8"))
        for name, value in fields.items():
            content[name] = {**content[name], **value} if isinstance(value, dict) else value
        file.write_text(json.dumps(content), encoding="utf-8")

    return change


def sealed_anew(**fields: Any) -> Callable[[Path], None]:
    """The same, by somebody who knows how the checksum is made."""
    from grader.training.recipe import digest_of

    def change(file: Path) -> None:
        changed(**fields)(file)
        content = json.loads(file.read_text(encoding="utf-8"))
        content.pop("checksum")
        file.write_text(json.dumps({**content, "checksum": digest_of(content)}), encoding="utf-8")

    return change


def written(content: bytes) -> Callable[[Path], None]:
    return lambda file: file.write_bytes(content) and None


def of_another_question(file: Path) -> None:
    other = Cache(file.parent)
    other.keep({"seed": "another"}, outcome(0.99), "")
    (better,) = (one for one in file.parent.glob("*.json") if one != file)
    better.replace(file)


def linked(file: Path) -> None:
    elsewhere = file.parent.parent / "elsewhere.json"
    file.replace(elsewhere)
    file.symlink_to(elsewhere)


def to_be_waited_for(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


POISON: dict[str, Callable[[Path], None]] = {
    "the name of another question": of_another_question,
    "another question": sealed_anew(question={"seed": 2}),
    "another outcome": changed(outcome={"steps": 7}),
    "another label": changed(label="NET II"),
    "no number": changed(outcome={"accuracies": [[10, float("nan")]]}),
    "a question that is no number": changed(question={"seed": float("nan")}),
    "a share above one": sealed_anew(outcome={"accuracies": [[10, 1.5]]}),
    "another ending": sealed_anew(outcome={"ended": "won"}),
    "more": sealed_anew(outcome={"points": 86}),
    "nothing": written(b""),
    "no JSON": written(b"{"),
    "no text": written(b"\xff\xfe\x00"),
    "a list": written(b"[]"),
    "a number": written(b"1"),
    "a deep list": written(b"[" * 200_000),
    "no checksum": written(b'{"question": {}, "outcome": {"ended": "reached"}, "label": ""}'),
    "a link": linked,
    "a pipe": to_be_waited_for,
    "a folder": a_folder,
    "a file for everybody": lambda file: file.chmod(0o666),
    "a folder for everybody": lambda file: file.parent.chmod(0o777),
    "a folder for a group": lambda file: file.parent.chmod(0o770),
}


@pytest.mark.parametrize("name", POISON)
def test_poison_is_never_served(name: str, bench: MakeBench, fake: FakeTrainer, cache: Cache):
    bench().train(**ASKED)
    key = only(cache).key
    POISON[name](file_of(cache))
    assert key not in {entry.key for entry in cache.entries()}
    assert bench().train(**ASKED).best == 0.502, "it was trained again"
    assert len(fake.orders) == 2


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_no_cache(bench: MakeBench, fake: FakeTrainer, cache: Cache):
    bench().train(**ASKED)
    os.chown(cache.folder, 65_534, 65_534)
    assert cache.entries() == []
    bench().train(**ASKED)
    assert len(fake.orders) == 2


# Several at once


def test_who_wants_the_same_at_the_same_time_waits_for_it(bench: MakeBench, cache: Cache):
    """Two graders ask at once: the one that comes first trains, and the other one is not faster than that."""
    asked, begun, may_end = threading.Barrier(2), threading.Event(), threading.Event()
    trainers = [FakeTrainer(), FakeTrainer()]
    found: list[Any] = [None, None]

    def hold() -> None:
        begun.set()
        assert may_end.wait(60)

    def ask(number: int) -> None:
        trainers[number].before = hold
        asked.wait(60)
        found[number] = Bench(bench().dataset, trainers[number], Cache(cache.folder)).train(**ASKED)  # type: ignore[arg-type]

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    assert begun.wait(60)
    assert cache.entries() == [], "nothing is kept before its time"
    may_end.set()
    for thread in threads:
        thread.join(60)
    assert sum(len(trainer.orders) for trainer in trainers) == 1
    assert found[0] == found[1] is not None


def test_who_wants_something_else_does_not_wait(bench: MakeBench, cache: Cache):
    inside: list[float] = []
    first, second = FakeTrainer(), FakeTrainer()

    def meanwhile() -> None:
        other = Bench(bench().dataset, second, Cache(cache.folder))  # type: ignore[arg-type]
        inside.append(other.train(**{**ASKED, "seed": 2}).best)

    first.before = meanwhile
    Bench(bench().dataset, first, cache).train(**ASKED)  # type: ignore[arg-type]
    assert inside == [0.501]
    assert len(cache.entries()) == 2


def test_a_claim_is_no_way_to_write_elsewhere(cache: Cache, tmp_path: Path):
    with cache.claimed(QUESTION):
        pass
    (claim,) = cache.folder.glob("claims/*")
    claim.unlink()
    claim.symlink_to(tmp_path / "elsewhere")
    with cache.claimed(QUESTION):
        assert not (tmp_path / "elsewhere").exists()
