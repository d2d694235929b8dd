"""Where our account sees nothing any more: what makes it the good end of a hand-over, and what is missing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.model.attest import fingerprint_of, permissions_digest
from reconciler.model.departure import Departure
from reconciler.model.desired import Attestation, RemovalGate
from reconciler.model.sighting import Sighting, settings_digest
from reconciler.planning.attested import ours_of
from reconciler.planning.departed import Known, departed, doubts_about
from tests.builders import NOW, SITE, TODAY, account, fleet, gone, permissions, person, wants

OWNER, OURS = "person:c-1", "userGroup:BSJG"
FILE = wants(access=permissions(person(OWNER, "owner"), absent=[gone(OURS, gate=RemovalGate.OWNER_ACCEPTED)]))
MAIN = account(group="BSJG")
INVITED = Attestation(
    installation_id=SITE,
    digest=permissions_digest(FILE),
    attested_on=TODAY,
    valid_until=TODAY + timedelta(days=90),
    by="KL",
    evidence="seen",
)
ACCEPTED = replace(INVITED, accepted=True)
LEFT = replace(ACCEPTED, left=True)
DONE = Sighting(account=FILE.account, installation_id=SITE, at=NOW, wanted=settings_digest(FILE))
BY_RUN = Departure(
    account=FILE.account,
    installation_id=SITE,
    principal=OURS,
    permissions=permissions_digest(FILE),
    unaccepted=(),
    run="r1",
)

SEEN_AGAIN = Known(
    gone=(replace(BY_RUN, at=NOW),),
    seen={DONE.place: replace(DONE, at=NOW + timedelta(seconds=30), open=("Authentication",))},
)
"""A run was told that our access is gone, and a look after that still saw the installation, with something open."""


def known(seen: Sighting | None = None, *, blind: frozenset[str] = frozenset()) -> Known:
    """What the last look told."""
    return Known(seen={} if seen is None else {seen.place: seen}, blind=blind)


def after(word: Attestation, **more: object) -> Sighting:
    """A look for which the word was there already."""
    return replace(DONE, word=fingerprint_of(word), **more)  # type: ignore[arg-type]  # its own attributes


class TestDoubts:
    @pytest.mark.parametrize(
        ("word", "what"),
        [
            (ACCEPTED, known(DONE)),
            (ACCEPTED, known(after(ACCEPTED))),
            (ACCEPTED, known(replace(DONE, unaccepted=(OWNER,)))),
            (LEFT, known()),
            (LEFT, known(replace(DONE, open=("Authentication",)))),
            (LEFT, known(blind=frozenset({"main"}))),
            (None, Known(gone=(BY_RUN,))),
            (None, Known(gone=(replace(BY_RUN, at=NOW),), seen={DONE.place: replace(DONE, open=("Authentication",))})),
        ],
        ids=[
            "settings done",
            "word before",
            "accepted since",
            "the end",
            "open",
            "blind",
            "a run of ours",
            "what it did",
        ],
    )
    def test_it_is_over(self, word: Attestation | None, what: Known) -> None:
        """A run of ours, a word that the last look bears out, or a word about the end itself."""
        assert doubts_about(FILE, MAIN, what, word=word) == ()

    @pytest.mark.parametrize(
        ("word", "what", "why"),
        [
            (None, known(DONE), "no run of ours"),
            (INVITED, known(DONE), "no run of ours"),
            (ACCEPTED, known(), "nothing here tells"),
            (ACCEPTED, known(replace(DONE, open=("Authentication",))), "this was open: Authentication"),
            (ACCEPTED, known(replace(DONE, wanted="sha256:0")), "the file wants other settings"),
            (ACCEPTED, known(after(ACCEPTED, unaccepted=(OWNER,))), f"{OWNER} has not accepted"),
            (ACCEPTED, known(DONE, blind=frozenset({"main"})), "no installation at all"),
            (LEFT, known(after(LEFT)), "saw it again"),
            (None, SEEN_AGAIN, "this was open: Authentication"),
            (ACCEPTED, SEEN_AGAIN, "this was open: Authentication"),
            (None, Known(gone=(replace(BY_RUN, unaccepted=(OWNER,)),)), f"before {OWNER} was seen to have accepted"),
        ],
    )
    def test_it_says_what_is_missing(self, word: Attestation | None, what: Known, why: str) -> None:
        """One sentence, for whoever asks the owner."""
        (doubt,) = doubts_about(FILE, MAIN, what, word=word)

        assert why in doubt


class TestDeparted:
    def test_a_file_that_keeps_our_group_never_ends(self) -> None:
        """Whatever somebody attests: there an installation that vanishes is lost access."""
        file = wants(access=permissions(person(OWNER, "owner"), person(OURS, "owner")))
        word = replace(LEFT, digest=permissions_digest(file))

        assert departed(fleet(file, accounts=(MAIN,), attestations=[word]), known(DONE), today=TODAY) == frozenset()

    def test_a_word_that_expired_ends_nothing(self) -> None:
        """It was for 180 days."""
        files = fleet(FILE, accounts=(MAIN,), attestations=[LEFT])

        assert departed(files, known(), today=TODAY) == {(FILE.account, SITE)}
        assert departed(files, known(), today=TODAY + timedelta(days=91)) == frozenset()


class TestOurs:
    WANTED = permissions(
        person("userGroup:HANS", "service"),
        absent=[gone(OURS, gate=RemovalGate.OWNER_ACCEPTED), gone("userGroup:ZZZZ")],
    )

    @pytest.mark.parametrize(
        ("own", "ours"),
        [
            (OURS, {OURS}),
            (None, {OURS, "userGroup:ZZZZ"}),
            ("userGroup:BSJX", {OURS}),
            ("userGroup:HANS", set()),
        ],
        ids=["named", "nobody said", "mistyped", "another stays"],
    )
    def test_which_of_those_who_leave_may_be_ours(self, own: str | None, ours: set[str]) -> None:
        """A group that leaves after the owner is most likely ours where the file names another nowhere."""
        assert ours_of(self.WANTED, own) == ours
