"""The links on disk: one use each, nothing of the nonce, and no two commands in each other's way."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.model.consent import InstallationKind, IssuedLink, LinkState, Outcome
from reconciler.store.nonces import Links, digest_of, new_nonce

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def link(nonce: str, *, visible: tuple[str, ...] = ("a", "b"), hours: int = 0) -> IssuedLink:
    """A link with that nonce."""
    return IssuedLink(
        digest=digest_of(nonce),
        account="main",
        lookup_key="BSJG",
        kind=InstallationKind.PRO,
        issued_at=NOW + timedelta(hours=hours),
        expires_at=NOW + timedelta(days=30),
        visible=visible,
        has_return=True,
        reference="order 1",
        lang="no",
        installation_id="b",
    )


class TestLinks:
    def test_what_is_written_comes_back(self, tmp_path: Path) -> None:
        """Oldest first, each with what was visible then."""
        second, first = link("two", hours=1), link("one", visible=())
        Links(tmp_path).issue([second])
        Links(tmp_path).issue([first])

        assert Links(tmp_path).all() == (first, second)
        assert Links(tmp_path).find("two") == second
        assert Links(tmp_path).find("three") is None

    def test_a_folder_without_links_knows_none(self, tmp_path: Path) -> None:
        """And makes no file by looking."""
        assert Links(tmp_path).all() == ()
        assert not (tmp_path / ".reconciler/consents.json").exists()

    def test_only_the_owner_reads_the_file(self, tmp_path: Path) -> None:
        """Also after it was written again."""
        book = Links(tmp_path)
        book.issue([link("one")])
        book.issue([link("two")])

        assert stat.S_IMODE((tmp_path / ".reconciler/consents.json").stat().st_mode) == 0o600

    def test_a_file_that_others_could_read_is_closed_to_them(self, tmp_path: Path) -> None:
        """Somebody had made it, or another version of us."""
        book = Links(tmp_path)
        book.issue([link("one")])
        path = tmp_path / ".reconciler/consents.json"
        path.chmod(0o644)
        book.issue([link("two")])

        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_what_was_visible_is_kept_once_for_a_batch(self, tmp_path: Path) -> None:
        """Five hundred links of a fleet of ten thousand must not make a file of five million ids."""
        Links(tmp_path).issue([link(str(number), visible=("x" * 36,)) for number in range(50)])

        assert (tmp_path / ".reconciler/consents.json").read_text().count("x" * 36) == 1

    def test_a_decision_is_kept(self, tmp_path: Path) -> None:
        """State, reason, time and installation."""
        book, issued = Links(tmp_path), link("one")
        book.issue([issued, link("two")])

        moved = book.settle(issued, LinkState.NEEDS_REVIEW, at=NOW, claimed_id="b", outcome=Outcome.WRONG_TYPE)

        assert moved is not None
        assert (moved.state, moved.outcome, moved.claimed_id, moved.settled_at) == (
            LinkState.NEEDS_REVIEW,
            Outcome.WRONG_TYPE,
            "b",
            NOW,
        )
        assert book.find("one") == moved
        assert book.find("two") == link("two")

    def test_of_many_at_once_one_moves_a_link(self, tmp_path: Path) -> None:
        """A double click makes no second binding."""
        issued = link("one")
        Links(tmp_path).issue([issued])
        with ThreadPoolExecutor(max_workers=8) as pool:
            moved = list(pool.map(lambda _: Links(tmp_path).settle(issued, LinkState.CLAIMED, at=NOW), range(16)))

        assert sum(one is not None for one in moved) == 1

    @pytest.mark.parametrize("text", ["", "[]", "{", '{"version": 2, "seen": {}, "links": []}', '{"version": 1}'])
    def test_a_garbled_file_is_an_error_and_not_an_empty_list(self, tmp_path: Path, text: str) -> None:
        """Otherwise a replay would look like something new."""
        Links(tmp_path).issue([link("one")])
        (tmp_path / ".reconciler/consents.json").write_text(text)

        with pytest.raises(ReconcilerError, match="cannot be understood"):
            Links(tmp_path).find("one")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("state", "x"),
            ("seen", "x"),
            ("expires_at", "x"),
            ("kind", 7),
            ("outcome", "x"),
            ("lang", 7),
            ("installation_id", 5),
            ("claimed_id", ["x"]),
            ("account", ["x"]),
            ("reference", 1),
        ],
    )
    def test_one_garbled_link_spoils_the_file(self, tmp_path: Path, name: str, value: object) -> None:
        """Nothing is guessed."""
        Links(tmp_path).issue([link("one")])
        path = tmp_path / ".reconciler/consents.json"
        data = json.loads(path.read_text())
        data["links"][0][name] = value
        path.write_text(json.dumps(data))

        with pytest.raises(ReconcilerError):
            Links(tmp_path).all()

    def test_a_link_in_its_place_is_not_followed(self, tmp_path: Path) -> None:
        """What others point to is not our list."""
        Links(tmp_path).issue([link("one")])
        path = tmp_path / ".reconciler/consents.json"
        path.rename(tmp_path / "elsewhere.json")
        path.symlink_to(tmp_path / "elsewhere.json")

        with pytest.raises(ReconcilerError):
            Links(tmp_path).all()

    def test_nonces_differ_and_fit_into_a_path(self) -> None:
        """192 bits each."""
        made = {new_nonce() for _ in range(1000)}

        assert len(made) == 1000
        assert all(len(one) == 32 and one.replace("-", "").replace("_", "").isalnum() for one in made)
