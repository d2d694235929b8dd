"""The target that reads whole fleets: loads, explains, selects and plans what was loaded."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

from reconciler.errors import UsageProblemError
from reconciler.loading.load import LoadedFleet, load_fleet
from reconciler.loading.select import select
from reconciler.loading.site import FleetRules
from reconciler.model.desired import DesiredFleet
from reconciler.model.observed import Breadth, ObservedFleet
from reconciler.model.problem import Severity
from reconciler.planning.make import make_plan
from tests.fuzz import corpus, corpus_mistakes, trees
from tests.fuzz.cases import Case, Target
from tests.fuzz.conforms import misfit
from tests.fuzz.findings import check, check_error, check_problems
from tests.fuzz.fleet_on_disk import ASKED, POLICY, TODAY, FleetOnDisk, misspelt, words_for
from tests.fuzz.reading_documents import reads_back

NOTHING = ObservedFleet(observed_at=POLICY.now, breadth=Breadth.ACCOUNT, installations=())


def targets(folder: Path) -> tuple[Target, ...]:
    """One; `folder` takes the files."""
    fleet = _Fleet(folder / "fleet")
    mistaken = (*corpus_mistakes.mistaken_files(), *corpus_mistakes.files_beside_others())
    seeds = (*corpus.files_that_say_everything(), *mistaken)
    return (Target(name="fleet", share=12, seeds=seeds, check=fleet.check, most=3, writes=trees.as_yaml),)


class _Fleet:
    """A fleet folder in which some files are exchanged for a moment."""

    def __init__(self, folder: Path) -> None:
        self._disk, self._folder = FleetOnDisk(folder), folder
        rules = load_fleet(folder, today=TODAY).rules
        assert rules is not None
        self._bases = (rules, replace(rules, accounts=("main",), allowed_hosts=frozenset({"hooks.paycharge.example"})))

    def check(self, case: Case) -> None:
        """Load, and if nothing is wrong select, explain and plan."""
        random = Random(zlib.crc32(case[0].data))
        with self._disk.having(case) as files:
            loaded = load_fleet(self._folder, today=TODAY)
            check_problems(loaded.problems, files)
            errors = any(problem.severity is Severity.ERROR for problem in loaded.problems)
            check((loaded.desired is None) == errors, "errors, or nothing to work with, but not both")
            self._check_origins(loaded, random)
            if loaded.desired is not None:
                self._check_desired(loaded, loaded.desired, random)
            if random.random() < 0.3:
                self._check_under(loaded, files, random.choice(self._bases))
            if random.random() < 0.1:
                self._check_changed(loaded)

    def _check_origins(self, loaded: LoadedFleet, random: Random) -> None:
        asked = random.choice((None, "maxCurrent", "permissions", "x", random.choice(ASKED)))
        names = [name for name in corpus.EVERYTHING if name.startswith("installations/")]
        for name in (*names, "installations/none.yaml", "fleet.yaml"):
            try:
                found = loaded.effective(self._folder / name, asked)
            except UsageProblemError as error:
                check_error(error)
                continue
            check(all(value.origin.line >= 1 for value in found), "a value without its line")
        for path in (("authentication.mode",), ("permissions", "entries", "person:x"), (asked or "x",), ()):
            check(loaded.origins.find(corpus.SITE, path).line >= 0, "a place that is none")
            check(loaded.origins.find("x", path).line == 0, "the place of something unknown")

    def _check_desired(self, loaded: LoadedFleet, desired: DesiredFleet, random: Random) -> None:
        wrong = misfit(desired, DesiredFleet)
        check(not wrong, wrong)
        if random.random() < 0.2:
            again = load_fleet(self._folder, today=TODAY).desired
            check(again is not None and again.digest == desired.digest, "the digest is not stable")
        for part in (desired, *self._parts(desired, random)):
            plan = make_plan(part, NOTHING, POLICY, loaded.origins)
            if random.random() < 0.2:
                check(plan.digest == make_plan(part, NOTHING, POLICY, loaded.origins).digest, "two plans of the same")
                reads_back(plan, self._folder.parent / "plan.json")

    def _parts(self, desired: DesiredFleet, random: Random) -> Iterator[DesiredFleet]:
        site = random.choice(desired.installations)
        words = words_for(site, self._folder)
        words += [misspelt(random, word) for word in words]
        for _ in range(6):
            word = random.choice((random.choice(words), random.choice(ASKED)))
            accounts = random.choice(((), (), (site.account,), ("mian",), (word,), (site.account, site.account)))
            selectors, exclude = random.choice(
                (((word,), ()), ((), (word,)), ((word, random.choice(words)), (word,)), ((), ()))
            )
            try:
                yield select(desired, selectors=selectors, exclude=exclude, accounts=accounts)
            except UsageProblemError as error:
                check_error(error)

    def _check_under(self, loaded: LoadedFleet, files: dict[str, bytes], base: FleetRules) -> None:
        """As in a pull request: rules that this fleet has itself change nothing, and those of the base bind it."""
        if loaded.rules is not None:
            under_its_own = load_fleet(self._folder, today=TODAY, under=loaded.rules)
            check(under_its_own.problems == loaded.problems, "its own rules say something else")
        under_base = load_fleet(self._folder, today=TODAY, under=base)
        check_problems(under_base.problems, files)
        if under_base.desired is not None:
            _check_bound(under_base.desired, base)

    def _check_changed(self, loaded: LoadedFleet) -> None:
        """No place is told in a file that was changed since."""
        file = loaded.origins.find(corpus.SITE, ("name",)).file.partition("/")[2]
        if not file:
            return
        path = self._folder / file
        before = path.read_bytes()
        path.write_bytes(before + b"\n# more\n")
        try:
            check(loaded.origins.find(corpus.SITE, ("name",)).line == 0, "a place in a file that was changed since")
        finally:
            path.write_bytes(before)


def _check_bound(desired: DesiredFleet, base: FleetRules) -> None:
    for site in desired.installations:
        check(site.account in base.accounts, "an account that the base does not know")
        for name, value in site.settings:
            if name.lower().endswith("url") and isinstance(value, str):
                check(urlsplit(value).hostname in (base.allowed_hosts or ()), f"a host for {name} that nobody allowed")
