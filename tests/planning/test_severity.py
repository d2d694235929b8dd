"""How bad a difference is: each rule on the smallest site that shows it."""

import pytest

from reconciler.model.finding import Severity
from reconciler.model.value import ABSENT
from reconciler.planning.explanations import EXPLANATIONS
from reconciler.planning.severity import RULES
from reconciler.planning.severity_named import NAMED
from tests.builders import SITE, charger, fleet, has_access, live, permissions, person, wants, wants_charger
from tests.planning.drift_case import drift, only

A, B = "ZPR080001", "ZPR080002"
S0, S1, S2, S3, S4 = Severity


def codes(*findings: object) -> list[str]:
    return [f"{one.severity} {one.code}" for one in findings]  # type: ignore[attr-defined]  # findings of any length


class TestCurrents:
    @pytest.mark.parametrize(
        ("wanted", "actual", "circuit", "expected"),
        [
            (16.0, 32.0, {"c1": 25.0}, "S0 D101"),
            (16.0, 32.0, {"c1": 40.0}, "S3 D401"),
            (16.0, 32.0, None, "S3 D401"),
            (16.0, 0.0, None, "S2 D301"),
            (16.0, 5.9, None, "S2 D301"),
            (16.0, 6.0, None, "S3 D402"),
            (32.0, 16.0, {"c1": 40.0}, "S3 D402"),
        ],
    )
    def test_a_charger_is_judged_by_direction_and_by_what_feeds_it(
        self, wanted: float, actual: float, circuit: dict[str, float] | None, expected: str
    ) -> None:
        """Above the fuse is worse than no charging, and that is worse than slow charging."""
        found = drift(wants(wants_charger(A, maxCurrent=wanted)), live(charger(A, maxCurrent=actual), circuits=circuit))

        assert codes(*found) == [expected]

    def test_a_charger_above_its_installation_could_exceed_a_fuse(self) -> None:
        """The limit of the installation comes with every list."""
        found = drift(
            wants(wants_charger(A, maxCurrent=16.0)),
            live(charger(A, maxCurrent=32.0), settings={"maxCurrent": 25.0}, circuits=None),
        )

        assert codes(*found) == ["S0 D101"]

    def test_without_load_balancing_an_unknown_circuit_counts_as_too_small(self) -> None:
        """A stand-alone charger that shares a site ignores the others."""
        found = drift(
            wants(wants_charger(A, maxCurrent=16.0, standAlone=True), wants_charger(B, standAlone=False)),
            live(charger(A, maxCurrent=32.0, standAlone=True), charger(B, standAlone=False), circuits=None),
        )

        assert codes(*found) == ["S0 D102"]

    @pytest.mark.parametrize(("actual", "expected"), [(80.0, "S0 D104"), (40.0, "S3 D402"), (5.0, "S2 D301")])
    def test_the_limit_of_an_installation(self, actual: float, expected: str) -> None:
        """Higher than the files say is about the fuse."""
        found = drift(wants(settings={"maxCurrent": 63.0}), live(settings={"maxCurrent": actual}))

        assert codes(*found) == [expected]


class TestStandAlone:
    def test_left_on_keeps_people_from_charging(self) -> None:
        """The usual leftover of native OCPP."""
        found = drift(wants(wants_charger(A, standAlone=False)), live(charger(A, standAlone=True)))

        assert codes(*found) == ["S2 D302"]

    def test_two_on_one_circuit_that_cannot_carry_both_could_exceed_its_fuse(self) -> None:
        """32 A and 32 A on 40 A."""
        both = {"standAlone": True, "maxCurrent": 32.0}
        found = drift(
            wants(
                wants_charger(A, standAlone=False, maxCurrent=32.0), wants_charger(B, standAlone=False, maxCurrent=32.0)
            ),
            live(charger(A, **both), charger(B, **both), circuits={"c1": 40.0}),
        )

        assert codes(*found) == ["S0 D103", "S0 D103"]

    def test_off_where_the_file_wants_it_on_is_about_the_connection(self) -> None:
        """Nobody is locked out."""
        found = drift(wants(wants_charger(A, standAlone=True)), live(charger(A, standAlone=False)))

        assert codes(*found) == ["S3 D403"]


class TestAuthentication:
    def test_another_mode_means_that_somebody_else_or_nobody_decides(self) -> None:
        """The charger looks healthy all the while."""
        found = drift(
            wants(settings={"authentication.mode": "native"}), live(settings={"authentication.mode": "webhooks"})
        )

        assert codes(*found) == ["S2 D303"]

    @pytest.mark.parametrize(("wanted", "expected"), [(True, "S1 D203"), (False, "S2 D305")])
    def test_authorisation_opens_or_locks(self, wanted: bool, expected: str) -> None:
        """Off is open to everybody, on keeps people out."""
        name = "authentication.authorizationRequired"
        found = drift(wants(settings={name: wanted}), live(settings={name: not wanted}))

        assert codes(*found) == [expected]

    @pytest.mark.parametrize(("actual", "expected"), [(ABSENT, "S2 D304"), ("wss://old.example/cp", "S3 D404")])
    def test_an_empty_address_is_worse_than_a_wrong_one(self, actual: str, expected: str) -> None:
        """With none nobody can charge; with another, sessions go astray."""
        name, url = "authentication.ocppCloud.url", "wss://ocpp.backend-b.example/cp/{deviceId}"
        found = drift(
            wants(settings={"authentication.mode": "ocppCloud", name: url}),
            live(settings={"authentication.mode": "ocppCloud", name: actual}),
        )

        assert codes(*found) == [expected]


class TestAccess:
    @pytest.mark.parametrize(
        ("wanted", "actual", "expected"),
        [
            (("user", "owner"), None, "S1 D202"),
            (("user",), None, "S2 D306"),
            (("user",), ("user", "owner"), "S1 D201"),
            (("user", "owner"), ("user",), "S1 D202"),
        ],
    )
    def test_roles_too_many_and_too_few(
        self, wanted: tuple[str, ...], actual: tuple[str, ...] | None, expected: str
    ) -> None:
        """Unwanted rights and a missing owner are about access; a missing user cannot charge."""
        seen = [has_access("person:c-2", "owner")] + ([has_access("person:c-1", *actual)] if actual else [])
        found = drift(
            wants(access=permissions(person("person:c-1", *wanted), person("person:c-2", "owner"))), live(access=seen)
        )

        assert codes(*found) == [expected]


class TestTheTable:
    def test_it_goes_from_worst_to_least(self) -> None:
        """The first rule that fits decides, so a lesser one must not stand before."""
        order = [rule.severity.value for rule in RULES]

        assert order == sorted(order)
        assert RULES[-1].fits is not None

    def test_a_code_tells_the_severity(self) -> None:
        """D1 is S0, D5 is S4."""
        assert {(rule.code[:2], rule.severity) for rule in (*RULES, *NAMED)} == {
            ("D1", S0),
            ("D2", S1),
            ("D3", S2),
            ("D4", S3),
            ("D5", S4),
        }

    def test_every_rule_can_be_explained_and_stands_once(self) -> None:
        """`reconciler explain D101` and so on."""
        used = [rule.code for rule in (*RULES, *NAMED)]

        assert len(set(used)) == len(used)
        assert set(used) <= {one.code for one in EXPLANATIONS}

    def test_nothing_is_without_a_place_in_order(self) -> None:
        """A quiet site has no finding."""
        assert (
            drift(fleet(wants(wants_charger(A, maxCurrent=16.0))), live(charger(A, maxCurrent=16.0), site=SITE)) == ()
        )
        assert only(drift(wants(), live(charger(A)))).code == "D502"
