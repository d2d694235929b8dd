"""What a redirect is worth: each outcome, and that nothing but all of it together is a grant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageProblemError
from reconciler.model.consent import Claim, InstallationKind, IssuedLink, LinkState, Outcome, SeenSite
from reconciler.planning.consent_claims import claim_of, judge, judge_claim, judge_site, state_after

OLD, NEW, OTHER = (f"00000000-0000-4000-8000-00000000000{number}" for number in range(3))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NONCE = "n" * 32
READABLE = SeenSite(kind=InstallationKind.GO, is_readable=True)
LINK = IssuedLink(
    digest="d" * 64,
    account="main",
    lookup_key="BSJG",
    kind=InstallationKind.GO,
    issued_at=NOW - timedelta(hours=1),
    expires_at=NOW + timedelta(hours=1),
    visible=(OLD,),
    has_return=True,
)


def claim(installation_id: str | None = NEW, *, success: bool | None = True) -> Claim:
    """An approval of the new installation, with something changed."""
    return Claim(nonce=NONCE, success=success, installation_id=installation_id)


def link(**changed: object) -> IssuedLink:
    """The link, with something changed."""
    return replace(LINK, **changed)  # type: ignore[arg-type]  # fields by name


class TestOutcomes:
    @pytest.mark.parametrize(
        ("said", "pending", "seen", "outcome"),
        [
            (claim(), LINK, READABLE, Outcome.GRANTED),
            (claim(success=False), LINK, READABLE, Outcome.DENIED),
            (None, LINK, READABLE, Outcome.CLOSED),
            (None, link(expires_at=NOW), READABLE, Outcome.EXPIRED),
            (claim(None), LINK, READABLE, Outcome.MISSING),
            (claim(), None, READABLE, Outcome.FORGED),
            (None, None, READABLE, Outcome.FORGED),
            (claim(), link(state=LinkState.GRANTED, claimed_id=NEW), READABLE, Outcome.REPLAYED),
            (claim(), link(state=LinkState.DENIED), READABLE, Outcome.REPLAYED),
            (claim(), link(state=LinkState.NEEDS_REVIEW), READABLE, Outcome.REPLAYED),
            (claim(), link(state=LinkState.CANCELLED, claimed_id=NEW), READABLE, Outcome.CANCELLED),
            (None, link(state=LinkState.CANCELLED), READABLE, Outcome.CANCELLED),
            (claim(OTHER), link(state=LinkState.CLAIMED, claimed_id=NEW), READABLE, Outcome.REPLAYED),
            (claim(success=False), link(state=LinkState.CLAIMED, claimed_id=NEW), READABLE, Outcome.REPLAYED),
            (claim(), link(state=LinkState.CLAIMED, claimed_id=NEW), READABLE, Outcome.GRANTED),
            (claim(), link(state=LinkState.CLAIMED, claimed_id=NEW, expires_at=NOW), READABLE, Outcome.GRANTED),
            (claim(), link(installation_id=OTHER), READABLE, Outcome.FOREIGN),
            (claim(OLD), link(installation_id=OLD), READABLE, Outcome.GRANTED),
            (claim(OLD), LINK, READABLE, Outcome.ALREADY_VISIBLE),
            (claim(), LINK, None, Outcome.NOT_YET_READABLE),
            (claim(), LINK, replace(READABLE, is_readable=False), Outcome.NOT_YET_READABLE),
            (claim(), LINK, replace(READABLE, kind=None), Outcome.GRANTED),
            (claim(), LINK, replace(READABLE, kind=InstallationKind.PRO), Outcome.WRONG_TYPE),
            (claim(), link(kind=InstallationKind.PRO), READABLE, Outcome.WRONG_TYPE),
            (claim(), link(expires_at=NOW), READABLE, Outcome.EXPIRED),
            (claim(success=None), LINK, READABLE, Outcome.NEEDS_REVIEW),
            (replace(claim(success=None), is_cut=True), LINK, READABLE, Outcome.MISSING),
            (replace(claim(None, success=None), is_cut=True), LINK, READABLE, Outcome.MISSING),
            (claim("not-an-id"), LINK, READABLE, Outcome.NEEDS_REVIEW),
        ],
    )
    def test_each_way_has_its_outcome(
        self, said: Claim | None, pending: IssuedLink | None, seen: SeenSite | None, outcome: Outcome
    ) -> None:
        """In product terms: who said what, and what our own account sees."""
        visible = {} if seen is None else {OLD: seen, NEW: seen, OTHER: seen}

        assert judge(said, pending, now=NOW, visible_now=visible) is outcome

    def test_an_installation_that_another_link_brought_is_foreign(self) -> None:
        """Somebody saw somebody else's address."""
        assert judge_claim(claim(), LINK, now=NOW, taken={NEW}) is Outcome.FOREIGN

    def test_an_installation_that_the_link_names_is_not_foreign(self) -> None:
        """Another link may have brought it before; it is what was asked for all the same."""
        assert judge_claim(claim(), link(installation_id=NEW), now=NOW, taken={NEW}) is None

    def test_what_is_cut_off_leaves_the_link_open(self) -> None:
        """It is no answer yet."""
        assert state_after(Outcome.MISSING) is LinkState.ISSUED

    @given(
        state=st.sampled_from(LinkState),
        success=st.sampled_from([True, False, None]),
        claimed=st.sampled_from([None, OLD, NEW, OTHER, "x"]),
        named=st.sampled_from([None, OLD, NEW]),
        known=st.booleans(),
        late=st.booleans(),
        seen=st.sampled_from([None, READABLE, replace(READABLE, is_readable=False)]),
    )
    def test_only_a_known_nonce_and_a_new_or_named_id_that_we_read_is_a_grant(
        self,
        *,
        state: LinkState,
        success: bool | None,
        claimed: str | None,
        named: str | None,
        known: bool,
        late: bool,
        seen: SeenSite | None,
    ) -> None:
        """Whatever a browser claims."""
        pending = link(
            state=state,
            installation_id=named,
            claimed_id=NEW if state is LinkState.CLAIMED else None,
            expires_at=NOW if late else LINK.expires_at,
        )
        visible = {} if seen is None or claimed is None else {claimed: seen}

        outcome = judge(claim(claimed, success=success), pending if known else None, now=NOW, visible_now=visible)

        goes_on = state is LinkState.CLAIMED and claimed == NEW
        may_be = claimed == named or (named is None and claimed in (NEW, OTHER))
        is_open = (state is LinkState.ISSUED and not late) or goes_on
        assert (outcome is Outcome.GRANTED) == (
            known and success is True and may_be and claimed is not None and is_open and seen == READABLE
        )

    def test_what_a_stranger_can_send_never_uses_a_link_up(self) -> None:
        """Forged, replayed and late addresses leave the link as it is."""
        assert {one for one in Outcome if state_after(one) is None} == {
            Outcome.FORGED,
            Outcome.REPLAYED,
            Outcome.EXPIRED,
            Outcome.CLOSED,
            Outcome.CANCELLED,
        }

    def test_reading_decides_last(self) -> None:
        """The type counts also before the hierarchy has come."""
        pro = SeenSite(kind=InstallationKind.PRO, is_readable=False)

        assert judge_site(LINK, pro) is Outcome.WRONG_TYPE


class TestRedirect:
    @pytest.mark.parametrize(
        ("query", "said"),
        [
            (f"success=true&installationId={NEW}", claim()),
            (f"installationId={NEW.upper()}&success=true&utm=x", claim()),
            ("success=false", claim(None, success=False)),
            ("success=true", claim(None)),
            ("success=true&installationId=", claim(None)),
            (f"success=true&installationId={NEW[:-5]}", replace(claim(NEW[:-5]), is_cut=True)),
            (f"success=tr&installationId={NEW}", replace(claim(success=None), is_cut=True)),
            (f"success=true&success=false&installationId={NEW}", claim(success=None)),
            (f"success=TRUE&installationId={NEW}", claim(success=None)),
            (f"success=true&installationId={NEW}&installationId={OTHER}", claim(None, success=None)),
            ("", replace(claim(None, success=None), is_cut=True)),
            ("success=", replace(claim(None, success=None), is_cut=True)),
            (f"installationId={NEW}", replace(claim(success=None), is_cut=True)),
        ],
    )
    def test_a_redirect_is_read_as_it_stands(self, query: str, said: Claim) -> None:
        """What comes twice, or in another writing, is not guessed at."""
        assert claim_of(f"https://partner.example/back/{NONCE}?{query}") == said

    @pytest.mark.parametrize(
        "url", ["", "x", "https://partner.example/", "https://partner.example/short?success=true", "http://[::1"]
    )
    def test_without_a_nonce_it_is_no_redirect_of_ours(self, url: str) -> None:
        """Said so at once."""
        with pytest.raises(UsageProblemError):
            claim_of(url)

    @pytest.mark.parametrize("whole", [f"success=true&installationId={NEW}", f"installationId={NEW}&success=true"])
    def test_an_address_that_was_cut_anywhere_does_not_use_the_link_up(self, whole: str) -> None:
        """A shell cuts it at `&`, a mail program wherever the line ends."""
        parts = [whole[:length] for length in range(len(whole))]

        claims = [claim_of(f"https://partner.example/back/{NONCE}?{part}") for part in parts]

        assert {judge_claim(one, LINK, now=NOW) for one in claims} == {Outcome.MISSING}

    @given(text=st.text(max_size=200))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        """Nothing that somebody pastes is our bug."""
        try:
            found = claim_of(f"https://partner.example/{NONCE}?{text}")
        except UsageProblemError:
            return
        assert found.installation_id is None or len(found.installation_id) <= 100
