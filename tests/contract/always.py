"""Members that every answer to a caller with the role Owner or Service carries.

The other half of `models.py`: that table says what may come, this one what must. Sources: sections 5.2 and 7 of the
API notes. A null is left out on the wire, so members that are empty on some objects (URLs, the users of an
installation) are not here.
"""

from collections.abc import Mapping

from tests.contract.calls import Answer

_WHO = "Id Name CurrentUserRoles"
_BOX = f"{_WHO} MID DeviceId SerialNo Active DeviceType InstallationId InstallationName IsAuthorizationRequired"

ALWAYS: dict[str, frozenset[str]] = {
    model: frozenset(names.split())
    for model, names in {
        "InstallationModel": f"""{_WHO} Address ZipCode City CountryId VatNumber ContactEmail Latitude Longitude Notes
            InstallationType Active NetworkType CreatedOnDate UpdatedOn UpdateStatusCode Notifications TimeZoneIanaName
            MaxCurrent AvailableCurrent AvailableCurrentPhase1 AvailableCurrentPhase2 AvailableCurrentPhase3
            AvailableCurrentMode ThreeToOnePhaseSwitchCurrent DefaultThreeToOneSwitchCurrent UseLoadBalancing
            AuthenticationType IsRequiredAuthentication OcppCloudUrlVersion HasUserGroupWithAllowOcppNative
            AvailableFeatures EnabledFeatures MessagingEnabled ActiveChargerCount SupportGroup
            PropertyIsMinimumPowerOfflineMode""",
        "ChargerListModel": f"{_BOX} CreatedOnDate CircuitId AuthenticationType",
        "ChargerStateModel": "ChargerId StateId Timestamp",
        "InstallationTreeModel": "Id Name InstallationName NetworkType CountryId Circuits",
        "InstallationTreeCircuitModel": "Id Name MaxCurrent IsActive Active InstallationId InstallationName Chargers",
        "InstallationTreeChargerModel": "Id DeviceId MID Name SerialNo Active DeviceType",
        "UserGroupModel": f"{_WHO} LookupKey LogoBase64 LogoContentType Protected SupportEmail",
        "InstallationUserModel": "UserId UserFullName UserEmail UserTokens",
        "InstallationChargerFirmwareModel": """ChargerId DeviceId IsOnline CurrentVersion AvailableVersion DeviceType
            IsUpToDate""",
        "ConnectionDescriptor": "Type Host Port UseSSL Username Password Topic Subscription",
    }.items()
}
ONLY_IN = {
    "/api/chargers": frozenset({"IsOnline", "OperatingMode"}),
    "/api/chargers/{id}": frozenset(
        {
            "PropertyAuthenticationDisabled",
            "PropertyOcppPassword",
            "PropertyOcppUrl",
            "PropertyOfflineCurrentOverride",
            "PropertyOfflinePhaseOverride",
        }
    ),
}
"""What the charger list has beyond the detail, and the other way round."""
OF_OWNERS = {"ChargerListModel": frozenset({"Pin"})}
OF_USERS = {
    "InstallationModel": frozenset(_WHO.split()),
    "ChargerListModel": frozenset(_BOX.split()) | ONLY_IN["/api/chargers"],
}
"""What callers get who have no more than the role User."""
SHORT = {
    "InstallationModel": frozenset(_WHO.split()),
    "ChargerListModel": frozenset({*_WHO.split(), "DeviceId"}),
}
"""What a list carries that was asked for ids and names alone."""
_USER, _OWNER = 1, 2


def required(model: str, row: Mapping[str, object], answer: Answer) -> frozenset[str]:
    """The members that this row of this answer must have; roles that are missing count as all."""
    roles = row.get("CurrentUserRoles", _OWNER)
    if answer.why == "short" and model in SHORT:
        return SHORT[model]
    if roles == _USER and model in OF_USERS:
        return OF_USERS[model]
    own = OF_OWNERS.get(model, frozenset()) if isinstance(roles, int) and roles & _OWNER else frozenset()
    return ALWAYS[model] | ONLY_IN.get(answer.path, frozenset()) | own


def missing(row: Mapping[str, object], members: frozenset[str], where: str) -> list[str]:
    """One text per member that the row does not have."""
    return [f"{where}.{name}: missing" for name in sorted(members - row.keys())]
