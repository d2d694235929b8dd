"""What the cloud says when it refuses: a JSON `Code` (with HTTP 500 or 4xx), or fields that it did not accept."""

import re
from dataclasses import field

from reconciler.live import wire
from reconciler.live.wire import WireError
from reconciler.records import dataclass

LONGEST_DETAILS = 160
MOST_DETAILS = 20_000
"""Characters; a longer text is no sentence of anybody's and is left out."""
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.\[\]$]{0,60}")
_URL = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]*)://[^\s\"'<>]+")

CODES = {
    500: "Unknown",
    503: "MissingRequiredData",
    504: "UnknownSetting",
    505: "OperationFailedForUnknownReasons",
    506: "NotApplicableForUser",
    507: "UnknownUser",
    509: "SignUpTooManyRequests",
    510: "EmailInUse",
    512: "UnknownObject",
    518: "UnknownDeviceId",
    519: "UnknownCommand",
    520: "ErrorCommunicatingWithDevice",
    524: "CreateConflict",
    525: "DeviceFirmwareNotConfigured",
    526: "FeatureNotEnabled",
    527: "NotSupported",
    528: "DeviceCommandRejected",
    529: "InvalidFormat",
    530: "MailSendFailed",
    531: "ConcurrencyError",
    532: "ConfigurationError",
    533: "Forbidden",
    534: "InstallationTypeViolation",
    535: "PaymentFailed",
    536: "PaymentAuthorizationRequired",
    537: "OperationFailedActiveSubscriptions",
    538: "OperationFailedDueToChargerState",
    539: "InstallationConstraintViolation",
    540: "UnknownInstallationId",
    542: "UnauthorizedToPerformOcppNativeChanges",
}
"""Names of the codes that a reconciler can meet (API description of 2026-05-27)."""

CHECKED_FIRST = frozenset({503, 504, 512, 526, 527, 529, 533, 534, 538, 539, 540, 542})
"""Codes of a 500 whose names say that the request was looked at and turned down before anything was done.

Missing data, an unknown setting or object, a feature that is off, APM, a wrong format, a missing right, a limit of the
installation's type or state. After any other code (505 fails for unknown reasons; a command answered 528 and took
effect all the same) only reading back tells whether the write took effect.
"""

MEANINGS = {
    527: "automatic power management (APM) is on; it blocks this update until it is switched off in the Portal",
    531: "somebody else changed it at the same moment",
    538: "the charger is in a state that does not allow it",
    539: "a limit of this installation type (Go/Home: one circuit, 32 A, three chargers)",
    542: 'no user group with "Allow OCPP 1.6J" sees this installation',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal. `details` comes from the cloud and is shown only through `sentence`."""

    code: int | None
    fields: tuple[str, ...] = ()
    details: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """For instance `Code 527 (NotSupported)`."""
        if self.code is None:
            return "fields not accepted: " + ", ".join(self.fields)
        return f"Code {self.code} ({CODES.get(self.code, 'not known to this version')})"

    def sentence(self, status: int, *, hide: tuple[str, ...] = ()) -> str:
        """Status, code and what it means; the cloud's own words are cut and cleaned."""
        said = MEANINGS.get(self.code or 0) or _clean(self.details, hide)
        return f"{status} {self.name}" + (f": {said}" if said else "")


def refusal_of(body: bytes) -> Refusal | None:
    """The refusal in a body, None when the body is none."""
    try:
        row = wire.members(wire.decode(body))
        code = wire.whole(row, "Code") or wire.whole(row, "errorCode")
    except WireError:
        return None
    if code is not None:
        details = row.get("details")
        return Refusal(code=code, details=details if isinstance(details, str) else "")
    errors = row.get("errors")
    names = sorted(name for name in errors if _WORD.fullmatch(name)) if isinstance(errors, dict) else []
    return Refusal(code=None, fields=tuple(names[:10])) if names else None


def _clean(details: str, hide: tuple[str, ...]) -> str:
    """What the cloud said, without what cannot be seen, secrets, addresses and URLs; cut only when they are gone."""
    if len(details) > MOST_DETAILS:
        return ""
    shown = _printable(details)
    for secret in sorted(filter(None, map(_printable, hide)), key=len, reverse=True):
        shown = shown.replace(secret, "***")
    shown = wire.without_addresses(_URL.sub(r"\1://…", shown))
    return shown if len(shown) <= LONGEST_DETAILS else shown[:LONGEST_DETAILS] + "…"


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
