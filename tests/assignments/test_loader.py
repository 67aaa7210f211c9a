"""Assignment folders: those of the package, those outside it, and everything that may be wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignments import available, load_assignment
from grader.errors import AssignmentError, UsageError
from tests.checks.factories import exercise, write_assignment

NETWORK = """
[[networks]]
name = "NET"
reference = "{reference}"
exercises = [{exercises}]
"""


def test_rubric_of_nets() -> None:
    assert "nets" in available()
    nets = load_assignment("nets")
    assert nets.id == "nets"
    assert [one.id for one in nets.exercises] == [f"exe{number:02}" for number in range(1, 20)]
    assert sum(one.auto for one in nets.exercises) == 86
    assert sum(one.manual for one in nets.exercises) == 14
    parameters = {network.name: network.chain.parameters for network in nets.networks()}
    assert (parameters["NET I"], parameters["NET II"]) == (193_034, 686_090)
    assert set(parameters) == {"NET I", "NET II", "NET III"}


def test_headings_name_exercises_by_number_and_by_the_words_of_their_network() -> None:
    headings = {heading.id: heading for heading in load_assignment("nets").headings}
    assert headings["exe07"].numbers == (7,)
    assert any("first" in word for word in headings["exe03"].words)
    assert headings["exe19"].words == ()


def test_numbers_in_ids_that_are_none_of_the_text_name_nothing(tmp_path: Path) -> None:
    exercises = exercise("model2", 1) + "numbered = false\n" + exercise("e2", 1)
    headings = load_assignment(str(write_assignment(tmp_path / "mine", exercises))).headings
    assert [(heading.id, heading.numbers) for heading in headings] == [("model2", ()), ("e2", (2,))]


def test_folder_outside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_assignment(tmp_path / "mine", exercise("e1", 2, manual=1))
    monkeypatch.chdir(tmp_path)
    for name in (str(tmp_path / "mine"), "mine", "./mine/"):
        assignment = load_assignment(name)
        assert (assignment.id, assignment.title) == ("tiny", "A tiny assignment")
        assert assignment.folder == (tmp_path / "mine").resolve(), "a later change of folder does not matter"
        assert [(one.id, one.auto, one.manual) for one in assignment.exercises] == [("e1", 2, 1)]
        assert assignment.networks() == ()
        assert assignment.prompts() == ()


def test_names_of_the_package_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_assignment(tmp_path / "nets", exercise("e1", 2))
    monkeypatch.chdir(tmp_path)
    assert load_assignment("nets").id == "nets"
    assert load_assignment("./nets").id == "tiny"


@pytest.mark.parametrize("name", ["", "no-such", "no/such", "x" * 5000, "nul\0", "net", ".."])
def test_what_is_not_there(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"There is no assignment .*Known: .*nets"):
        load_assignment(name)


E1 = exercise("e1", 1)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"id = ", "is no TOML"),
        (b"\xff\xfe", "is no TOML"),
        (b"", "id: Field required"),
        (b'id = "tiny"\ntitle = "T"\n', "exercises: Field required"),
        (b'id = "tiny"\ntitle = "T"\nexercises = []\n', "exercises: .*at least 1 item"),
        (b'id = "a b"\ntitle = "T"\n' + E1.encode(), "id: String should match"),
        (b'id = "tiny"\ntitle = "T"\nsigns = ["("]\n' + E1.encode(), r"signs\.0: .*«\(» is no regular expression"),
        (b'id = "tiny"\ntitle = "T"\ncolour = "red"\n' + E1.encode(), "colour: Extra inputs"),
    ],
)
def test_faulty_head(tmp_path: Path, content: bytes, told: str) -> None:
    (tmp_path / "assignment.toml").write_bytes(content)
    with pytest.raises(AssignmentError, match=told) as caught:
        load_assignment(str(tmp_path))
    assert str(tmp_path / "assignment.toml") in str(caught.value)


@pytest.mark.parametrize(
    ("exercises", "told"),
    [
        (E1 + E1, "the exercise e1 stands there twice"),
        (exercise("e1", -1), r"exercises\.0\.auto: .*greater than or equal to 0"),
        (exercise("E 1", 1), r"exercises\.0\.id: String should match"),
        (E1 + "points = 3\n", r"exercises\.0\.points: Extra inputs"),
        (E1 + "words = ['[']\n", r"exercises\.0\.words\.0: .*no regular expression"),
        (E1 + NETWORK.format(reference="NET_I", exercises=""), r"networks\.0\.reference: String should match"),
        (
            E1 + NETWORK.format(reference="reference.nets:NET_I", exercises="'e9'"),
            "NET names the exercise e9, which is not there",
        ),
        (E1 + 2 * NETWORK.format(reference="reference.nets:NET_I", exercises="'e1'"), "network NET stands there twice"),
    ],
)
def test_faulty_exercises_and_networks(tmp_path: Path, exercises: str, told: str) -> None:
    folder = write_assignment(tmp_path / "faulty", exercises)
    with pytest.raises(AssignmentError, match=told) as caught:
        load_assignment(str(folder))
    assert str(folder / "assignment.toml") in str(caught.value)


@pytest.mark.parametrize("reference", ["no_such_module:NET", "reference.nets:NET_IX"])
def test_reference_that_is_not_there(tmp_path: Path, reference: str) -> None:
    folder = write_assignment(tmp_path / "faulty", E1 + NETWORK.format(reference=reference, exercises="'e1'"))
    with pytest.raises(AssignmentError, match=f"NET names the reference {reference}, which cannot be had"):
        load_assignment(str(folder)).networks()


DESCRIBED = """
[[networks]]
name = "NET"
likeness = "{likeness}"
exercises = ["e1"]
"""


def test_network_by_description_in_a_file_of_the_folder(tmp_path: Path) -> None:
    folder = write_assignment(tmp_path / "own", E1 + DESCRIBED.format(likeness="networks:deep"))
    (folder / "networks.py").write_text("def deep(candidate):\n    return 0.75\n")
    (network,) = load_assignment(str(folder)).networks()
    assert network.likeness is not None
    assert network.chain.stages == ()
    assert network.compare(None) == 0.75  # type: ignore[arg-type]


def test_reference_in_a_file_of_the_folder(tmp_path: Path) -> None:
    folder = write_assignment(tmp_path / "own", E1 + NETWORK.format(reference="networks:TABLE", exercises="'e1'"))
    (folder / "networks.py").write_text(
        "from reference.architecture import Dense, Flatten\n\nTABLE = (Flatten(), Dense(10, 'softmax'))\n"
    )
    (network,) = load_assignment(str(folder)).networks()
    assert network.chain.parameters == 30_730


def test_files_of_one_name_in_two_folders(tmp_path: Path) -> None:
    found = []
    for name, value in (("one", 0.1), ("two", 0.2)):
        folder = write_assignment(tmp_path / name, E1 + DESCRIBED.format(likeness="networks:deep"))
        (folder / "networks.py").write_text(f"def deep(candidate):\n    return {value}\n")
        found += load_assignment(str(folder)).networks()
    assert [network.compare(None) for network in found] == [0.1, 0.2]  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [None, "", "def deep(:", "import no_such_module"])
def test_description_that_is_not_there(tmp_path: Path, content: str | None) -> None:
    folder = write_assignment(tmp_path / "faulty", E1 + DESCRIBED.format(likeness="networks:deep"))
    if content is not None:
        (folder / "networks.py").write_text(content)
    with pytest.raises(AssignmentError, match="NET names the likeness networks:deep, which cannot be had"):
        load_assignment(str(folder)).networks()


@pytest.mark.parametrize("both", ["", 'reference = "reference.nets:NET_I"\nlikeness = "networks:deep"'])
def test_network_has_one_of_reference_and_description(tmp_path: Path, both: str) -> None:
    entry = f"\n[[networks]]\nname = 'NET'\n{both}\nexercises = ['e1']\n"
    with pytest.raises(AssignmentError, match="«NET» has to have either a reference or a likeness"):
        load_assignment(str(write_assignment(tmp_path / "faulty", E1 + entry)))
