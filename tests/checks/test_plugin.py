"""An assignment folder of a few lines goes the whole way: collected, run, graded."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.checks import CheckResult, Submission, run_checks
from grader.errors import AssignmentError
from grader.grading import grade
from grader.report.model import Status
from tests.checks.factories import code, evidence, exercise, tiny, write_assignment

Run = Callable[..., dict[str, CheckResult]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs files of checks on a notebook of one cell; gives the results by id."""

    def run(*checks: str) -> dict[str, CheckResult]:
        folder = write_assignment(tmp_path / "tiny", "", *checks)
        results = run_checks(folder, Submission(evidence([code("print(42)", "42\n")])))
        assert len({result.spec.id for result in results}) == len(results)
        return {result.spec.id: result for result in results}

    return run


def test_each_way_to_end_has_its_status_points_and_message(run: Run) -> None:
    results = run(
        '''
        @check("e1", 2)
        def test_passes(submission):
            """The answer is printed.

            Only the first line is the title.
            """
            assert "42" in submission.evidence.cells[0].text

        @check("e1", 2)
        def test_asserts():
            assert 1 == 2, "found one, expected two"

        @check("e1", 2)
        def test_fails():
            fail("no such layer", [3, 3, 0, 1])

        @check("e1", 3)
        def test_partly():
            partial(1 / 3, "one of three", [2])

        @check("e1", 3)
        def test_nothing_right():
            partial(0, "none of three")

        @check("e1", 2)
        def test_unknown():
            undecided("not at this effort")

        @check("e1", 2)
        def test_left_out():
            not_attempted("no model")
        '''
    )
    found = {name: (result.status, result.earned, result.message) for name, result in results.items()}
    assert found == {
        "0::passes": (Status.PASSED, 2, ""),
        "0::asserts": (Status.FAILED, 0, "found one, expected two"),
        "0::fails": (Status.FAILED, 0, "no such layer"),
        "0::partly": (Status.PARTIAL, 1, "one of three"),
        "0::nothing_right": (Status.FAILED, 0, "none of three"),
        "0::unknown": (Status.UNDECIDED, 0, "not at this effort"),
        "0::left_out": (Status.NOT_ATTEMPTED, 0, "no model"),
    }
    assert results["0::passes"].spec.title == "The answer is printed"
    assert results["0::asserts"].spec.title == "asserts", "without a docstring the name is the title"
    assert results["0::fails"].cells == (3, 1)


@pytest.mark.parametrize(
    "ending",
    [
        "1 / 0",
        "pytest.skip('not today')",
        "pytest.importorskip('no_such_module')",
        "pytest.xfail('known')",
        "pytest.exit('enough')",
        "sys.exit(0)",
        "raise SystemExit",
        "raise GeneratorExit",
        "raise BaseException",
        "partial(1.5, 'more than all')",
        "partial(-0.5, 'less than none')",
        "partial(float('nan'), 'not a share')",
    ],
)
def test_whatever_else_a_check_does_is_an_error_of_ours(run: Run, ending: str) -> None:
    results = run(
        f"""
        import sys
        import pytest

        @check("e1", 1)
        def test_odd():
            {ending}
        """
    )
    (result,) = results.values()
    assert (result.status, result.earned) == (Status.ERROR, 0)
    assert result.message


def test_skip_marks_and_broken_fixtures_are_errors_of_ours(run: Run) -> None:
    results = run(
        """
        import pytest

        @pytest.fixture
        def broken():
            raise KeyError("gone")

        @pytest.fixture
        def judging():
            not_attempted("there is no model")

        @pytest.mark.skip
        @check("e1", 1)
        def test_skipped():
            pass

        @pytest.mark.xfail(run=False)
        @check("e1", 1)
        def test_not_run():
            pass

        @check("e1", 1)
        def test_on_broken(broken):
            pass

        @check("e1", 1)
        def test_on_unknown(no_such_fixture):
            pass

        @check("e1", 1)
        def test_on_judging(judging):
            pass
        """
    )
    assert {name: result.status for name, result in results.items()} == {
        "0::skipped": Status.ERROR,
        "0::not_run": Status.ERROR,
        "0::on_broken": Status.ERROR,
        "0::on_unknown": Status.ERROR,
        "0::on_judging": Status.NOT_ATTEMPTED,
    }


def test_checks_after_one_that_ends_pytest_do_not_vanish(run: Run) -> None:
    results = run(
        """
        import pytest

        @check("e1", 1)
        def test_before():
            pass

        @check("e1", 1)
        def test_ends_all():
            pytest.exit("enough")

        @check("e1", 1)
        def test_after():
            pass
        """
    )
    assert [result.status for result in results.values()] == [Status.PASSED, Status.ERROR, Status.ERROR]


def test_interrupting_the_checks_is_no_grade(run: Run) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(
            """
            @check("e1", 1)
            def test_interrupted():
                raise KeyboardInterrupt
            """
        )


def test_what_follows_from_another_failure_is_undecided(run: Run) -> None:
    results = run(
        """
        @check("e1", 1, needs=["1::model"])
        def test_runs_before_its_need():
            fail("no curve.")

        @check("e1", 1, needs=["open"])
        def test_on_open():
            partial(0.5, "half.")

        @check("e1", 1)
        def test_open():
            undecided("not at this effort")
        """,
        '''
        @check("e1", 1)
        def test_model():
            """The model is right"""
            fail("two layers")

        @check("e1", 1, needs=["model"])
        def test_consequence():
            fail("low accuracy.")

        @check("e1", 1, needs=["consequence"])
        def test_second_consequence():
            fail("lower still.")

        @check("e1", 1, needs=["model"])
        def test_right_all_the_same():
            pass

        @check("e1", 1, needs=["model"])
        def test_left_out():
            not_attempted("nothing there")

        @check("e1", 1, needs=["right_all_the_same"])
        def test_own_fault():
            fail("wrong label.")
        ''',
    )
    statuses = {name.split("::")[1]: result.status for name, result in results.items()}
    assert statuses == {
        "runs_before_its_need": Status.UNDECIDED,
        "on_open": Status.UNDECIDED,
        "open": Status.UNDECIDED,
        "model": Status.FAILED,
        "consequence": Status.UNDECIDED,
        "second_consequence": Status.UNDECIDED,
        "right_all_the_same": Status.PASSED,
        "left_out": Status.NOT_ATTEMPTED,
        "own_fault": Status.FAILED,
    }
    assert results["1::consequence"].message == (
        "low accuracy. This may follow from «The model is right», which is not right yet."
    )
    assert results["0::on_open"].message == "half. This may follow from «open», which could not be decided."
    assert results["0::on_open"].earned == 0


FINE = """
@check("e1", 1)
def test_fine():
    pass
"""


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("def test_unmarked():\n    pass", r"test_1\.py::test_unmarked is not marked with `check"),
        (
            "import pytest\n\n@pytest.mark.check('e1', 1)\ndef test_own_mark():\n    pass",
            r"test_1\.py::test_own_mark is not",
        ),
        ("import no_such_module", r"test_1\.py[\s\S]*no_such_module"),
        ("def broken(:", r"test_1\.py"),
        ("import pytest\npytest.skip('later', allow_module_level=True)", r"test_1\.py[\s\S]*later"),
        ("import pytest\npytest.importorskip('no_such_module')", r"test_1\.py[\s\S]*no_such_module"),
        (
            "@check('e1', 1, needs=['fine'])\ndef test_lost():\n    pass",
            "1::lost needs 1::fine, which is no check",
        ),
        (
            "class TestA:\n    @check('e1', 1)\n    def test_x(self):\n        pass\n\nclass TestB(TestA):\n    pass",
            "2 checks called 1::x",
        ),
        ("@check('e1', -1)\ndef test_debt():\n    pass", "1::debt is worth -1 points"),
        ("@check('e1', 0)\ndef test_gift():\n    pass", "1::gift is worth 0 points"),
        ("@check('e1', 1 / 3)\ndef test_third():\n    pass", "1::third is worth 0.333333 points"),
    ],
)
def test_faulty_checks_are_an_error_of_the_assignment(run: Run, fault: str, told: str) -> None:
    with pytest.raises(AssignmentError, match=told) as caught:
        run(FINE, fault)
    assert "tiny" in str(caught.value), "the folder is named"


def test_folder_without_checks(run: Run) -> None:
    with pytest.raises(AssignmentError, match="holds no checks"):
        run()


@pytest.mark.parametrize(
    ("exercises", "told"),
    [
        (exercise("e1", 2), r"checks of e1 are worth 1 points; .*assignment\.toml has 2"),
        (exercise("e1", 1) + exercise("e2", 1), "checks of e2 are worth 0 points"),
        (exercise("e2", 1), r"check 0::fine belongs to the exercise e1, which .*assignment\.toml does not have"),
    ],
)
def test_points_must_be_those_of_the_rubric(tmp_path: Path, exercises: str, told: str) -> None:
    with pytest.raises(AssignmentError, match=told):
        grade(evidence(), tiny(tmp_path / "tiny", exercises, FINE))


def test_report_tells_of_each_check(tmp_path: Path) -> None:
    assignment = tiny(
        tmp_path / "tiny",
        exercise("e1", 3.5) + exercise("e2", 0, manual=2),
        '''
        @check("e1", 3, visibility="hidden")
        def test_secret():
            """The secret is found"""
            partial(0.5, "half of it", [1])

        @check("e1", 0.5)
        def test_open():
            pass
        ''',
    )
    report = grade(evidence([code()]), assignment)
    first, second = report.exercises
    assert [(check.id, check.visibility, check.earned) for check in first.checks] == [
        ("0::secret", "hidden", 1.5),
        ("0::open", "public", 0.5),
    ]
    assert first.checks[0].cells == (1,)
    assert (first.status, second.status) == (Status.PARTIAL, Status.PENDING)
    assert (report.auto.earned, report.auto.possible, report.auto.undecided) == (2, 3.5, 0)
    assert (report.manual.given, report.manual.possible) == (None, 2)


def test_folders_with_files_of_the_same_names_stay_apart(tmp_path: Path) -> None:
    for name in ("first", "second"):
        write_assignment(
            tmp_path / name,
            "",
            """
            import helper

            @check("e1", 1)
            def test_which(where):
                fail(where + helper.NAME)
            """,
        )
        (tmp_path / name / "helper.py").write_text(f"NAME = 'helper of {name}'", encoding="utf-8")
        (tmp_path / name / "conftest.py").write_text(
            "import sys\nfrom pathlib import Path\nimport pytest\n\n"
            "sys.path.insert(0, str(Path(__file__).parent))\n\n\n"
            f"@pytest.fixture\ndef where():\n    return '{name}, '",
            encoding="utf-8",
        )
    before, path = set(sys.modules), list(sys.path)
    messages = [run_checks(tmp_path / name, Submission(evidence()))[0].message for name in ("first", "second")]
    sys.path[:] = path
    assert messages == ["first, helper of first", "second, helper of second"]
    assert not {name for name in set(sys.modules) - before if "helper" in name or "test_0" in name}


def test_settings_of_the_users_pytest_do_not_reach_the_checks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x -k second --no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.delenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", raising=False)
    results = run(
        """
        @check("e1", 1)
        def test_first():
            fail("wrong")

        @check("e1", 1)
        def test_second():
            pass
        """
    )
    assert [result.status for result in results.values()] == [Status.FAILED, Status.PASSED]
    import os

    assert os.environ["PYTEST_PLUGINS"] == "no_such_plugin"
    assert "PYTEST_DISABLE_PLUGIN_AUTOLOAD" not in os.environ


def test_what_checks_print_is_not_shown(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    run(
        """
        import os

        @check("e1", 1)
        def test_loud():
            print("a trace of a check")
            os.write(1, b"a trace of a check")
        """
    )
    assert capfd.readouterr() == ("", "")


READS_A_BAR = """
    @check("e1", 2)
    def test_accuracy(bars):
        fail(f"{bars['CNN'].value:.2f}")
"""


def test_bars_beside_the_checks_are_a_fixture(tmp_path: Path) -> None:
    folder = write_assignment(tmp_path / "tiny", "", READS_A_BAR)
    (folder / "bars.toml").write_text('[[bars]]\nnetwork = "CNN"\ndataset = "cifar10"\nnamed = 0.62\n')
    (result,) = run_checks(folder, Submission(evidence([code()])))
    assert (result.status, result.message) == (Status.FAILED, "0.62")


def test_bars_that_are_missing_are_an_error_of_ours(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "grader"):
        (result,) = run(READS_A_BAR).values()
    assert result.status is Status.ERROR
    assert "bars.toml" in caplog.text


def test_what_breaks_a_check_is_for_the_log_and_not_for_students(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "grader"):
        results = run(
            """
            @check("e1", 1)
            def test_broken():
                raise KeyError("the seed is 4711, see /home/ta/solutions")

            @check("e1", 1)
            def test_compares():
                secret = 4711
                assert 1 == secret

            @check("e1", 1)
            def test_explains():
                secret = 4711
                assert 1 == secret, "that is not the seed"
            """
        )
    assert [(result.status, result.message) for result in results.values()] == [
        (Status.ERROR, "The check itself failed; no fault of the submission."),
        (Status.FAILED, ""),
        (Status.FAILED, "that is not the seed"),
    ]
    assert "KeyError: 'the seed is 4711, see /home/ta/solutions'" in caplog.text


def test_a_check_that_hangs_ends_and_the_others_do_not_wait(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.checks.plugin._SECONDS_EACH", 0.05)
    results = run(
        """
        import re
        import pytest

        @pytest.fixture
        def slow():
            while True:
                pass

        @check("e1", 1)
        def test_loops():
            while True:
                pass

        @check("e1", 1)
        def test_matches():
            re.match("(a|a)*b", "a" * 60)

        @check("e1", 1)
        def test_on_slow(slow):
            pass

        @check("e1", 1)
        def test_last():
            pass
        """
    )
    assert [(result.status, result.message) for result in results.values()] == [
        *[(Status.ERROR, "The check took too long; no fault of the submission.")] * 3,
        (Status.PASSED, ""),
    ]


def test_what_a_hidden_check_remarks_stays_hidden(tmp_path: Path) -> None:
    assignment = tiny(
        tmp_path / "tiny",
        exercise("e1", 3),
        """
        @check("e1", 1)
        def test_before(submission):
            submission.remark("said by both")

        @check("e1", 1, visibility="hidden")
        def test_secret(submission):
            submission.remark("said by both")
            submission.remark("the seed is 4711")

        @check("e1", 1)
        def test_after(submission):
            submission.remark("said last")
        """,
    )
    remarks = grade(evidence([code()]), assignment).remarks
    assert [said for said in remarks if "said" in said or "seed" in said] == ["said by both", "said last"]
