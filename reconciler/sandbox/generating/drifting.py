"""What others changed in the world behind the back of the files."""

import random
from collections.abc import Iterator

from reconciler.sandbox.generating.site import Document, Drifted
from reconciler.sandbox.records import Charger, Installation, Scalar
from reconciler.sandbox.terms import Mode, Operating

OLD_HOST = "wss://ocpp.former-backend.example/cp"
MANAGED_CHOICES_A = (6.0, 10.0, 13.0, 16.0, 20.0, 25.0, 32.0)
BURST_A = 6.0


class Drifter:
    """Changes one installation and its chargers in place, and says what it changed."""

    def __init__(
        self, dice: random.Random, installation: Installation, chargers: tuple[Charger, ...], document: Document
    ) -> None:
        self._dice = dice
        self._installation = installation
        self._chargers = {charger["serial"]: charger for charger in chargers}
        self._document = document
        self._limits = {circuit["id"]: circuit["max_current_a"] for circuit in installation["circuits"]}

    def drifted(self, cause: str) -> tuple[Drifted, ...]:
        """What this cause changes; another cause where it would have nothing to change."""
        made = {
            "energyManagement": self._energy_management,
            "installer": self._installer,
            "owner": self._owner,
            "staff": self._staff,
        }[cause]
        found = tuple(made(cause))
        return found or tuple(self._energy_management(cause)) or tuple(self._stand_alone(cause))

    def burst(self) -> tuple[Drifted, ...]:
        """Every charger at the same low current, as after a wrong command to all of them."""
        cause = "burst"
        found = (self._limit(serial, BURST_A, cause) for serial in self._managed())
        return tuple(one for one in found if one is not None) or tuple(self._stand_alone(cause))

    def _energy_management(self, cause: str) -> Iterator[Drifted]:
        """A system on site sets the limits of some chargers, at least one."""
        serials = self._managed()
        for serial in serials[: self._dice.randint(1, max(1, len(serials)))]:
            wanted = float(self._document["chargers"][serial]["maxCurrent"])
            most = self._limits[self._chargers[serial]["circuit"]]
            choices = [a for a in MANAGED_CHOICES_A if a <= most and a != wanted]
            one = self._limit(serial, self._dice.choice(choices), cause)
            if one is not None:
                yield one

    def _installer(self, cause: str) -> Iterator[Drifted]:
        """Somebody on site raised the limit of the installation, or switched a backend off."""
        fields = self._installation["fields"]
        if "maxCurrent" in self._document:
            wanted = float(self._document["maxCurrent"])
            fields["MaxCurrent"] = wanted + 10
            yield self._told(None, "maxCurrent", desired=wanted, live=wanted + 10, cause=cause)
        elif self._document["authentication"].get("mode") == "ocppCloud" and self._is_idle():
            fields["AuthenticationType"] = int(Mode.NATIVE)
            cloud = self._document["authentication"]["ocppCloud"]
            yield self._told(None, "authentication.mode", desired="ocppCloud", live="native", cause=cause)
            for name, wished in cloud.items():
                yield self._told(None, f"authentication.ocppCloud.{name}", desired=wished, live=None, cause=cause)

    def _owner(self, cause: str) -> Iterator[Drifted]:
        """The owner turned the question for cards on or off, in the app."""
        wanted = self._document["authentication"].get("authorizationRequired")
        if wanted is not None:
            self._installation["fields"]["IsRequiredAuthentication"] = not wanted
            setting = "authentication.authorizationRequired"
            yield self._told(None, setting, desired=wanted, live=not wanted, cause=cause)

    def _staff(self, cause: str) -> Iterator[Drifted]:
        """Somebody of ours typed the address of a backend that was given up."""
        blocks = {"ocppCloud": ("OcppCloudUrl", "/{deviceId}"), "ocppNative": ("OcppCentralSystemUrl", "")}
        for block, (field, ending) in blocks.items():
            wanted = self._document["authentication"].get(block, {}).get("url")
            live = f"{OLD_HOST}/typed{ending}"
            if wanted is not None:
                self._installation["fields"][field] = live
                yield self._told(None, f"authentication.{block}.url", desired=wanted, live=live, cause=cause)

    def _stand_alone(self, cause: str) -> Iterator[Drifted]:
        """The first charger that can: stand-alone mode the other way round."""
        for serial, said in self._document["chargers"].items():
            charger = self._chargers[serial]
            if "standAlone" not in said.get("unmanaged", ()):
                wanted = charger["values"]["712"] == "1"
                charger["values"]["712"] = "0" if wanted else "1"
                yield self._told(serial, "standAlone", desired=wanted, live=not wanted, cause=cause)
                return

    def _is_idle(self) -> bool:
        """Whether the mode could be switched back at once."""
        chargers = self._chargers.values()
        return all(one["online"] and one["values"]["710"] == str(int(Operating.DISCONNECTED)) for one in chargers)

    def _managed(self) -> list[str]:
        return [serial for serial, said in self._document["chargers"].items() if "maxCurrent" in said]

    def _limit(self, serial: str, amperes: float, cause: str) -> Drifted | None:
        wanted = float(self._document["chargers"][serial]["maxCurrent"])
        if amperes == wanted:
            return None
        self._chargers[serial]["values"]["510"] = f"{amperes:.3f}"
        return self._told(serial, "maxCurrent", desired=wanted, live=amperes, cause=cause)

    def _told(self, serial: str | None, setting: str, *, desired: Scalar, live: Scalar, cause: str) -> Drifted:
        return Drifted(
            installation=self._installation["id"],
            serial=serial,
            setting=setting,
            desired=desired,
            live=live,
            cause=cause,
        )
