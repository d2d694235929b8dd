"""Two spellings of the same value are not a difference; two values are."""

import pytest

from reconciler.model.principal import one_spelling
from reconciler.model.settings import Scope, setting
from reconciler.model.value import ABSENT, Observation, Reason, Unreadable
from reconciler.planning.normalise import means_the_same, ordered_roles, tidy

CURRENT = setting(Scope.CHARGER, "maxCurrent")
STAND_ALONE = setting(Scope.CHARGER, "standAlone")
MODE = setting(Scope.INSTALLATION, "authentication.mode")
URL = setting(Scope.INSTALLATION, "authentication.ocppCloud.url")
PASSWORD = setting(Scope.INSTALLATION, "authentication.ocppCloud.initialPassword")
ROLES = setting(Scope.PRINCIPAL, "permissions")


class TestNoFalseDifference:
    @pytest.mark.parametrize("live", [32.0, 32, 31.999, 32.04])
    def test_amperes_compare_to_a_tenth(self, live: float) -> None:
        """A charger that reports 31.999 A stands at 32 A."""
        assert means_the_same(CURRENT, 32.0, live)

    @pytest.mark.parametrize("live", ["ocppNative", "OcppNative", "OCPPNATIVE"])
    def test_words_compare_without_case(self, live: str) -> None:
        """The cloud's spelling of a mode is not a change of mode."""
        assert means_the_same(MODE, "ocppNative", live)

    def test_hosts_compare_without_case(self) -> None:
        """Upper case in scheme or host leads to the same backend."""
        assert means_the_same(URL, "wss://ocpp.example/cp", "WSS://OCPP.example/cp")

    @pytest.mark.parametrize("wanted", ["env:FLEET_SECRET_A", "file:a"])
    def test_a_secret_that_is_set_is_as_wanted(self, wanted: str) -> None:
        """Nobody can read a secret back, so that it is set must do."""
        assert means_the_same(PASSWORD, wanted, "set")

    def test_roles_compare_as_a_set(self) -> None:
        """The order in which roles are listed gives nobody more or less."""
        assert means_the_same(ROLES, ("user", "owner"), ("owner", "user", "owner"))

    def test_an_empty_text_is_an_absent_one(self) -> None:
        """The cloud sends empty text where nothing is set."""
        assert means_the_same(URL, ABSENT, "")


class TestRealDifference:
    @pytest.mark.parametrize(
        ("row", "first", "second"),
        [
            (CURRENT, 16.0, 16.1),
            (CURRENT, 0.0, ABSENT),
            (STAND_ALONE, True, False),
            (MODE, "native", "webhooks"),
            (URL, "wss://ocpp.example/cp", "wss://ocpp.example/CP"),
            (URL, "wss://ocpp.example/cp", "wss://ocpp.example/cp/{deviceId}"),
            (PASSWORD, "env:FLEET_SECRET_A", ABSENT),
            (ROLES, ("user", "owner"), ("user",)),
            (ROLES, (), ABSENT),
        ],
    )
    def test_another_value_differs(self, row: object, first: Observation, second: Observation) -> None:
        """What means something else is a difference."""
        assert not means_the_same(row, first, second)

    def test_on_is_not_one_ampere(self) -> None:
        """True and 1 are different values although Python calls them equal."""
        assert not means_the_same(STAND_ALONE, True, 1.0)


class TestShown:
    def test_a_url_is_shown_as_written(self) -> None:
        """Folding of case is for comparing only."""
        assert tidy(URL, "wss://OCPP.example/CP") == "wss://OCPP.example/CP"

    def test_a_mode_that_we_do_not_know_is_shown_as_it_is(self) -> None:
        """A new mode of the cloud must not read as one of ours."""
        assert tidy(MODE, "ocpp201") == "ocpp201"

    def test_unreadable_stays_unreadable(self) -> None:
        """Normalising never turns unknown into a value."""
        unknown = Unreadable(reason=Reason.FORBIDDEN)

        assert tidy(CURRENT, unknown) is unknown

    def test_roles_come_in_one_order(self) -> None:
        """User, owner, service; roles that we do not know come last."""
        assert ordered_roles(["technical", "service", "owner", "user"]) == ("user", "owner", "service", "technical")

    def test_ids_of_people_and_lookup_keys_compare_without_case(self) -> None:
        """People type lookup keys; an id of the directory is what the directory says."""
        assert one_spelling("user-id:ABC") == "user-id:abc"
        assert one_spelling("userGroup:bsjg") == "userGroup:BSJG"
        assert one_spelling("person:C-1") == "person:C-1"
