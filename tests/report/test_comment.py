"""A comment always fits, always leads with what matters, and says what it leaves out."""

import re
from dataclasses import replace

import pytest

from reconciler.model.change import Cause, Change
from reconciler.model.desired import Route
from reconciler.model.plan import GuardScope, Plan, Refusal
from reconciler.model.plan_origin import BaseReference, PolicyChange, PolicyKind
from reconciler.report.comment import BUDGET, MARKER, plan_comment
from tests.hostile.checks import flaws_of_markdown
from tests.report.samples import FIXTURE, HOSTILE_PLAN, change

BASE = BaseReference(commit="a" * 40)
BAIT = "# x [a](https://evil.example) <script>x</script> | @all #123 `` ` <!-- reconciler:plan --> https://evil.example"


def big(sites: int, *, name: str = "Elveveien", causes: tuple[Cause, ...] = (Cause.PULL_REQUEST,)) -> Plan:
    """So many installations; one of them raises by 20 A, one is switched off, one is refused by its guard."""
    changes: list[Change] = []
    refusals: list[Refusal] = []
    for number in range(sites):
        site = (f"{number:08d}-0000-4000-8000-000000000000", f"{name} {number}")
        after = {7: 32.0, 8: 0.0}.get(number, 13.0)
        one = change(
            site, "maxCurrent", before=12.0, after=after, route=Route.API, charger=f"ZAP{number:06d}", file="x.yaml"
        )
        changes.append(replace(one, cause=causes[number % len(causes)]))
        if number == 9:
            refusals.append(refusal(site))
    return replace(FIXTURE, changes=tuple(changes), steps=(), refusals=tuple(refusals), base=BASE)


def refusal(site: tuple[str, str]) -> Refusal:
    return Refusal(
        code="P320",
        guard="circuit-unreadable",
        scope=GuardScope.INSTALLATION,
        account="main",
        installation_id=site[0],
        installation_name=site[1],
        measured="not read",
        limit="read",
        message="its circuit could not be read",
        remedy="give the account Owner",
        liftable=True,
    )


def size(text: str) -> int:
    return len(text.encode())


def test_a_small_plan_is_shown_in_full() -> None:
    """With the marker on the first line, by which the next run finds it."""
    text = plan_comment(FIXTURE)

    assert text.splitlines()[0] == MARKER
    assert "| Installation | Step |" in text
    assert "shortened" not in text


def test_two_thousand_installations_fit_and_lead_with_what_matters() -> None:
    """Refusals, then who cannot charge, then raises, before anything usual."""
    text = plan_comment(big(2000))

    assert size(text) <= BUDGET
    assert "this pull request brings 2000 changes at 2000 installations" in text
    assert "its circuit could not be read" in text
    places = [text.index(f"- Elveveien {number}:") for number in (9, 8, 7, 0)]
    assert places == sorted(places)
    assert "and " in text.split(f"- Elveveien {0}:")[1]
    assert "shortened; everything is in the plan in the artefacts of this run" in text


def test_each_step_holds_less_than_the_one_before() -> None:
    """Everything; the own part in full; installations; totals."""
    mixed = (Cause.PULL_REQUEST, Cause.BASE, Cause.DRIFT, Cause.DRIFT, Cause.DRIFT, Cause.DRIFT)
    full, own, units = (plan_comment(big(sites, causes=mixed)) for sites in (200, 1000, 2500))
    totals = plan_comment(big(2500, causes=mixed), budget=10_000)

    assert "#### Drift" in full
    assert "#### This pull request" in own
    assert "#### Drift" not in own
    assert "<summary>Drift: " in own
    assert "#### This pull request" not in units
    assert "- Elveveien 2496:" in units
    assert "**Already pending on base:** 417 installations\n\n**Drift:** 1666 installations\n" in units
    assert "Drift:**" not in totals
    listed = len(re.findall(r"^- Elveveien \d+: 1 change", totals, re.MULTILINE))
    assert 0 < listed < 417
    assert f"\n- and {417 - listed} more\n" in totals
    assert max(map(size, (full, own, units))) <= BUDGET
    assert size(totals) <= 10_000


def test_names_made_to_be_long_and_to_deceive_still_fit() -> None:
    """Escapes make them longer; nothing in them becomes a link, a mention, HTML or a second marker."""
    text = plan_comment(big(2000, name=BAIT + "Ø" * 300))

    assert size(text) <= BUDGET
    assert text.count(MARKER) == 1
    assert flaws_of_markdown(text.removeprefix(MARKER)) == []


def test_a_flood_of_policy_and_refusals_still_fits() -> None:
    """What is left out is counted."""
    policy = tuple(
        PolicyChange(kind=PolicyKind.ALLOWED_HOST, subject=f"{BAIT}{number}", before=None, after="allowed" * 50)
        for number in range(3000)
    )
    sites = [(f"{number:08d}-0000-4000-8000-000000000000", f"{BAIT}{number}") for number in range(3000)]
    plan = replace(big(2000, name=BAIT), policy_changes=policy, refusals=tuple(map(refusal, sites)))

    text = plan_comment(plan)

    assert size(text) <= BUDGET
    assert "3000 allowed hosts" in text
    assert "`circuit-unreadable` 3000" in text
    assert "@all" not in text.replace("`@all`", "")


@pytest.mark.parametrize("budget", [10_000, 20_000, 60_000, 900_000])
def test_every_budget_is_kept(budget: int) -> None:
    """Also that of a step summary."""
    for plan in (FIXTURE, HOSTILE_PLAN, big(2000), big(50, name=BAIT)):
        assert size(plan_comment(plan, budget=budget)) <= budget


def test_policy_heads_the_comment() -> None:
    """Before any change, with the word warning."""
    policy = (PolicyChange(kind=PolicyKind.GUARD, subject="maxChangedInstallations", before="25", after="500"),)

    text = plan_comment(replace(big(3), policy_changes=policy))

    assert "[!WARNING]" in text
    assert text.index("maxChangedInstallations") < text.index("Amperes")
    assert "the policy of the base" in text


STEPS = {"full": (200, BUDGET), "own": (1000, BUDGET), "units": (2500, BUDGET), "totals": (2500, 10_000)}


@pytest.mark.parametrize(("sites", "budget"), STEPS.values(), ids=STEPS)
def test_policy_heads_the_comment_however_much_is_left_out(sites: int, budget: int) -> None:
    """At the same place in every step, below the title."""
    mixed = (Cause.PULL_REQUEST, Cause.BASE, Cause.DRIFT, Cause.DRIFT, Cause.DRIFT, Cause.DRIFT)
    policy = (PolicyChange(kind=PolicyKind.GUARD, subject="maxChangedInstallations", before="25", after="500"),)

    lines = plan_comment(replace(big(sites, causes=mixed), policy_changes=policy), budget=budget).splitlines()

    assert lines[1].startswith("### Plan: this pull request brings ")
    assert lines[2:4] == ["", "> [!WARNING]"]
    assert lines[4].startswith("> **Policy:** 1 guard. This changes policy that counts only after the merge; ")
    assert lines[5:8] == ["", "- guard maxChangedInstallations: 25 → 500", ""]


def test_the_three_parts_come_in_order() -> None:
    """This pull request first, then what was pending, then drift."""
    text = plan_comment(big(9, causes=(Cause.DRIFT, Cause.BASE, Cause.PULL_REQUEST)))

    heads = [text.index(f"#### {words}") for words in ("This pull request", "Already pending on base", "Drift")]
    assert heads == sorted(heads)


def test_the_blast_radius_is_that_of_the_pull_request() -> None:
    """What drifted is nothing that the reviewer of this pull request does."""
    text = plan_comment(big(9, causes=(Cause.DRIFT, Cause.PULL_REQUEST)))

    assert "23 A raised" in text
