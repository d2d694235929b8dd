"""Worlds of any size, with the matching desired data."""

import json

import pytest

from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.world import World


def live(world: World) -> dict[str, object]:
    values: dict[str, object] = {}
    for charger in world.data["chargers"].values():
        values[charger["serial"]] = (float(str(charger["values"]["510"])), charger["values"]["712"] == "1")
    return values


class TestGenerated:
    def test_two_hundred_installations_and_a_thousand_chargers(self) -> None:
        """The size of a real operator; every installation has a charger."""
        made = generated_world(200, 1000)
        placed = [c for site in made.desired for c in site["chargers"]]

        assert len(made.world.data["installations"]) == len(made.desired) == 200
        assert len(placed) == len(set(placed)) == len(made.world.data["chargers"]) == 1000
        assert all(site["chargers"] for site in made.desired)

    def test_the_same_seed_gives_the_same_world(self) -> None:
        """And another seed another one."""
        first, again, other = (generated_world(10, 30, seed=n) for n in (3, 3, 4))

        assert first.world.to_json() == again.world.to_json()
        assert first.desired == again.desired
        assert first.world.to_json() != other.world.to_json()

    def test_what_is_not_named_as_drift_agrees(self) -> None:
        """And everything that is named differs."""
        made = generated_world(40, 200, drift=0.3)
        shown = live(made.world)
        drifted = {serial for _, serial, _ in made.drifted if serial}
        differing = {
            serial
            for site in made.desired
            for serial, wanted in site["chargers"].items()
            if shown[serial] != (wanted["maxCurrent"], wanted["standAlone"])
        }

        assert differing == drifted
        assert 20 < len(drifted) < 100

    def test_installations_drift_too(self) -> None:
        """Authorisation or address."""
        made = generated_world(100, 100, drift=0.5)
        names = {setting for _, serial, setting in made.drifted if serial is None}

        assert names == {"authentication.authorizationRequired", "authentication.ocppCloud.url"}

    def test_without_drift_nothing_differs(self) -> None:
        """A clean fleet."""
        assert generated_world(20, 60, drift=0).drifted == ()

    def test_values_respect_their_circuit(self) -> None:
        """Desired and live, so that a plan for it is legal."""
        made = generated_world(60, 300, drift=0.5)
        limits = {c["id"]: c["max_current_a"] for i in made.world.installations() for c in i["circuits"]}

        assert all(float(str(c["values"]["510"])) <= limits[c["circuit"]] for c in made.world.data["chargers"].values())

    @pytest.mark.parametrize(("installations", "chargers"), [(0, 5), (5, 4)])
    def test_impossible_sizes_are_refused(self, installations: int, chargers: int) -> None:
        """Each installation has at least one charger."""
        with pytest.raises(ValueError, match="there must be an installation"):
            generated_world(installations, chargers)

    def test_it_is_json(self) -> None:
        """Nothing but plain data inside."""
        assert json.loads(generated_world(3, 5).world.to_json())["installations"]
