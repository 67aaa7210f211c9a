from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from grader.data import Place, find_dataset, identify, survey
from grader.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from grader.data import Dataset


def same(left: Dataset, right: Dataset) -> bool:
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in zip(left, right, strict=True))


class TestOrder:
    def test_the_option_wins_over_the_variable(self, npz: Path, batches: Path, no_cache: dict[str, str]) -> None:
        source = find_dataset(npz, {**no_cache, "GRADER_DATA": str(batches)})
        assert (source.place, source.path) == (Place.OPTION, npz)

    def test_the_variable_wins_over_the_keras_cache(
        self, npz: Path, batches: Path, no_cache: dict[str, str], tmp_path: Path
    ) -> None:
        cached = tmp_path / "keras" / "datasets" / "cifar-10-batches-py"
        cached.parent.mkdir(parents=True)
        cached.symlink_to(batches)
        assert find_dataset(env=no_cache).place is Place.KERAS_CACHE
        assert find_dataset(env={**no_cache, "GRADER_DATA": str(npz)}).place is Place.ENVIRONMENT

    @pytest.mark.parametrize("layout", ["cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py"])
    def test_every_layout_of_the_keras_cache_is_found(
        self, layout: str, batches: Path, no_cache: dict[str, str], tmp_path: Path
    ) -> None:
        cached = tmp_path / "keras" / "datasets" / layout
        cached.parent.mkdir(parents=True)
        cached.symlink_to(batches)
        assert find_dataset(env=no_cache).path == cached

    def test_the_home_folder_holds_the_cache_by_default(
        self, batches: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        cached = tmp_path / ".keras" / "datasets" / "cifar-10-batches-py"
        cached.parent.mkdir(parents=True)
        cached.symlink_to(batches)
        assert find_dataset(env={}).path == cached

    def test_without_any_the_stand_in_is_generated(self, no_cache: dict[str, str]) -> None:
        source = find_dataset(env=no_cache)
        assert (source.place, source.path, source.notes) == (Place.GENERATED, None, ())

    def test_an_empty_variable_is_no_variable(self, no_cache: dict[str, str]) -> None:
        assert find_dataset(env={**no_cache, "GRADER_DATA": ""}).place is Place.GENERATED

    def test_a_broken_keras_cache_is_passed_over_with_a_note(self, no_cache: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "keras" / "datasets" / "cifar-10-batches-py").mkdir(parents=True)
        source = find_dataset(env=no_cache)
        assert source.place is Place.GENERATED
        assert "cifar-10-batches-py" in source.notes[0]


class TestForms:
    def test_an_npz_file(self, npz: Path, dataset: Dataset) -> None:
        assert same(find_dataset(npz).read(), dataset)

    def test_a_folder_of_batches(self, batches: Path, dataset: Dataset) -> None:
        assert same(find_dataset(batches).read(), dataset)

    @pytest.mark.parametrize("inner", ["cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py"])
    def test_a_folder_that_holds_the_batches(self, inner: str, batches: Path, tmp_path: Path) -> None:
        (tmp_path / inner).parent.mkdir(exist_ok=True)
        (tmp_path / inner).symlink_to(batches)
        assert find_dataset(tmp_path).path == tmp_path / inner

    def test_a_folder_that_holds_one_npz(self, npz: Path) -> None:
        assert find_dataset(npz.parent).path == npz

    def test_flat_labels_of_another_type(self, dataset: Dataset, tmp_path: Path) -> None:
        path = tmp_path / "flat.npz"
        arrays = dataset._asdict()
        np.savez(path, **{**arrays, "y_test": dataset.y_test.ravel().astype(np.int64)})
        assert same(find_dataset(path).read(), dataset)


class TestWhatTheUserNamed:
    """It is used or refused, never replaced; the message names place, path, fault and remedy."""

    @pytest.mark.parametrize(
        ("name", "fault"),
        [
            ("missing.npz", "does not exist"),
            ("archive.tar.gz", "unpacked first"),
            ("empty", "neither an .npz file nor the batches"),
            ("two", "a.npz, b.npz"),
        ],
    )
    def test_is_refused_when_it_is_in_no_known_form(
        self, name: str, fault: str, no_cache: dict[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / "archive.tar.gz").touch()
        (tmp_path / "empty").mkdir()
        (tmp_path / "two").mkdir()
        (tmp_path / "two" / "a.npz").touch()
        (tmp_path / "two" / "b.npz").touch()
        named = tmp_path / name
        for place, path, env in (
            ("--data", named, no_cache),
            ("$GRADER_DATA", None, {**no_cache, "GRADER_DATA": str(named)}),
        ):
            with pytest.raises(UsageError) as caught:
                find_dataset(path, env)
            message = str(caught.value)
            assert message.startswith(f"{place} {named}: ")
            assert fault in message
            assert "grader data --download" in message

    def test_is_refused_when_its_content_is_broken(self, tmp_path: Path) -> None:
        path = tmp_path / "broken.npz"
        path.write_bytes(b"PK\x03\x04 and nothing more")
        with pytest.raises(UsageError, match=r"broken\.npz: is damaged"):
            find_dataset(path).read()

    def test_is_refused_when_it_holds_pickled_objects(self, tmp_path: Path) -> None:
        path = tmp_path / "objects.npz"
        np.savez(path, **dict.fromkeys(["x_train", "y_train", "x_test", "y_test"], np.array([{}])))
        with pytest.raises(UsageError, match=r"objects\.npz: is damaged, or not an \.npz file of plain arrays"):
            find_dataset(path).read()

    def test_is_refused_when_it_is_another_format_by_that_name(self, tmp_path: Path) -> None:
        path = tmp_path / "array.npz"
        with path.open("wb") as file:
            np.save(file, np.zeros(3))
        with pytest.raises(UsageError, match=r"array\.npz: is damaged, or not an \.npz file\."):
            find_dataset(path).read()

    def test_is_refused_when_an_array_is_missing(self, tmp_path: Path) -> None:
        path = tmp_path / "part.npz"
        np.savez(path, x_train=np.zeros(3), y_train=np.zeros(3))
        with pytest.raises(UsageError, match=r"lacks x_test, y_test \(it holds x_train, y_train\)"):
            find_dataset(path).read()

    def test_is_refused_when_a_batch_is_missing(self, batches: Path, tmp_path: Path) -> None:
        folder = tmp_path / "cifar-10-batches-py"
        folder.mkdir()
        (folder / "data_batch_1").symlink_to(batches / "data_batch_1")
        source = find_dataset(folder)
        with pytest.raises(UsageError, match="data_batch_2 is missing"):
            source.read()
        with pytest.raises(UsageError, match="lacks data_batch_2"):
            _ = source.stamp


class TestSurvey:
    def test_tells_what_every_place_holds_and_which_one_wins(
        self, npz: Path, batches: Path, no_cache: dict[str, str]
    ) -> None:
        found = survey(npz, {**no_cache, "GRADER_DATA": str(batches)})
        assert [candidate.place for candidate in found] == list(Place)
        assert [candidate.name for candidate in found] == ["stand-in", "stand-in", None, "stand-in"]
        assert [candidate.found for candidate in found] == [True, True, False, True]
        assert [candidate.chosen for candidate in found] == [True, False, False, False]

    def test_a_fault_in_what_the_user_named_leaves_nothing_chosen(
        self, no_cache: dict[str, str], tmp_path: Path
    ) -> None:
        option, *others = survey(tmp_path / "missing.npz", no_cache)
        assert option.fault == "does not exist"
        assert option.found
        assert not any(candidate.chosen for candidate in (option, *others))

    def test_a_fault_in_the_keras_cache_leaves_the_stand_in(self, no_cache: dict[str, str], tmp_path: Path) -> None:
        (tmp_path / "keras" / "datasets" / "cifar-10-batches-py").mkdir(parents=True)
        *_, cache, generated = survey(env=no_cache)
        assert cache.fault is not None
        assert generated.chosen


class TestIdentity:
    def test_the_real_images_are_recognised(self, real_npz: Path) -> None:
        data = find_dataset(real_npz).read()
        assert identify(data) == "cifar10"

    def test_a_copy_through_an_image_format_is_still_the_real_one(self, real_npz: Path) -> None:
        data = find_dataset(real_npz).read()
        coarse = data._replace(x_train=data.x_train | 3, x_test=data.x_test & 252)
        assert identify(coarse) == "cifar10"

    def test_the_same_labels_with_other_images_are_not_cifar10(self, real_npz: Path, dataset: Dataset) -> None:
        real = find_dataset(real_npz).read()
        assert identify(real._replace(x_train=dataset.x_train)) == "stand-in"
        for changed in (real.x_train[..., ::-1], real.x_train[:, :, ::-1], 255 - real.x_train):
            assert identify(real._replace(x_train=changed)) == "stand-in"

    def test_two_exchanged_labels_are_not_cifar10(self, real_npz: Path) -> None:
        real = find_dataset(real_npz).read()
        labels = real.y_test.copy()
        labels[[0, 1]] = labels[[1, 0]]
        assert identify(real._replace(y_test=labels)) == "stand-in"

    def test_an_exported_stand_in_is_not_cifar10(self, dataset: Dataset) -> None:
        assert identify(dataset) == "stand-in"

    def test_real_images_in_batches_keep_their_order(
        self, real_npz: Path, tmp_path: Path, write_batches: Callable[[Dataset, Path], Path]
    ) -> None:
        folder = write_batches(find_dataset(real_npz).read(), tmp_path / "cifar-10-batches-py")
        assert identify(find_dataset(folder).read()) == "cifar10"
