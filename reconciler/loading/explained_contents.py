"""Codes about what the files ask for: currents, authentication, permissions, dates."""

from reconciler.model.problem import Explanation

_CURRENTS = (
    Explanation(
        code="E101",
        title="A current from 1 to 5.9 A",
        why="A car needs at least 6 A; below that nobody would ever charge.",
        remedy="Write 6 or more, or 0 with `disabled: {reason, until}` to switch a charger off.",
        example="maxCurrent: 6",
    ),
    Explanation(
        code="E102",
        title="A current above 32 A",
        why="The charger can do 32 A.",
        remedy="Write 32 or less.",
    ),
    Explanation(
        code="E103",
        title="0 A without a reason and an end",
        why="0 A switches charging off, and a forgotten 0 A is the most common reason for a dead charger.",
        remedy="Add `disabled` with a reason and an end.",
        example='maxCurrent: 0\ndisabled: {reason: "water damage", until: 2035-01-15}',
    ),
    Explanation(
        code="E104",
        title="A current that is not a number",
        why="Currents are numbers of amperes per phase, without a unit.",
        remedy="Write the number alone.",
        example="maxCurrent: 16",
    ),
    Explanation(
        code="E105",
        title="A current finer than 0.1 A",
        why="Currents are compared and set in steps of 0.1 A, so a finer one would be planned as another.",
        remedy="Write one decimal at most.",
        example="maxCurrent: 16.1",
    ),
    Explanation(
        code="E113",
        title="`disabled` on a charger that is not at 0 A",
        why="The reason says that the charger is off, the current says that it is on.",
        remedy="Set `maxCurrent: 0`, or remove `disabled`.",
    ),
    Explanation(
        code="E124",
        title="Not a serial number",
        why="A serial is three capital letters and six digits, as printed on the box.",
        remedy="Copy it from the box or the Portal.",
        example="ZAP012345",
    ),
    Explanation(
        code="E125",
        title="The same serial in two files",
        why="A charger has one place; two files would fight over it.",
        remedy="Keep it in the file of the installation where the charger hangs.",
    ),
)

_AUTHENTICATION = (
    Explanation(
        code="W201",
        title="A word of the Portal or the API instead of ours",
        why="It is understood, but one word for one thing keeps files searchable.",
        remedy="Write our word.",
        example="mode: native   # the Portal says Zaptec",
    ),
    Explanation(
        code="E210",
        title="Configuration of another mode",
        why="An installation has one authentication mode; the configuration of another one does nothing.",
        remedy="Remove it, or change the mode.",
        example="mode: ocppCloud\nocppCloud: {url: …}",
    ),
    Explanation(
        code="E211",
        title="An OCPP URL that does not start with wss://",
        why="OCPP runs over an encrypted web socket.",
        remedy="Start it with wss:// and use plain characters only.",
        example="wss://ocpp.backend-b.example/cp",
    ),
    Explanation(
        code="E212",
        title="Several chargers behind one identity",
        why="With ocpp16Compliant the URL is the identity, and all chargers would connect as one.",
        remedy="Put {deviceId} into the URL; it becomes the serial of each charger.",
        example="wss://ocpp.backend-b.example/cp/{deviceId}",
    ),
    Explanation(
        code="E213",
        title="An unknown placeholder in a URL",
        why="Only {deviceId} is replaced; anything else reaches the backend as it is.",
        remedy="Write {deviceId}.",
    ),
    Explanation(
        code="E214",
        title="A native OCPP URL with more than host and path",
        why="The charger appends its serial itself, so the backend would see it twice or at the wrong end.",
        remedy="Remove serial, placeholder, query, fragment and spaces, and stay within 512 characters.",
        example="wss://ocpp.backend-b.example/cp",
    ),
    Explanation(
        code="E215",
        title="An unencrypted web socket",
        why="ws:// sends sessions and passwords readable for everybody on the way.",
        remedy="Use wss://.",
    ),
    Explanation(
        code="E216",
        title="A host that is not allowed",
        why="A host that differs by one letter could take over every charger; addresses in numbers cannot be checked.",
        remedy="Correct the host, or have it added to `allowedHosts` in fleet.yaml.",
    ),
    Explanation(
        code="E217",
        title="Credentials in a URL",
        why="URLs are shown in plans and kept in git history.",
        remedy="Remove them, change them at the backend, and use a secret instead.",
    ),
    Explanation(
        code="E218",
        title="A secret in plain text",
        why="It is in git history now and everybody who reads the fleet knows it.",
        remedy="Change the secret, and point to it with `secretRef`.",
        example="initialPassword: {secretRef: {env: FLEET_SECRET_KAIA_PASSWORD}}",
    ),
    Explanation(
        code="E219",
        title="A webhook URL that does not start with https://",
        why="Webhooks carry who charges and when.",
        remedy="Start it with https:// and use plain characters only.",
    ),
    Explanation(
        code="E220",
        title="Webhooks without a session start URL",
        why="The cloud asks that URL whether somebody may charge; without an answer nobody can.",
        remedy="Add `sessionStartUrl`.",
    ),
    Explanation(
        code="E221",
        title="Configuration of a third party with mode native",
        why="With native the access control is Zaptec's own, and this does nothing.",
        remedy="Remove it, or change the mode.",
    ),
    Explanation(
        code="E222",
        title="Stand-alone without native OCPP",
        why="A stand-alone charger ignores the cloud, so neither access control nor load balancing would reach it.",
        remedy="Write `standAlone: false`.",
    ),
    Explanation(
        code="E223",
        title="A secret reference that is not allowed",
        why="A pull request must not be able to read anything but what was put there for it.",
        remedy="Use `env` with a name that starts with FLEET_SECRET_, or `file` with a name below $FLEET_SECRETS_DIR.",
        example="{secretRef: {file: ocpp/kaia}}",
    ),
    Explanation(
        code="E224",
        title="`authorizationRequired` with a mode other than native",
        why="In the other modes the third party decides who may charge.",
        remedy="Remove it, or write `mode: native`.",
    ),
    Explanation(
        code="E225",
        title="A mode without its URL",
        why="The mode would point at nothing, or at whatever an earlier owner left there.",
        remedy="Add the URL beside the mode.",
        example="mode: ocppNative\nocppNative: {url: wss://ocpp.backend-b.example/cp}",
    ),
    Explanation(
        code="W226",
        title="Webhooks without a session end URL",
        why="Nobody is told what was charged, so nothing can be billed.",
        remedy="Add `sessionEndUrl`.",
    ),
)

_PEOPLE = (
    Explanation(
        code="E230",
        title="An e-mail address in a file",
        why="Addresses are personal data, and git keeps them for ever.",
        remedy="Write person:<id> and keep the address in the directory outside git.",
        example='user: "person:c-88121"',
    ),
    Explanation(
        code="E231",
        title="An unknown person",
        why="Nobody can be invited without an address in the directory.",
        remedy="Correct the id, or add the person to the directory that FLEET_PEOPLE names.",
    ),
    Explanation(
        code="E232",
        title="Exclusive permissions without an owner",
        why="Everybody else is removed, so nobody would manage the installation.",
        remedy="Give somebody the role owner.",
    ),
    Explanation(
        code="E233",
        title="A hand-over to nobody",
        why="The one who is to leave waits for an owner to accept, but no person is to become owner.",
        remedy="Add the new owner under `entries`.",
        example='entries:\n  - {user: "person:c-88121", roles: [user, owner]}',
    ),
    Explanation(
        code="W234",
        title="Our own group is named by no file, and one like it is",
        why="Plans, guards and attestations know our own access by `group:` of the account. Mistyped, it is somebody "
        "else's group, and ours looks like any other.",
        remedy="Compare it with the Portal (Details of the group) and correct fleet.yaml, or the files.",
    ),
    Explanation(
        code="E235",
        title="An unknown role",
        why="The roles are user, owner and service; on a single charger there is no service.",
        remedy="Use these words; the API's Maintainer is service.",
    ),
    Explanation(
        code="W236",
        title="The role service for a person",
        why="Service is for certified partners and normally belongs to their user group.",
        remedy="Give it to the group, or leave it if this person really is the partner.",
    ),
    Explanation(
        code="E237",
        title="The same person or group twice",
        why="Two entries for one name contradict each other sooner or later.",
        remedy="Keep one of them.",
    ),
    Explanation(
        code="E238",
        title="Wanted and unwanted at once",
        why="The same file lists it under `entries` and under `absent`.",
        remedy="Keep one of the two.",
    ),
    Explanation(
        code="E239",
        title="Permissions as a default of all chargers",
        why="A right on a charger is somebody's own; as a default it would spread to every charger listed later.",
        remedy="Write them charger by charger, under `chargers`, or give the right on the whole installation.",
        example="chargers:\n  ZPR081101: {permissions: {entries: [{userGroup: HANS, roles: [user]}]}}",
    ),
)

_DATES = (
    Explanation(
        code="E240",
        title="An end date in the past",
        why="What was agreed for a time does not hold any longer.",
        remedy="Remove it, or agree on a new date.",
    ),
    Explanation(
        code="W242",
        title="An exception that ends soon",
        why="After that day `validate` fails.",
        remedy="Repair the cause, or agree on a new date.",
    ),
    Explanation(
        code="E243",
        title="An exception for an installation or charger that no file holds",
        why="It would except nothing.",
        remedy="Correct it, or remove the entry.",
    ),
    Explanation(
        code="E244",
        title="An exception that does not fit its setting",
        why="It would except nothing, or something else.",
        remedy="Name a setting of the settings table, with `charger` for a charger's, and a value of its kind.",
    ),
    Explanation(
        code="E245",
        title="An attestation with another name than its installation",
        why="Each installation has one attestation, found by its name.",
        remedy="Name the file <installation id>.yaml, or write it again with `reconciler attest`.",
    ),
    Explanation(
        code="E246",
        title="An acknowledgement of a guard that no file can lift",
        why="It would lift nothing, and whoever wrote it would believe that it does.",
        remedy="Copy the guard's id from the refusal, or remove the entry.",
        example="acknowledge:\n  - {guard: lose-load-balancing, by: electrician KL, reason: …, until: 2035-01-31}",
    ),
    Explanation(
        code="E247",
        title="The same acknowledgement, exception or attestation twice",
        why="Of two about the same thing, a reviewer may see one while the other counts.",
        remedy="Keep one of them.",
    ),
)

CONTENTS: tuple[Explanation, ...] = (*_CURRENTS, *_AUTHENTICATION, *_PEOPLE, *_DATES)
