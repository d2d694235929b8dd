"""Whatever is read, only our own errors and problems come out, each at its place, and nothing is repeated."""

from pathlib import Path

import pytest

from reconciler.loading.load import load_fleet
from tests.fuzz import harmful_files
from tests.fuzz.cases import Target, case_of
from tests.fuzz.conforms import misfit
from tests.fuzz.corpus import Seed, files_that_say_everything
from tests.fuzz.findings import FindingError, check_problems, check_text
from tests.fuzz.fleet_on_disk import TODAY
from tests.fuzz.regressions import REGRESSIONS
from tests.fuzz.runner import Found, Runner
from tests.fuzz.values import ADDRESS, SECRET

CASES = 2000


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """All targets, always the same cases."""
    return Runner(tmp_path_factory.mktemp("fuzz"), seed=1)


def _told(found: list[Found]) -> str:
    return "\n".join(f"{one.target}:{one.number} {one.what}\n  {one.case}" for one in found)


def test_two_thousand_cases_find_nothing(runner: Runner) -> None:
    """A small part of `make fuzz`, always the same one."""
    found = list(runner.run(CASES))

    assert not found, _told(found)


def test_what_once_went_wrong_goes_right(runner: Runner) -> None:
    """Every case that fuzzing has found."""
    found = list(runner.regressions())

    assert not found, _told(found)
    assert sum(map(len, REGRESSIONS.values())) > 20


def test_harmful_files_are_refused(tmp_path: Path) -> None:
    """Pipes, devices and links that lead out are neither read nor waited for."""
    harmful_files.check_all(tmp_path)


class TestTheFuzzerItself:
    def test_the_small_fleet_loads(self, tmp_path: Path) -> None:
        """Else no case of a fleet would ever be selected from, or planned."""
        for seed in files_that_say_everything():
            (tmp_path / seed.name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / seed.name).write_bytes(seed.data)

        assert load_fleet(tmp_path, today=TODAY).desired is not None

    def test_the_same_number_is_the_same_case(self, runner: Runner) -> None:
        """A finding can be run again."""
        for target in runner.targets:
            again = case_of(target, seed=7, number=99)

            assert case_of(target, seed=7, number=99) == again
            assert case_of(target, seed=8, number=99) != again

    def test_the_first_cases_are_the_seeds(self, runner: Runner) -> None:
        """What is valid must pass unchanged."""
        for target in runner.targets:
            assert case_of(target, seed=1, number=0) == (target.seeds[0],)

    @pytest.mark.parametrize("error", [ValueError("x"), KeyError("x"), RecursionError(), FindingError("x")])
    def test_an_error_that_is_not_ours_is_a_finding(self, runner: Runner, error: Exception) -> None:
        """A reader that breaks is noticed."""

        def breaks(_: object) -> None:
            raise error

        target = Target(name="yaml", share=1, seeds=(Seed(name="x", data=b"x"),), check=breaks)

        found = runner.one(target, 0)

        assert found is not None
        assert type(error).__name__ in found.what

    def test_memory_is_measured(self, runner: Runner) -> None:
        """A reader that takes far more than its input is noticed."""
        target = Target(
            name="yaml", share=1, seeds=(Seed(name="x", data=b"x"),), check=lambda _: bytearray(80_000_000) and None
        )

        found = runner.one(target, 0)

        assert found is not None
        assert "MB for 1 bytes" in found.what

    @pytest.mark.parametrize("text", ["", f"see {SECRET}", f"see {ADDRESS}", "a\ud800"])
    def test_a_bad_text_is_a_finding(self, text: str) -> None:
        """Empty, a secret, an address, half a character."""
        with pytest.raises((FindingError, UnicodeEncodeError)):
            check_text(text)

    def test_a_problem_outside_its_file_is_a_finding(self) -> None:
        """An editor could not go there."""
        from reconciler.loading.findings import Finding, make_problem

        problem = make_problem("x.yaml", Finding(code="E008", path=(), what="x."), line=3)

        with pytest.raises(FindingError, match="line 3 of 2"):
            check_problems([problem], {"x.yaml": b"a\nb"})

    @pytest.mark.parametrize(
        ("value", "hint"),
        [
            (1.0, int),
            (1, float),
            (-0.0, float),
            (float("nan"), float),
            (True, int),
            ("\ud800", str),
            (("a", 1), tuple[str, ...]),
            (("a",), tuple[str, str]),
            ([], tuple[str, ...]),
            (None, str | float),
        ],
    )
    def test_a_value_of_another_type_is_noticed(self, value: object, hint: object) -> None:
        """Whole numbers, amperes and switches are three things."""
        assert misfit(value, hint)
