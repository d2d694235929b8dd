"""Scripted failures: each strikes where and as often as it was told."""

import json
import re
from typing import Any

import pytest

from reconciler.sandbox.faults import AnswerTimedOut, ConnectionLost, fault
from reconciler.sandbox.operations import script_fault
from tests.sandbox.cloud import ELVEVEIEN, Cloud


def script(cloud: Cloud, kind: str, **details: Any) -> None:
    script_fault(cloud.world, fault(kind, **details))


def write(cloud: Cloud) -> int:
    return cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10}).status_code


def took_effect(cloud: Cloud) -> bool:
    return cloud.charger("ZAP012345")["settling"] != []


class TestWhere:
    def test_it_strikes_as_often_as_told_and_then_rests(self, cloud: Cloud) -> None:
        """Twice, and then as if nothing had been."""
        script(cloud, "too-many-requests", times=2)

        assert [cloud.get("/api/installation").status_code for _ in range(3)] == [429, 429, 200]

    def test_the_first_requests_can_pass(self, cloud: Cloud) -> None:
        """After two that fit."""
        script(cloud, "error-before", after_n=2)

        assert [cloud.get("/api/installation").status_code for _ in range(4)] == [200, 200, 500, 200]

    def test_method_and_path_choose(self, cloud: Cloud) -> None:
        """A star stands for anything, slashes too."""
        script(cloud, "error-before", method="get", path="/api/chargers/*/state")

        assert cloud.get("/api/chargers").status_code == 200
        assert write(cloud) == 200
        assert cloud.get(f"/api/chargers/{cloud.charger('ZAP012345')['id']}/state").status_code == 500

    def test_several_take_turns(self, cloud: Cloud) -> None:
        """One per request, in the order of the script."""
        script(cloud, "error-before", status=502)
        script(cloud, "too-many-requests")

        assert [cloud.get("/api/installation").status_code for _ in range(3)] == [502, 429, 200]

    @pytest.mark.parametrize(
        "details",
        [{"kind": "flood"}, {"kind": "error-before", "body": "poem"}, {"kind": "error-before", "code": 1}],
    )
    def test_unknown_kinds_are_refused(self, details: dict[str, Any]) -> None:
        """When it is scripted, not when it should strike."""
        with pytest.raises(ValueError, match="is not a valid"):
            fault(**details)


class TestErrors:
    def test_before_the_effect(self, cloud: Cloud) -> None:
        """The write was not carried out."""
        script(cloud, "error-before", status=503, body="html")
        status = write(cloud)

        assert (status, took_effect(cloud)) == (503, False)
        assert cloud.world.log[-1]["effect"] is False

    def test_after_the_effect(self, cloud: Cloud) -> None:
        """A 500 although the write took effect; the log knows."""
        script(cloud, "error-after")
        status = write(cloud)

        assert (status, took_effect(cloud)) == (500, True)
        assert (cloud.world.log[-1]["status"], cloud.world.log[-1]["effect"]) == (500, True)

    @pytest.mark.parametrize(("body", "begins"), [("empty", ""), ("json", '{"Code": 505'), ("html", "<html>")])
    def test_what_it_carries(self, cloud: Cloud, body: str, begins: str) -> None:
        """An empty 500 may be repeated, one with a code may not."""
        script(cloud, "error-before", body=body)
        text = cloud.get("/api/installation").text

        assert text.startswith(begins)
        assert bool(text) is bool(begins)

    def test_the_code_of_a_refusal_can_be_chosen(self, cloud: Cloud) -> None:
        """Some codes say that nothing was done, others do not."""
        script(cloud, "error-before", body="json", code=529)

        assert cloud.get("/api/installation").json["Code"] == 529

    @pytest.mark.parametrize("body", ["json", "html"])
    def test_its_text_holds_what_nobody_may_repeat(self, cloud: Cloud, body: str) -> None:
        """An address, a URL with credentials, and a word at the end."""
        script(cloud, "error-before", body=body)
        text = cloud.get("/api/installation").text

        assert re.search(r"CANARY-\w+@people\.example", text)
        assert "https://CANARY-user:CANARY-pass@hooks.paycharge.example" in text

    def test_a_storm_says_when_to_come_back(self, cloud: Cloud) -> None:
        """Retry-After as from the real limiter."""
        script(cloud, "too-many-requests")

        assert cloud.get("/api/installation").headers["Retry-After"] == "1"

    @pytest.mark.parametrize(
        ("kind", "status"), [("unauthorized", 401), ("revoked-access", 403), ("empty-answer", 204)]
    )
    def test_other_statuses(self, cloud: Cloud, kind: str, status: int) -> None:
        """An expired token, lost access, an empty answer."""
        script(cloud, kind)

        assert cloud.get(f"/api/installation/{ELVEVEIEN}").status_code == status


class TestLostAnswers:
    def test_before_the_effect(self, cloud: Cloud) -> None:
        """The connection drops, nothing happened."""
        script(cloud, "lost-answer-before")

        with pytest.raises(ConnectionLost):
            write(cloud)
        assert took_effect(cloud) is False
        assert (cloud.world.log[-1]["status"], cloud.world.log[-1]["effect"]) == (0, False)

    def test_after_the_effect(self, cloud: Cloud) -> None:
        """The connection drops, the write stands."""
        script(cloud, "lost-answer-after")

        with pytest.raises(ConnectionLost):
            write(cloud)
        assert took_effect(cloud) is True
        assert (cloud.world.log[-1]["status"], cloud.world.log[-1]["effect"]) == (0, True)

    def test_a_timeout_is_a_lost_answer_of_its_own_kind(self, cloud: Cloud) -> None:
        """So that a transport can tell them apart."""
        script(cloud, "timeout")

        with pytest.raises(AnswerTimedOut):
            write(cloud)
        assert took_effect(cloud) is True

    def test_the_next_request_works(self, cloud: Cloud) -> None:
        """The world's lock is free again."""
        script(cloud, "lost-answer-after")
        with pytest.raises(ConnectionLost):
            write(cloud)

        assert write(cloud) == 200


class TestReads:
    def test_a_stale_installation(self, cloud: Cloud) -> None:
        """The values from before the latest change, once."""
        cloud.update_installation(ELVEVEIEN, {"maxCurrent": 20})
        cloud.world.advance(7)
        script(cloud, "stale-read", path="/api/installation/*")

        assert [cloud.row(ELVEVEIEN)["MaxCurrent"] for _ in range(2)] == [25, 20]

    def test_a_stale_charger_state(self, cloud: Cloud) -> None:
        """Not kept for the next read."""
        cloud.update_charger("ZAP012345", {"maxChargeCurrent": 10})
        cloud.world.advance(15)
        script(cloud, "stale-read", path="*/state")

        assert [cloud.state("ZAP012345")[510] for _ in range(2)] == ["16.000", "10.000"]

    def test_a_missing_page(self, cloud: Cloud) -> None:
        """The page comes, but without its rows."""
        script(cloud, "missing-page")

        assert cloud.get("/api/chargers").json == {"Pages": 3, "Data": []}

    def test_a_reordered_list(self, cloud: Cloud) -> None:
        """Same rows, other order."""
        script(cloud, "reordered-list")
        first, second = (cloud.get("/api/installation").json["Data"] for _ in range(2))

        assert first == second[::-1]

    def test_changed_types(self, cloud: Cloud) -> None:
        """Numbers come as text."""
        script(cloud, "changed-type", times=2)

        assert cloud.row(ELVEVEIEN)["MaxCurrent"] == "25"
        assert cloud.get("/api/installation").json["Data"][0]["AuthenticationType"] == "0"


class TestMalformed:
    """Answers that no client can use; a write among them took effect, unless somebody else answered it."""

    @pytest.mark.parametrize("kind", ["truncated-body", "wrong-charset", "not-json"])
    def test_a_body_that_nobody_can_read(self, cloud: Cloud, kind: str) -> None:
        """Cut off in the middle, in another character set, or the page of a proxy, with a quiet 200."""
        script(cloud, kind)
        answer = cloud.get("/api/installation")

        assert answer.status_code == 200
        with pytest.raises(ValueError, match=r"codec can't decode|Expecting|Unterminated"):
            json.loads(answer.data.decode())

    def test_a_gigantic_body_is_valid_at_first(self, cloud: Cloud) -> None:
        """More bytes than a client should keep, and as many as the header says."""
        script(cloud, "gigantic-body")
        answer = cloud.get("/api/installation")

        assert len(answer.data) == answer.content_length > 64 * 1024 * 1024
        assert len(json.loads(answer.data)["Data"]) > 1

    @pytest.mark.parametrize(
        ("kind", "happened"),
        [
            ("truncated-body", True),
            ("wrong-charset", True),
            ("gigantic-body", True),
            ("not-json", False),
            ("redirect", False),
        ],
    )
    def test_what_became_of_a_write(self, cloud: Cloud, kind: str, happened: bool) -> None:
        """Whoever answers with a page or a redirect did not pass the write on."""
        script(cloud, kind, path="*/update")
        write(cloud)

        assert took_effect(cloud) is happened

    def test_a_redirect_leads_to_another_host(self, cloud: Cloud) -> None:
        """With a status that asks for the same method and body again."""
        script(cloud, "redirect")
        answer = cloud.get("/api/installation")

        assert (answer.status_code, answer.location) == (307, "https://api.another.example/api/installation")
