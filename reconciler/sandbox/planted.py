"""Values that no output of a client may ever contain, planted wherever answers carry them.

Each contains CANARY, so that a test can search for it. Places: the project's API
notes, section 8.
"""

from reconciler.sandbox.records import Fields

PERSONAL: Fields = {
    "Address": "CANARY-street 1",
    "ZipCode": "CANARY-zip",
    "City": "CANARY-city",
    "ContactEmail": "CANARY-contact@people.example",
    "Latitude": 61.987654,
    "Longitude": 11.987654,
    "Notes": "CANARY-notes: key under the mat",
    "VatNumber": "CANARY-vat",
}
SUPPORT_GROUP: Fields = {
    "Id": "0d9bb1f0-61d0-4a4e-9a2a-5fb0a4b4c3d1",
    "Name": "Brukerhjelpen",
    "LookupKey": "CANARY-lookup-key",
    "LogoBase64": "CANARY-logo" + "A" * 1024,
    "LogoContentType": "image/png",
    "CurrentUserRoles": 0,
    "Protected": False,
    "SupportEmail": "CANARY-support@people.example",
}
MESSAGING: Fields = {
    "Type": 0,
    "Host": "bus.sandbox.example",
    "Port": 5671,
    "UseSSL": True,
    "Username": "CANARY-bus-user",
    "Password": "CANARY-bus-password",
    "Topic": "topic",
    "Subscription": "subscription",
}
USERS: tuple[dict[str, str | list[str]], ...] = (
    {
        "UserId": "3e0c4d56-40ad-4f0b-8f09-6a2b1c0d9e77",
        "UserFullName": "CANARY-full-name",
        "UserEmail": "CANARY-history@people.example",
        "UserTokens": ["CANARY-rfid-token"],
    },
)
_PERSONAL_STATES = ("-100", "713", "722", "724", "725", "750")
_SESSION_STATES = ("554", "721", "723", "760")
_LOG_STATES = ("807", "808", "830", "850", "851", "852", "853", "854", "900", "901")
_DEVICE_STATES = ("950", "951", "952", "953", "960", "961", "962", "963", "980", "981", "982")
_COMMON: dict[str, str] = {
    **{
        number: f"CANARY-state-{number}"
        for number in (*_PERSONAL_STATES, *_SESSION_STATES, *_LOG_STATES, *_DEVICE_STATES)
    },
    "150": "LTE",
    "201": "31.5",
    "501": "231.2",
    "513": "0.000",
    "522": "0",
    "523": "10.000",
    "553": "0.000",
    "711": "1",
    "715": "4",
    "804": "0",
    "809": "-71",
}
OBSERVATIONS: dict[str, dict[str, str]] = {
    "pro": _COMMON,
    "go": {
        **_COMMON,
        "544": "1",
        "545": "0",
        "546": "32.000",
        "547": "32.000",
        "863": "CANARY-state-863",
        "864": "CANARY-state-864",
        "877": "CANARY-state-877",
    },
}
CREDENTIAL_URL = "https://CANARY-user:CANARY-pass@hooks.paycharge.example/x?token=CANARY-query"
UNMANAGED_FIELDS: Fields = {
    "OcppCloudUrl": "wss://CANARY-user:CANARY-pass@ocpp.backend-b.example/cp/{deviceId}?k=CANARY",
    "OcppCentralSystemUrl": "wss://CANARY-user:CANARY-pass@ocpp.backend-b.example/cp?k=CANARY",
    "OcppInitialChargePointPassword": "CANARY-initial-password",
    "WebhooksAuthUrl": CREDENTIAL_URL,
    "WebhooksAuthPayload": "username=CANARY-user&password=CANARY-payload",
    "WebhooksSessionStartUrl": CREDENTIAL_URL,
    "WebhooksSessionEndUrl": CREDENTIAL_URL,
}
HOSTILE_NAME = "**Garage** [open](javascript:alert(1)) <b>x</b> | `y` \x1b[31mred\x1b[0m\x07 =1+1"
REFUSAL_DETAILS = (
    f"Operation failed for CANARY-refusal@people.example, see {CREDENTIAL_URL} for more. "
    + "The request was received by the back end and handed on. " * 4
    + "CANARY-tail"
)
"""What a scripted refusal says; beyond its first words it is longer than anybody should quote."""
PAGE_WORDS = f"CANARY-page for CANARY-page@people.example, from {CREDENTIAL_URL}"
