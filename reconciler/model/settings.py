"""The one table of managed settings: adding a setting is adding a row.

Facts restate Zaptec's API description (May 2026) and help article 41709539663121 (Portal words); see docs/reference.md.
"""

from enum import StrEnum

from reconciler.records import dataclass


class Scope(StrEnum):
    """What a setting belongs to."""

    INSTALLATION = "installation"
    CHARGER = "charger"
    PRINCIPAL = "principal"
    CHARGER_PRINCIPAL = "charger-principal"


class Kind(StrEnum):
    """What values a setting takes, and how two of them compare."""

    SWITCH = "switch"
    AMPERES = "amperes"
    CHOICE = "choice"
    TEXT = "text"
    SECRET = "secret"  # noqa: S105  a kind of setting, not a secret
    ROLES = "roles"


class ReadFrom(StrEnum):
    """Which answer carries the value."""

    INSTALLATION_LIST = "installation-list"
    CHARGER_STATE = "charger-state"
    PARTNER = "partner"


class Risk(StrEnum):
    """What goes wrong first when the value is wrong; orders drift by severity."""

    FUSE = "S0"
    ACCESS = "S1"
    NO_CHARGING = "S2"
    BILLING = "S3"
    LEFTOVER = "S4"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One managed setting.

    Attributes:
        name: Path of the key in a fleet file.
        route_key: Which entry of `routes:` decides who writes it; empty when a documented call covers it fully.
        cloud: Member name in the answer (PascalCase), or the observation number.
        choices: YAML word and cloud number, for choices.
        only_in_mode: The authentication mode in which the setting means anything.
        settles_after_s: When to read back after a write, in seconds after it.
        portal_values: YAML word and what the Portal calls it.
        needs_role: Portal name of the role that may change it.
    """

    name: str
    scope: Scope
    kind: Kind
    label: str
    read_from: ReadFrom
    risk: Risk
    cloud: str = ""
    route_key: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[tuple[str, int], ...] = ()
    only_in_mode: str | None = None
    settles_after_s: tuple[float, ...] = (2.0, 7.0)
    portal_place: tuple[str, ...] = ()
    portal_label: str = ""
    portal_values: tuple[tuple[str, str], ...] = ()
    needs_role: str = "Owner"


MODES = (("native", 0), ("webhooks", 1), ("ocppCloud", 2), ("ocppNative", 3))
URL_VERSIONS = (("legacy", 0), ("ocpp16Compliant", 1))
ROLE_BITS = (("user", 1), ("owner", 2), ("service", 4))
"""Roles a file can name and their bits; the Portal's Service is the cloud's Maintainer."""

CHARGER_ROLES = ("user", "owner")
"""Roles that can be given on a single charger, which Pro alone has (help.zaptec.com 360019440878)."""

STATE_OBSERVATIONS = {"maxCurrent": 510, "standAlone": 712}
"""Numbers of the observations that carry the state-only settings of a charger."""

CHARGER_READ_BACK_S = (2.0, 7.0, 15.1)
"""Charger state is cached for 15 s by the cloud, so the last read comes after that."""

_AUTHENTICATION = ("Settings", "Authentication")
_CHARGER = ("Circuits", "(charger)", "Charger settings")
_PORTAL_MODES = (
    ("native", "Zaptec"),
    ("webhooks", "Webhook authentication"),
    ("ocppCloud", "OCPP 1.6J Cloud"),
    ("ocppNative", "OCPP 1.6J"),
)


def _authentication(name: str, *, label: str, cloud: str, kind: Kind, mode: str, portal_label: str) -> Setting:
    return Setting(
        name=name,
        scope=Scope.INSTALLATION,
        kind=kind,
        label=label,
        read_from=ReadFrom.INSTALLATION_LIST,
        risk=Risk.BILLING,
        cloud=cloud,
        route_key="authentication",
        only_in_mode=mode,
        choices=URL_VERSIONS if kind is Kind.CHOICE else (),
        portal_place=_AUTHENTICATION,
        portal_label=portal_label,
        portal_values=(("legacy", "Legacy"), ("ocpp16Compliant", "OCPP 1.6 compliant")) if kind is Kind.CHOICE else (),
    )


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="authentication.mode",
        scope=Scope.INSTALLATION,
        kind=Kind.CHOICE,
        label="Authentication",
        read_from=ReadFrom.INSTALLATION_LIST,
        risk=Risk.NO_CHARGING,
        cloud="AuthenticationType",
        route_key="authentication",
        choices=MODES,
        portal_place=_AUTHENTICATION,
        portal_label="Authentication",
        portal_values=_PORTAL_MODES,
    ),
    Setting(
        name="authentication.authorizationRequired",
        scope=Scope.INSTALLATION,
        kind=Kind.SWITCH,
        label="Authorisation required",
        read_from=ReadFrom.INSTALLATION_LIST,
        risk=Risk.ACCESS,
        cloud="IsRequiredAuthentication",
        route_key="authentication",
        only_in_mode="native",
        portal_place=_AUTHENTICATION,
        portal_label="Authorisation",
        portal_values=(("true", "Enabled"), ("false", "Disabled")),
    ),
    _authentication(
        "authentication.ocppNative.url",
        label="OCPP 1.6J URL",
        cloud="OcppCentralSystemUrl",
        kind=Kind.TEXT,
        mode="ocppNative",
        portal_label="OCPP central system URL",
    ),
    _authentication(
        "authentication.ocppCloud.url",
        label="OCPP Cloud URL",
        cloud="OcppCloudUrl",
        kind=Kind.TEXT,
        mode="ocppCloud",
        portal_label="OCPP URL",
    ),
    _authentication(
        "authentication.ocppCloud.urlVersion",
        label="OCPP Cloud URL version",
        cloud="OcppCloudUrlVersion",
        kind=Kind.CHOICE,
        mode="ocppCloud",
        portal_label="OCPP URL behaviour",
    ),
    _authentication(
        "authentication.ocppCloud.initialPassword",
        label="OCPP initial device password",
        cloud="OcppInitialChargePointPassword",
        kind=Kind.SECRET,
        mode="ocppCloud",
        portal_label="Initial device password",
    ),
    _authentication(
        "authentication.webhooks.authUrl",
        label="Webhook authentication URL",
        cloud="WebhooksAuthUrl",
        kind=Kind.TEXT,
        mode="webhooks",
        portal_label="Authentication URL",
    ),
    _authentication(
        "authentication.webhooks.authPayload",
        label="Webhook authentication payload",
        cloud="WebhooksAuthPayload",
        kind=Kind.SECRET,
        mode="webhooks",
        portal_label="Authentication payload",
    ),
    _authentication(
        "authentication.webhooks.sessionStartUrl",
        label="Webhook session start URL",
        cloud="WebhooksSessionStartUrl",
        kind=Kind.TEXT,
        mode="webhooks",
        portal_label="Session start URL",
    ),
    _authentication(
        "authentication.webhooks.sessionEndUrl",
        label="Webhook session end URL",
        cloud="WebhooksSessionEndUrl",
        kind=Kind.TEXT,
        mode="webhooks",
        portal_label="Session end URL",
    ),
    Setting(
        name="maxCurrent",
        scope=Scope.INSTALLATION,
        kind=Kind.AMPERES,
        label="Installation maximum current",
        read_from=ReadFrom.INSTALLATION_LIST,
        risk=Risk.FUSE,
        cloud="MaxCurrent",
        unit="A",
        low=6,
        portal_place=("Settings", "Installation"),
        portal_label="Charging system circuit breaker",
        needs_role="Service",
    ),
    Setting(
        name="standAlone",
        scope=Scope.CHARGER,
        kind=Kind.SWITCH,
        label="Stand-alone mode",
        read_from=ReadFrom.CHARGER_STATE,
        risk=Risk.NO_CHARGING,
        cloud="712",
        route_key="standAlone",
        settles_after_s=CHARGER_READ_BACK_S,
        portal_place=_CHARGER,
        portal_label="Stand-alone mode",
        portal_values=(("true", "on"), ("false", "off")),
        needs_role="Service",
    ),
    Setting(
        name="maxCurrent",
        scope=Scope.CHARGER,
        kind=Kind.AMPERES,
        label="Maximum current",
        read_from=ReadFrom.CHARGER_STATE,
        risk=Risk.NO_CHARGING,
        cloud="510",
        unit="A",
        low=6,
        high=32,
        settles_after_s=CHARGER_READ_BACK_S,
        portal_place=_CHARGER,
        portal_label="Maximum current",
        needs_role="Service",
    ),
    Setting(
        name="permissions",
        scope=Scope.PRINCIPAL,
        kind=Kind.ROLES,
        label="Roles",
        read_from=ReadFrom.PARTNER,
        risk=Risk.ACCESS,
        route_key="permissions",
        portal_place=("Permissions",),
        portal_label="Give permission",
        portal_values=(("user", "User"), ("owner", "Owner"), ("service", "Service")),
    ),
    Setting(
        name="permissions",
        scope=Scope.CHARGER_PRINCIPAL,
        kind=Kind.ROLES,
        label="Roles on the charger",
        read_from=ReadFrom.PARTNER,
        risk=Risk.ACCESS,
        route_key="chargerPermissions",
        portal_place=("Chargers", "(charger)", "Permissions"),
        portal_label="Give permission",
        portal_values=(("user", "User"), ("owner", "Owner")),
    ),
)

_BY_KEY = {(setting.scope, setting.name): setting for setting in SETTINGS}


def setting(scope: Scope, name: str) -> Setting:
    """Look a row up; an unknown pair is our bug and raises KeyError."""
    return _BY_KEY[scope, name]


def settings_of(scope: Scope) -> tuple[Setting, ...]:
    """All rows of one scope, in table order."""
    return tuple(row for row in SETTINGS if row.scope is scope)
