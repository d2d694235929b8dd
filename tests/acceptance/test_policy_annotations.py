"""Policy that a pull request changes is annotated where it stands, before whatever was refused already."""

import re
from collections.abc import Callable

import pytest

from tests.acceptance.conftest import Shop
from tests.acceptance.test_base import BAKKEGATA, Repository, repository

__all__ = ["repository"]

EXCEPTION = """\
version: 1
exceptions:
  - {installation: %s, setting: authentication.mode, ignore: true, until: 2035-01-01, owner: KL, reason: because}
"""
ATTESTATION = """\
version: 1
installation: %s
digest: sha256:%s
attestedOn: 2026-01-01
validUntil: 2035-01-01
by: KL
evidence: seen
"""


def site_of(shop: Shop, path: str) -> str:
    """The id in one file."""
    return re.findall(r"^id: (\S+)", (shop.folder / "fleet" / path).read_text(), re.MULTILINE)[0]


def excepted(shop: Shop) -> str:
    """An entry of its own; the line of its end is the one that stands there."""
    file = shop.folder / "fleet" / "exceptions.yaml"
    file.write_text(EXCEPTION % site_of(shop, BAKKEGATA))
    return "fleet/exceptions.yaml,line=3"


def acknowledged(shop: Shop) -> str:
    """At the end of the file of the installation."""
    file = shop.folder / "fleet" / BAKKEGATA
    text = f"{file.read_text()}\nacknowledge:\n"
    file.write_text(f"{text}  - {{guard: lose-load-balancing, by: KL, reason: trust me, until: 2030-01-01}}\n")
    return f"fleet/{BAKKEGATA},line={text.count(chr(10)) + 1}"


def attested(shop: Shop) -> str:
    """A file of its own."""
    site = site_of(shop, BAKKEGATA)
    folder = shop.folder / "fleet" / "attestations"
    folder.mkdir()
    (folder / f"{site}.yaml").write_text(ATTESTATION % (site, "0" * 64))
    return f"fleet/attestations/{site}.yaml,line=1"


def in_fleet(pattern: str, replacement: str, *, found: str) -> Callable[[Shop], str]:
    """An edit of fleet.yaml, and the line that begins so afterwards."""

    def edit(shop: Shop) -> str:
        shop.edit("fleet.yaml", pattern, replacement)
        lines = (shop.folder / "fleet" / "fleet.yaml").read_text().splitlines()
        return f"fleet/fleet.yaml,line={next(i for i, one in enumerate(lines, 1) if one.strip().startswith(found))}"

    return edit


EDITS = {
    "exception": excepted,
    "acknowledgement": acknowledged,
    "attestation": attested,
    "guard": in_fleet(r"maxChargersToZero: 3", "maxChargersToZero: 4", found="maxChargersToZero"),
    "guard that is new": in_fleet(r"^  minAcceptedOwners.*\n", "  maxRaisedA: 900\n", found="maxRaisedA"),
    "host": in_fleet(r"^  - hooks", "  - ocpp.elsewhere.example\n  - hooks", found="- ocpp.elsewhere"),
    "first host": in_fleet(r"^allowedHosts:", "allowedHosts:\n  - a.example", found="- a.example"),
    "account": in_fleet(r"rate: 5", "rate: 4", found="rate: 4"),
    "bound": in_fleet(r"\Z", "final:\n  maxCurrent: {max: 32}\n", found="maxCurrent: {"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_a_change_of_policy_is_annotated_where_it_stands(repository: Repository, edit: Callable[[Shop], str]) -> None:
    """At its own file and line, so that a reviewer finds it beside the difference."""
    place = edit(repository.shop)

    ended = repository.plan("--format", "github")

    policy = [line for line in ended.out.splitlines() if "title=Policy" in line]
    assert [line.partition(",title=")[0] for line in policy] == [f"::warning file={place}"], ended.err


def test_what_is_taken_away_is_annotated_where_it_stood(repository: Repository) -> None:
    """The list that held it; a file that is gone has no lines any more."""
    repository.git("checkout", "-q", "main")
    excepted(repository.shop)
    EDITS["first host"](repository.shop)
    repository.commit("tolerate")
    repository.git("checkout", "-q", "-B", "feature")
    repository.shop.edit("fleet.yaml", r"^  - a\.example\n", "")
    (repository.shop.folder / "fleet" / "exceptions.yaml").unlink()

    ended = repository.plan("--format", "github")

    places = [line.partition(",title=")[0] for line in ended.out.splitlines() if "title=Policy" in line]
    hosts = (repository.shop.folder / "fleet" / "fleet.yaml").read_text().splitlines().index("allowedHosts:") + 1
    assert places == [f"::warning file=fleet/fleet.yaml,line={hosts}", "::warning file=fleet/exceptions.yaml"], (
        ended.err
    )


def test_own_policy_is_annotated_before_what_was_refused_already(repository: Repository) -> None:
    """GitHub shows ten of a level, and a reviewer answers for what the pull request brings."""
    excepted(repository.shop)
    EDITS["guard"](repository.shop)

    lines = repository.plan("--format", "github").out.splitlines()

    warnings = [line for line in lines if line.startswith("::warning")]
    titles = [re.findall(r"title=([^:,]+)", line)[0] for line in warnings]
    assert titles[:2] == ["Policy%3A guard", "Policy%3A exception"]
    assert titles[2].startswith("Refused on the base already%3A ")
