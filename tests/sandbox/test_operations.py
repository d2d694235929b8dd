"""Invitations, time, other operations, and the log."""

from typing import Any

import pytest

from reconciler.sandbox.errors import CallerError, SandboxError, UnknownThingError
from reconciler.sandbox.operations import operate
from reconciler.sandbox.portal import set_value
from tests.sandbox.cloud import (
    FJELLVEIEN,
    FURULIA,
    HAVNEN,
    Cloud,
)

OLA = "ola.hansen@people.example"


class TestInvitations:
    def test_accepting_makes_a_user_with_the_offered_roles(self, cloud: Cloud) -> None:
        """Fjellveien 3 has waited nine days for it."""
        operate(cloud.world, "accept-invitation", {"who": "person:c-88122"})
        row = next(r for r in cloud.permissions(FJELLVEIEN) if r.get("Email") == OLA)

        assert (row["ObjectType"], row["Accepted"], row["Roles"]) == (4, True, 3)
        assert "InvitedAt" not in row

    def test_one_installation_only(self, cloud: Cloud) -> None:
        """Others stay open."""
        cloud.call("PUT", f"/partner/v1/installation/{FURULIA}/permissions", {"Email": OLA, "Roles": 1})
        operate(cloud.world, "accept-invitation", {"who": OLA.upper(), "installation": FURULIA})
        cloud.world.advance(7)
        accepted = {
            place: next(r["Accepted"] for r in cloud.permissions(place) if r.get("Email") == OLA)
            for place in (FURULIA, FJELLVEIEN)
        }

        assert accepted == {FURULIA: True, FJELLVEIEN: False}

    def test_an_account_made_by_accepting_counts_from_then_on(self, cloud: Cloud) -> None:
        """The next installation adds the person at once."""
        operate(cloud.world, "accept-invitation", {"who": "c-88122"})
        cloud.call("PUT", f"/partner/v1/installation/{FURULIA}/permissions", {"Email": OLA, "Roles": 1})
        cloud.world.advance(7)

        assert next(r["Accepted"] for r in cloud.permissions(FURULIA) if r.get("Email") == OLA)

    def test_nothing_to_accept_is_an_error(self, cloud: Cloud) -> None:
        """Kari accepted long ago."""
        with pytest.raises(SandboxError, match="no open invitation"):
            operate(cloud.world, "accept-invitation", {"who": "c-88121"})

    def test_an_unknown_person_is_an_error(self, cloud: Cloud) -> None:
        """The directory does not know them."""
        with pytest.raises(UnknownThingError, match="no person"):
            operate(cloud.world, "accept-invitation", {"who": "nobody"})


class TestOperations:
    def test_time_moves_forward_only(self, cloud: Cloud) -> None:
        """Advance answers the new time."""
        start = cloud.world.now()

        assert operate(cloud.world, "advance", {"seconds": 90})["now"] == start + 90
        with pytest.raises(SandboxError, match="backwards"):
            operate(cloud.world, "advance", {"seconds": -1})

    def test_reset_brings_the_fixture_back_but_not_the_time(self, cloud: Cloud) -> None:
        """The log starts again too."""
        set_value(cloud.world, "ZAP012345", setting="maxCurrent", value=6)
        cloud.state("ZAP012345")
        cloud.world.advance(100)
        now = cloud.world.now()
        operate(cloud.world, "reset", {})

        assert cloud.world.now() == now
        assert cloud.world.log == []
        assert Cloud(cloud.world).state("ZAP012345")[510] == "16.000"

    def test_seed_makes_a_world_of_any_size(self, cloud: Cloud) -> None:
        """The same seed, the same world."""
        operate(cloud.world, "seed", {"installations": 3, "chargers": 7, "seed": 5})

        status = operate(cloud.world, "status", {})
        assert (status["installations"], status["chargers"]) == (3, 7)

    def test_log_outbox_and_limit(self, cloud: Cloud) -> None:
        """What a person looks at."""
        cloud.call("PUT", f"/partner/v1/installation/{FURULIA}/permissions", {"Email": OLA, "Roles": 1})
        operate(cloud.world, "rate-limit", {"limited": False})

        log: list[dict[str, Any]] = operate(cloud.world, "log", {})["log"]
        assert [(e["method"], e["status"], e["effect"]) for e in log[-1:]] == [("PUT", 200, True)]
        assert operate(cloud.world, "outbox", {})["outbox"][0]["installation"] == FURULIA
        assert cloud.world.data["rate_limited"] is False

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("dance", {}),
            ("advance", {}),
            ("advance", {"seconds": "soon"}),
            ("fault", {"kind": "flood"}),
            ("seed", {"installations": 5, "chargers": 1}),
        ],
    )
    def test_wrong_operations_are_errors_with_a_text(
        self, cloud: Cloud, name: str, arguments: dict[str, object]
    ) -> None:
        """Never a traceback; the world is fine, so nobody is told to throw it away."""
        with pytest.raises(CallerError, match=r"\w") as refused:
            operate(cloud.world, name, arguments)

        assert "first world" not in refused.value.remedy

    def test_a_broken_world_is_not_the_callers_mistake(self, cloud: Cloud) -> None:
        """Here the advice to start afresh is right."""
        del cloud.world.data["installations"][FURULIA]["settling_permissions"]  # type: ignore[misc]  # the damage

        with pytest.raises(SandboxError, match="the world is broken") as refused:
            operate(cloud.world, "accept-invitation", {"who": "c-88122", "installation": FURULIA})
        assert not isinstance(refused.value, CallerError)
        assert "reset" in refused.value.remedy


class TestLog:
    def test_it_never_holds_bodies_or_query_values(self, cloud: Cloud) -> None:
        """Secrets travel in bodies."""
        cloud.call("PUT", f"/partner/v1/installation/{HAVNEN}/authentication", {"WebhooksAuthPayload": "topsecret"})
        cloud.get("/api/installation", NameFilter="topsecret")

        assert "topsecret" not in str(cloud.world.log)
        assert cloud.world.log[-1]["query"] == ["NameFilter"]

    def test_times_are_world_times(self, cloud: Cloud) -> None:
        """In order."""
        cloud.get("/api/installation")
        cloud.world.advance(5)
        cloud.get("/api/installation")

        assert cloud.world.log[-1]["at"] - cloud.world.log[-2]["at"] == 5

    def test_it_does_not_grow_without_end(self, cloud: Cloud) -> None:
        """The last 20 000 requests are kept."""
        entry = cloud.world.log[0]
        cloud.world.data["log"] = [entry] * 20_000
        cloud.get("/api/installation")

        assert len(cloud.world.log) == 20_000
        assert cloud.world.log[-1]["path"] == "/api/installation"
