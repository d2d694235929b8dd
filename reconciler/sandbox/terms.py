"""Numbers that the cloud's answers use, by name.

Source: the official API description of 2026-05-27, restated in the project's
API notes, section 7.9. Only what the simulated cloud itself decides on;
`constants` holds the tables that clients may fetch.
"""

from enum import IntEnum, IntFlag


class Mode(IntEnum):
    """InstallationAuthenticationType."""

    NATIVE = 0
    WEBHOOKS = 1
    OCPP = 2
    OCPP_NATIVE = 3


class Role(IntFlag):
    """UserRoles, the three that a person or group can be given."""

    NONE = 0
    USER = 1
    OWNER = 2
    SERVICE = 4


class Feature(IntFlag):
    """Features, the ones that change how the cloud answers."""

    INTERNAL = 2
    APM = 4
    OCPP = 128
    OCPP_NATIVE = 512


class Kind(IntEnum):
    """InstallationTypeCode; Smart is what the Portal calls Go / Home."""

    PRO = 0
    SMART = 1


class Device(IntEnum):
    """DeviceType; Smart is the Pro family, Apollo is Go and Go 2."""

    PRO = 1
    GO = 4


class Operating(IntEnum):
    """ChargerOperatingMode."""

    DISCONNECTED = 1
    REQUESTING = 2
    CHARGING = 3
    FINISHED = 5


class Holder(IntEnum):
    """ObjectType of who holds a permission."""

    USER = 4
    USER_GROUP = 5
    INACTIVE_USER = 6
    INVITED_USER = 7


class Code(IntEnum):
    """ErrorCode, the ones that the simulated cloud answers."""

    MISSING_REQUIRED_DATA = 503
    OPERATION_FAILED = 505
    UNKNOWN_OBJECT = 512
    FEATURE_NOT_ENABLED = 526
    NOT_SUPPORTED = 527
    DEVICE_COMMAND_REJECTED = 528
    INVALID_FORMAT = 529
    FORBIDDEN = 533
    CHARGER_STATE = 538
    CONSTRAINT = 539
    OCPP_NATIVE_NOT_ALLOWED = 542


MANAGES = Role.OWNER | Role.SERVICE
CHARGER_ROLES = Role.USER | Role.OWNER
"""What can be given on a single charger."""
HIGHEST_CHARGER_CURRENT_A = 32.0
SMART_MAX_CURRENT_A = 32.0
PRO_SERIALS = ("ZCS", "ZPR", "ZCH", "ZPG")


def device_type(serial: str) -> Device:
    """The device type that a serial's three letters stand for."""
    return Device.PRO if serial[:3] in PRO_SERIALS else Device.GO
