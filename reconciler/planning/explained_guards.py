"""What each guard is for, what it measures and how to satisfy it, for `reconciler explain`."""

from reconciler.model.problem import Explanation

EXPLANATIONS: tuple[Explanation, ...] = (
    Explanation(
        code="P303",
        title="role-missing: the account may not change this",
        why="Each setting needs a role on the installation or the charger. The installation's maximum current needs "
        "Service, all else Owner or Service. Without it the cloud would refuse, so nothing is tried.",
        remedy="Give the account's user group the role in the Portal, under Permissions.",
    ),
    Explanation(
        code="P305",
        title="switch-while-busy: the mode would switch under a car or an offline charger",
        why="Switching the authentication mode during a session ends or loses it, and an offline charger would stay "
        "behind. A charger that does not say what it does counts as busy.",
        remedy="Write switch: {when: idle} to let the plan wait until every charger is online and without a car.",
        example="switch: {when: idle, giveUpAfterHours: 72}",
    ),
    Explanation(
        code="P306",
        title="ocpp-native-unsupported: a charger cannot do native OCPP",
        why="Zaptec Pro does native OCPP from serial ZPR080000 on; ZCS and ZCH never do.",
        remedy="Use ocppCloud for the installation, or replace the charger. This guard cannot be lifted.",
    ),
    Explanation(
        code="P307",
        title="ocpp-native-not-allowed: no user group may switch to OCPP 1.6J",
        why="The cloud refuses the switch unless a user group with access has the service level Allow OCPP 1.6J.",
        remedy="Ask Zaptec for that service level and give the group access to the installation.",
    ),
    Explanation(
        code="P308",
        title="power-managed: automatic power management blocks installation updates",
        why="While APM is on, for instance with a Zaptec Sense, the cloud answers every installation update with an "
        "error.",
        remedy="Turn it off in the Portal, or take maxCurrent of the installation out of the file.",
    ),
    Explanation(
        code="P309",
        title="last-owner: too few owners who have accepted would remain",
        why="Only an owner can manage or hand over an installation. Only people who have accepted count, against "
        "guards.minAcceptedOwners; an invitation may never be answered. What goes `after: ownerAccepted` waits for "
        "every owner whom the file names: that somebody else accepted before says nothing about them.",
        remedy="Add an owner under permissions.entries who is in the directory of people; the removal then waits for "
        "the acceptance by itself. Going below the limit can be acknowledged. Leaving no owner who could act without "
        "us (a person who accepted, or a group that is not ours), or nobody with Owner or Service, is never possible.",
    ),
    Explanation(
        code="P310",
        title="changed-installations: more installations would change than the budget allows",
        why="A slip in a profile can reach every site at once. The budget is a number of installations, not a share.",
        remedy="Select fewer, raise guards.maxChangedInstallations, or accept it for one run.",
        example="reconciler apply --accept changed-installations:fleet",
    ),
    Explanation(
        code="P313",
        title="own-access: we might lock ourselves out",
        why="The API does not say which user group the account belongs to. Where fleet.yaml names it, it must not lose "
        "roles unseen; where it does not, a user group with the rights of the account must be left. Where no such "
        "group has access, the login has it as a person, and any person with its rights may be the login.",
        remedy="List our group under permissions.entries, or write after: ownerAccepted when handing over. Name our "
        "group in fleet.yaml (group under the account), so that nobody has to guess.",
        example="absent: [{userGroup: BSJG, after: ownerAccepted}]",
    ),
    Explanation(
        code="P314",
        title="unbalanced-circuit: nothing balances a shared circuit, and its chargers do not fit",
        why="In native OCPP, and beside a charger in stand-alone mode, Zaptec does not balance. The maxima of all "
        "chargers on the circuit together must then stay within its breaker.",
        remedy="Turn stand-alone mode off, lower chargers until they fit, or let an electrician acknowledge it.",
    ),
    Explanation(
        code="P315",
        title="chargers-to-zero: more chargers would be switched off than the budget allows",
        why="0 A looks healthy in the Portal while nobody can charge.",
        remedy="Select fewer, raise guards.maxChargersToZero, or accept it for one run.",
        example="reconciler apply --accept chargers-to-zero:fleet",
    ),
    Explanation(
        code="P316",
        title="raise-installation-limit: the limit of an installation would go up",
        why="It must not exceed the breaker in the cabinet, which the cloud cannot know.",
        remedy="Let an electrician confirm the breaker, then acknowledge the guard in the file.",
        example="acknowledge: [{guard: raise-installation-limit, by: electrician KL, reason: 125 A breaker, until: "
        "2027-01-31}]",
    ),
    Explanation(
        code="P317",
        title="raise-circuit-unreadable: a charger would go up on a circuit that could not be read",
        why="Raising a charger is safe inside its circuit, so the circuit must be known. The hierarchy comes empty "
        "when the account lacks Owner or Service.",
        remedy="Give the account the role on the installation, or let an electrician acknowledge it.",
    ),
    Explanation(
        code="P318",
        title="above-circuit: something would stand above the breaker that feeds it",
        why="No charger may stand above its circuit or installation, no circuit above its installation.",
        remedy="Write a lower value, or have the circuit raised in the Portal first. This guard cannot be lifted.",
    ),
    Explanation(
        code="P319",
        title="current-range: a current that no charger may have",
        why="Below 6 A nothing charges, above 32 A no charger is built for.",
        remedy="Write 6 to 32 A, or 0 A with a reason to switch a charger off. This guard cannot be lifted.",
    ),
    Explanation(
        code="P320",
        title="shared-installation: chargers that the file does not list would be hit too",
        why="Authentication and ownership hold for a whole installation. Chargers that are not listed may belong to "
        "other customers.",
        remedy="List them if they are meant, let Zaptec split the installation, or acknowledge the guard.",
    ),
    Explanation(
        code="P321",
        title="lose-load-balancing: several chargers would lose Zaptec's load balancing",
        why="In native OCPP the backend talks to each charger and has to share the fuse itself.",
        remedy="Let an electrician confirm that the backend balances, then acknowledge the guard in the file.",
        example="acknowledge: [{guard: lose-load-balancing, by: electrician KL, reason: backend balances, until: "
        "2027-01-31}]",
    ),
    Explanation(
        code="P322",
        title="lower-installation-unreadable: the limit of an installation would go down above things nobody knows",
        why="No circuit and no charger may stand above its installation. The circuits could not be read, or a charger "
        "that may stand at 32 A has no known maximum.",
        remedy="Give the account Owner or Service, list every charger with a maxCurrent, or let an electrician "
        "acknowledge it.",
    ),
    Explanation(
        code="P323",
        title="available-current-unreadable: the available current that a change must keep is not known",
        why="The call that changes an installation's maximum current resets its available current unless that is sent "
        "along. A part of it is missing, unreadable or contradicts the rest, so nothing could be sent.",
        remedy="Set the available current again in the Portal, then plan again. This guard cannot be lifted.",
    ),
    Explanation(
        code="P324",
        title="above-home-limit: an installation of type Go / Home would go above 32 A",
        why="Zaptec builds installations of type Go / Home (the API says Smart) for at most 32 A, one circuit and "
        "three chargers, and refuses more. What is measured is the wanted limit; the limit is 32 A.",
        remedy="Write at most 32 A. A larger site needs an installation of type Pro, which is set in the Portal. This "
        "guard cannot be lifted.",
    ),
    Explanation(
        code="P325",
        title="amperes-raised: more amperes would be added to limits than the budget allows",
        why="Each raise may be safe at its own circuit, and yet a slip in a profile can raise a whole fleet at once. "
        "What is measured is the sum of all raises of chargers and installations, in amperes per phase; a former "
        "value that is not known counts as 0 A. Lowering elsewhere takes nothing off.",
        remedy="Select fewer, raise guards.maxRaisedA, or accept it for one run.",
        example="reconciler apply --accept amperes-raised:fleet",
    ),
    Explanation(
        code="P326",
        title="access-removed: more people and groups would lose all access than the budget allows",
        why="A list that was cut short reads as a list of people who must go. What is measured is how often a person "
        "or group loses an installation altogether; losing one of several roles is not counted.",
        remedy="Select fewer, raise guards.maxAccessRemoved, or accept it for one run.",
        example="reconciler apply --accept access-removed:fleet",
    ),
    Explanation(
        code="P327",
        title="lose-user-reports: reports would name chargers instead of residents",
        why="With its own authentication Zaptec reports who charged what, and housing companies bill their residents "
        "from that. With webhooks or OCPP its reports know chargers only. The guard looks at sites whose label "
        "segment is apartments, condominium, coop, co-op or housing.",
        remedy="Export the report of the running period, switch at its end, and let whoever bills acknowledge the "
        "guard in the file.",
        example="acknowledge: [{guard: lose-user-reports, by: board KL, reason: the backend bills from May, until: "
        "2027-01-31}]",
    ),
    Explanation(
        code="P328",
        title="changes-identities: the backend would see the chargers under other identities",
        why="With the legacy URL version Zaptec adds the serial to the URL by itself, with the compliant one the URL "
        "says it all. Changing the version of an installation that is connected changes the identity of every "
        "charger in the backend, which then knows none of them. What is measured is the number of chargers there.",
        remedy="Let the backend register the new identities first, then acknowledge the guard in the file.",
        example="acknowledge: [{guard: changes-identities, by: backend team, reason: registered on Monday, until: "
        "2027-01-31}]",
    ),
    Explanation(
        code="P329",
        title="firmware-too-old: a charger needs newer firmware for native OCPP",
        why="OCPP 1.6J needs at least 2.4.2.4 on Zaptec Go (2.5.1.0 on British ones), 3.2.1.0 on Go 2 and 7.5.4.0 on "
        "Pro (Zaptec's configuration guide, read 2026-05-27). The version comes with the state of a charger; "
        "where it was not read, P208 says so and nothing is refused.",
        remedy="Update the charger in the Portal (Pro firmware is on request), then plan again. This guard cannot be "
        "lifted.",
    ),
    Explanation(
        code="P330",
        title="switch-gave-up: the mode has waited for idle chargers longer than the file allows",
        why="With switch: {when: idle} a change of the authentication mode waits until every charger is online and "
        "without a car. The hours of giveUpAfterHours count from the first apply of an unbroken row that found it"
        " waiting. After that somebody should look: a charger may be offline for good, or a car never leaves.",
        remedy="See to the chargers that the plan names, then raise switch.giveUpAfterHours, or lift the guard to go "
        "on waiting. Lifting it never switches under a car.",
        example="switch: {when: idle, giveUpAfterHours: 168}",
    ),
    Explanation(
        code="P331",
        title="charger-permissions-not-pro: only chargers of Zaptec Pro have permissions of their own",
        why="On Go and Home roles exist on the installation only (Zaptec's help page on roles, 360019440878). Nothing "
        "would be there to click, and the cloud would refuse the call.",
        remedy="Take permissions out of the charger and write them under permissions of the installation. This guard "
        "cannot be lifted.",
    ),
    Explanation(
        code="P332",
        title="non-converging: what was written does not stay",
        why="Two applies within 30 days wrote this very value and saw it there, one after the other, and it is off "
        "again. Somebody else writes it too, for instance an energy manager, and a third write would not stay either. "
        "The applies are told by .reconciler/runs/ beside the fleet: where that is not kept, as in a fresh checkout, "
        "nobody can know, and nothing is refused.",
        remedy="Find out who writes it, then stop that, leave the setting out of the file, or add an exception with "
        "an end. To write it once more, acknowledge the guard or accept it for one run.",
        example="reconciler apply --accept non-converging:2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01",
    ),
)
"""One per guard; each title begins with the guard's id."""
