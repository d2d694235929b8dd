"""What the demo must see: the traps of the shipped fleet in its first world, each with its kind and route."""

Place = tuple[str, str | None, str, str]
"""Installation, charger or principal, setting, and route or outcome."""

_MODE = "authentication.mode"
_AUTHORISATION = "authentication.authorizationRequired"
_HOOKS = "authentication.webhooks"

CHANGES: set[Place] = {
    ("Bakkegata 7", None, _MODE, "partner"),
    ("Bakkegata 7", None, _AUTHORISATION, "partner"),
    ("Bakkegata 7", "ZAP012347", "standAlone", "portal"),
    ("Bakkegata 7", "ZAP012347", "maxCurrent", "api"),
    ("Bakkegata 7", "person:c-88123", "permissions", "partner"),
    ("Bakkegata 7", "userGroup:BSJG", "permissions", "partner"),
    ("Solbakken borettslag", "ZPR081003", "maxCurrent", "api"),
    ("Solbakken borettslag", "ZPR081010", "maxCurrent", "api"),
    ("Solbakken borettslag", "ZPR081020", "maxCurrent", "api"),
    ("Solbakken borettslag", "ZPR081030", "standAlone", "portal"),
    ("Solbakken borettslag", "ZPR081031", "maxCurrent", "api"),
    ("Furulia sameie", "person:b-31", "permissions", "partner"),
    ("Furulia sameie", "person:b-17", "permissions", "partner"),
    ("Kaia P-hus", None, "authentication.ocppCloud.url", "partner"),
    ("Havnen kontor", None, f"{_HOOKS}.sessionStartUrl", "partner"),
    ("Havnen kontor", None, f"{_HOOKS}.sessionEndUrl", "partner"),
    ("Havnen kontor", None, f"{_HOOKS}.authPayload", "partner"),
}

REFUSALS = {
    ("Nabolaget 5", "shared-installation"),
    ("Verkstedgata 4", "ocpp-native-unsupported"),
    ("Lufthavn P1", "raise-circuit-unreadable"),
}

PENDING = {
    ("Verkstedgata 4", "ZPR083101", "authentication.mode"),
    ("Verkstedgata 4", None, "authentication.ocppNative.url"),
}

WAITING = {
    ("Fjellveien 3", "person:c-88122"),
    ("Fjellveien 3", "userGroup:BSJG"),
}

UNREADABLE = {("Lufthavn P1", None), ("Lufthavn P1", "ZPR085001")}

_NOT_DONE: dict[tuple[str, str | None, str], str] = {
    ("Bakkegata 7", "ZAP012347", "standAlone"): "waiting",
    ("Bakkegata 7", "person:c-88123", "permissions"): "waiting",
    ("Bakkegata 7", "userGroup:BSJG", "permissions"): "waiting",
    ("Solbakken borettslag", "ZPR081020", "maxCurrent"): "pending",
    ("Solbakken borettslag", "ZPR081030", "standAlone"): "waiting",
    ("Solbakken borettslag", "ZPR081031", "maxCurrent"): "waiting",
    ("Furulia sameie", "person:b-31", "permissions"): "waiting",
    ("Furulia sameie", "person:b-17", "permissions"): "waiting",
}

OUTCOMES: set[Place] = {(*change[:3], _NOT_DONE.get(change[:3], "done")) for change in CHANGES}

SECOND_PLAN: set[Place] = {
    ("Bakkegata 7", "ZAP012347", "standAlone", "portal"),
    ("Solbakken borettslag", "ZPR081030", "standAlone", "portal"),
    ("Solbakken borettslag", "ZPR081031", "maxCurrent", "api"),
}
"""The raise at Solbakken is for a machine, but only after a person has turned stand-alone mode off."""

STILL_WAITING = WAITING | {("Bakkegata 7", "person:c-88123"), ("Bakkegata 7", "userGroup:BSJG")}
