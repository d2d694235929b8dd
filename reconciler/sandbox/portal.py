"""Changing live values without the API: as another writer, or as a person in the Portal.

Settings are named as in a fleet file. What another writer sets is readable at once;
what a person sets in the Portal too, except that an offline charger takes it only
when it is back.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from reconciler.sandbox import words
from reconciler.sandbox.errors import CallerError, SandboxError, UnknownThingError, nearest
from reconciler.sandbox.principals import roles_of, set_charger_roles, set_roles
from reconciler.sandbox.records import Charger, Fields, Installation, Settling
from reconciler.sandbox.settling import (
    change_charger,
    come_online,
    set_charger_values,
    settle_charger,
    settle_installation,
)
from reconciler.sandbox.terms import Feature, Holder, Mode, Role
from reconciler.sandbox.world import World

Reader = Callable[[object], str | int | float | bool | None]
SECRET_BY_HAND = "typed in the Portal"  # noqa: S105 - what carry-out puts for any secret


def _mode(value: object) -> int:
    return words.choice(value, words.MODES)


def _version(value: object) -> int:
    return words.choice(value, words.URL_VERSIONS)


INSTALLATION_SETTINGS: dict[str, tuple[str, Reader]] = {
    "authentication.mode": ("AuthenticationType", _mode),
    "authentication.authorizationRequired": ("IsRequiredAuthentication", words.switch),
    "authentication.ocppNative.url": ("OcppCentralSystemUrl", words.optional_text),
    "authentication.ocppCloud.url": ("OcppCloudUrl", words.optional_text),
    "authentication.ocppCloud.urlVersion": ("OcppCloudUrlVersion", _version),
    "authentication.ocppCloud.initialPassword": ("OcppInitialChargePointPassword", words.optional_text),
    "authentication.webhooks.authUrl": ("WebhooksAuthUrl", words.optional_text),
    "authentication.webhooks.authPayload": ("WebhooksAuthPayload", words.optional_text),
    "authentication.webhooks.sessionStartUrl": ("WebhooksSessionStartUrl", words.optional_text),
    "authentication.webhooks.sessionEndUrl": ("WebhooksSessionEndUrl", words.optional_text),
    "maxCurrent": ("MaxCurrent", words.amperes),
    "availableCurrent": ("AvailableCurrent", words.amperes),
    "minPowerOfflineMode": ("PropertyIsMinimumPowerOfflineMode", words.switch),
    "threeToOnePhaseSwitchCurrent": ("ThreeToOnePhaseSwitchCurrent", words.amperes),
    "useLoadBalancing": ("UseLoadBalancing", words.switch),
}
SECRETS = ("authentication.ocppCloud.initialPassword", "authentication.webhooks.authPayload")


def _ampere_text(value: object) -> str:
    return f"{words.amperes(value):.3f}"


def _switch_text(value: object) -> str:
    return "1" if words.switch(value) else "0"


def _whole_text(value: object) -> str:
    return str(words.whole(value))


def _operating_text(value: object) -> str:
    return str(words.choice(value, words.OPERATING_MODES))


CHARGER_SETTINGS: dict[str, tuple[str, Reader]] = {
    "standAlone": ("712", _switch_text),
    "maxCurrent": ("510", _ampere_text),
    "minCurrent": ("511", _ampere_text),
    "maxPhases": ("520", _whole_text),
    "offlineCurrent": ("523", _ampere_text),
    "offlinePhase": ("522", _whole_text),
    "operatingMode": ("710", _operating_text),
    "authorizationDisabled": ("PropertyAuthenticationDisabled", words.switch),
}
PERMISSIONS = "permissions."
ALSO_ON_CHARGERS = ("online", "externallyManaged", "active", "name", "permissions.<principal>")
ALSO_ON_INSTALLATIONS = ("apm", "active", "name", "permissions.<principal>")


def set_value(world: World, target: str, *, setting: str, value: object) -> None:
    """Change one live value at once; `target` is a serial, an installation's id or its name.

    Beside the settings of a fleet file: `online`, `operatingMode`, `externallyManaged`,
    `active`, `name` and (Pro) `permissions.<principal>` of a charger; `apm`, `active`,
    `name` and `permissions.<principal>` of an installation.

    Raises:
        CallerError: Nothing is named so, or the value does not fit.
    """
    if isinstance(value, str) and value.splitlines() not in ([], [value]):
        raise CallerError("a value is one line, and this one has a line break", remedy="leave the line break out")
    with world.lock:
        charger = world.charger_by_serial(target)
        if charger is not None:
            _set_on_charger(world, charger, setting=setting, value=value)
        else:
            _set_on_installation(world, find_installation(world, target), setting=setting, value=value)


def find_installation(world: World, target: str) -> Installation:
    """The installation with this id or name.

    Raises:
        UnknownThingError: There is none.
    """
    found = world.data["installations"].get(target.lower())
    named = [i for i in world.installations() if i["name"].casefold() == target.casefold()]
    if found is None and not named:
        raise UnknownThingError(
            f"the sandbox has no installation and no charger named {target!r}",
            remedy=nearest(target, _names(world), else_say="`reconciler plan` shows the names of all installations"),
        )
    return found if found is not None else named[0]


def _names(world: World) -> Iterator[str]:
    for installation in world.installations():
        yield from (installation["name"], installation["id"])
    yield from (charger["serial"] for charger in world.data["chargers"].values())


def _set_on_charger(world: World, charger: Charger, *, setting: str, value: object) -> None:
    settle_charger(world, charger)
    world.memory.states.pop(charger["id"], None)
    match setting:
        case "online" if words.switch(value):
            come_online(world, charger)
        case "online":
            charger["online"] = False
        case "externallyManaged":
            charger["externally_managed"] = words.switch(value)
        case "active":
            charger["active"] = words.switch(value)
        case "name":
            charger["name"] = str(value)
        case _ if setting.startswith(PERMISSIONS):
            principal = setting.removeprefix(PERMISSIONS)
            set_charger_roles(world, charger, principal=principal, roles=words.roles(value))
        case _:
            values = _read(CHARGER_SETTINGS, setting, value, also=ALSO_ON_CHARGERS)
            charger["former"] = {**charger["values"]}
            _overtake(charger["settling"], values)
            set_charger_values(charger, values, at=world.now())


def _set_on_installation(world: World, installation: Installation, *, setting: str, value: object) -> None:
    settle_installation(world, installation)
    kind, _, principal = setting.partition(".")
    match kind:
        case "permissions":
            set_roles(world, installation, principal=principal, roles=words.roles(value))
        case "apm":
            _set_apm(installation, words.switch(value))
        case "active":
            installation["active"] = words.switch(value)
        case "name":
            installation["name"] = str(value)
        case _:
            values = _read(INSTALLATION_SETTINGS, setting, value, also=ALSO_ON_INSTALLATIONS)
            _set_fields(world, installation, values)


def _set_fields(world: World, installation: Installation, values: Fields) -> None:
    before = installation["fields"]["AuthenticationType"]
    if "AvailableCurrent" in values:
        values = {**values, **{f"AvailableCurrentPhase{n}": values["AvailableCurrent"] for n in (1, 2, 3)}}
    after = values.get("AuthenticationType", before)
    if after != before and Mode.OCPP_NATIVE in (after, before):
        values = {**values, "UseLoadBalancing": after != Mode.OCPP_NATIVE}
    installation["former"] = {**installation["fields"]}
    _overtake(installation["settling"], values)
    installation["fields"].update(values)
    installation["updated_at"] = world.now()


def _overtake(settling: list[Settling], values: Fields) -> None:
    """The last writer wins: what others wrote before and is still under way is void."""
    for entry in settling:
        for name in values:
            entry["values"].pop(name, None)


def _set_apm(installation: Installation, wanted: bool) -> None:  # noqa: FBT001 - the value that is set
    mask = int(str(installation["fields"]["EnabledFeatures"]))
    installation["fields"]["EnabledFeatures"] = mask | Feature.APM if wanted else mask & ~Feature.APM


def carry_out(world: World, steps: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
    """Do the Portal steps of a worksheet as a person would; one entry per step, in order.

    Each step names `installation`, `charger` (serial or null), `principal` (or null),
    `setting` and `after`. A step that cannot be done does not stop the others.
    """
    done: list[dict[str, object]] = []
    with world.lock:
        for step in steps:
            try:
                _carry_out_one(world, step)
            except SandboxError as error:
                done.append({"setting": step.get("setting"), "done": False, "detail": str(error)})
            else:
                done.append({"setting": step.get("setting"), "done": True, "detail": ""})
    return done


def _carry_out_one(world: World, step: Mapping[str, object]) -> None:
    installation = find_installation(world, str(step.get("installation")))
    if step.get("gate") == "ownerAccepted":
        _wait_for_owners(world, installation, step.get("owners"))
    setting, after = str(step.get("setting")), step.get("after")
    if step.get("charger") is not None:
        charger = _charger_there(world, installation, serial=str(step["charger"]))
        if step.get("principal") is not None:
            set_charger_roles(world, charger, principal=str(step["principal"]), roles=words.roles(after))
        else:
            _at_charger(world, charger, values=_read(CHARGER_SETTINGS, setting, after, also=()))
    elif step.get("principal") is not None:
        settle_installation(world, installation)
        set_roles(world, installation, principal=str(step["principal"]), roles=words.roles(after))
    else:
        value = SECRET_BY_HAND if setting in SECRETS and not words.is_nothing(after) else after
        _set_on_installation(world, installation, setting=setting, value=value)


def _wait_for_owners(world: World, installation: Installation, named: object) -> None:
    """Raises SandboxError while one whom the step names has not accepted; while nobody has when it names none."""
    if not isinstance(named, list) or not named:
        if not _has_owner(installation):
            raise SandboxError("nobody has accepted ownership yet, so a careful person leaves this")
        return
    missing = [str(one) for one in named if not roles_of(world, installation, principal=str(one)) & Role.OWNER]
    if missing:
        raise SandboxError(f"not yet accepted by {', '.join(missing)}, so a careful person leaves this")


def _has_owner(installation: Installation) -> bool:
    """Whether a person who accepted owns it."""
    people = [one for one in installation["permissions"] if one["holder"] != Holder.USER_GROUP]
    return any(one["accepted"] and one["roles"] & Role.OWNER for one in people)


def _charger_there(world: World, installation: Installation, *, serial: str) -> Charger:
    charger = world.charger_by_serial(serial)
    if charger is None or charger["installation"] != installation["id"]:
        raise UnknownThingError(f"{installation['name']} has no charger {serial}")
    settle_charger(world, charger)
    return charger


def _at_charger(world: World, charger: Charger, *, values: Fields) -> None:
    world.memory.states.pop(charger["id"], None)
    if not charger["online"]:
        change_charger(world, charger, values)
        return
    charger["former"] = {**charger["values"]}
    _overtake(charger["settling"], values)
    set_charger_values(charger, values, at=world.now())


def _read(table: Mapping[str, tuple[str, Reader]], setting: str, value: object, *, also: Sequence[str]) -> Fields:
    if setting not in table:
        known = [*table, *also]
        remedy = nearest(setting, known, else_say=f"known are {', '.join(known)}")
        raise UnknownThingError(f"there is no setting {setting!r} here", remedy=remedy)
    name, reader = table[setting]
    return {name: reader(value)}
