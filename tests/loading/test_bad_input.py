"""What a bad installation file gets: one message per cause, at the right place, with a way out."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.loading.fleets import FLEET, HEAD, HERE, ID, OTHER, load, told


@dataclass(frozen=True, kw_only=True)
class Case:
    """What stands below id and name of a file, and where which code points."""

    about: str
    text: str
    expected: str
    says: str = ""


CURRENTS = [
    Case(
        about="4 A would never charge",
        text="chargers:\n  ZAP012345: {maxCurrent: 4}\n",
        expected="5:27 E101",
        says="4 A is below 6 A",
    ),
    Case(about="5.9 A is not enough either", text="chargers:\n  ZAP012345: {maxCurrent: 5.9}\n", expected="5:27 E101"),
    Case(
        about="a negative current is no current",
        text="chargers:\n  ZAP012345: {maxCurrent: -6}\n",
        expected="5:27 E101",
    ),
    Case(
        about="40 A is above what a charger can do",
        text="chargers:\n  ZAP012345:\n    maxCurrent: 40\n",
        expected="6:17 E102",
        says="40 A is above 32 A",
    ),
    Case(about="rounding does not help", text="chargers:\n  ZAP012345: {maxCurrent: 32.04}\n", expected="5:27 E102"),
    Case(
        about="0 A needs a reason and an end",
        text="chargers:\n  ZAP012345: {maxCurrent: 0}\n",
        expected="5:27 E103",
        says="Add `disabled` with a reason and an end",
    ),
    Case(
        about="amperes are a number without a unit",
        text='chargers:\n  ZAP012345: {maxCurrent: "16A"}\n',
        expected="5:27 E104",
        says="Write 16.",
    ),
    Case(
        about="a current finer than the cloud's steps",
        text="chargers:\n  ZAP012345: {maxCurrent: 16.123456}\n",
        expected="5:27 E105",
        says="16.123456 A is finer than 0.1 A. ",
    ),
    Case(
        about="the same for all chargers, told once",
        text="chargerDefaults: {maxCurrent: 15.96}\nchargers: {ZAP012345: {}, ZAP012346: {}}\n",
        expected="4:31 E105",
        says="Write 16.0",
    ),
    Case(about="an installation finer than that", text="maxCurrent: 62.95\n", expected="4:13 E105"),
    Case(
        about="a reason for 0 A at 16 A",
        text="chargers:\n  ZAP012345: {maxCurrent: 16, disabled: {reason: wet, until: 2026-12-31}}\n",
        expected="5:31 E113",
    ),
    Case(
        about="a serial has six digits",
        text="chargers:\n  ZAP12345: {maxCurrent: 16}\n",
        expected="5:3 E124",
        says="three capital letters and six digits",
    ),
    Case(
        about="a serial has capital letters",
        text="chargers:\n  zap012345: {}\n",
        expected="5:3 E124",
        says="Did you mean `ZAP012345`?",
    ),
    Case(about="an installation below 6 A", text="maxCurrent: 5\n", expected="4:13 E101"),
]

AUTHENTICATION = [
    Case(
        about="the Portal's word is understood",
        text="authentication: {mode: Zaptec}\n",
        expected="4:24 W201",
        says="understood as `native`",
    ),
    Case(
        about="configuration of another mode",
        text=(
            "authentication:\n  mode: ocppCloud\n  ocppCloud: {url: wss://ocpp.backend-b.example/cp}\n"
            "  ocppNative: {url: wss://ocpp.backend-b.example/cp}\n"
        ),
        expected="7:3 E210",
        says="move its content to `ocppCloud`",
    ),
    Case(
        about="OCPP over https",
        text="authentication:\n  mode: ocppCloud\n  ocppCloud: {url: https://ocpp.backend-b.example/cp}\n",
        expected="6:20 E211",
        says="does not start with wss://",
    ),
    Case(
        about="a URL with a space is none",
        text='authentication:\n  mode: ocppCloud\n  ocppCloud: {url: "wss://ocpp.backend-b.example/c p"}\n',
        expected="6:20 E211",
    ),
    Case(
        about="a URL with a backslash is none",
        text="authentication:\n  mode: ocppCloud\n  ocppCloud: {url: 'wss://ocpp.backend-b.example\\cp'}\n",
        expected="6:20 E211",
    ),
    Case(
        about="two chargers behind one identity",
        text=(
            "authentication:\n  mode: ocppCloud\n"
            "  ocppCloud: {url: wss://ocpp.backend-b.example/cp, urlVersion: ocpp16Compliant}\n"
            "chargers: {ZAP012345: {}, ZAP012346: {}}\n"
        ),
        expected="6:20 E212",
        says="all 2 chargers would connect as one",
    ),
    Case(
        about="a placeholder that nobody replaces",
        text='authentication:\n  mode: ocppCloud\n  ocppCloud: {url: "wss://ocpp.backend-b.example/{serial}"}\n',
        expected="6:20 E213",
        says="{deviceId}",
    ),
    *(
        Case(
            about=f"a native URL that {why}",
            text=f'authentication:\n  mode: ocppNative\n  ocppNative:\n    url: "wss://ocpp.backend-b.example{end}"\n',
            expected="7:10 E214",
            says=says,
        )
        for why, end, says in (
            ("ends in a serial", "/cp/ZAP054321", "ends in a serial"),
            ("has a placeholder", "/cp/{deviceId}", "has a placeholder"),
            ("has a query", "/cp?site=7", "has a query"),
            ("has a fragment", "/cp#x", "fragment"),
            ("has a space", "/c p", "has a space"),
            ("is too long", "/" + "x" * 512, "longer than 512"),
        )
    ),
    Case(
        about="an unencrypted web socket",
        text="authentication:\n  mode: ocppNative\n  ocppNative: {url: ws://ocpp.backend-b.example/cp}\n",
        expected="6:21 E215",
        says="Use wss://",
    ),
    Case(
        about="a host that differs by one letter",
        text="authentication:\n  mode: ocppNative\n  ocppNative: {url: wss://ocpp.backend-d.example/cp}\n",
        expected="6:21 E216",
        says="`ocpp.backend-d.example` is not an allowed host",
    ),
    *(
        Case(
            about=f"the address {host} in place of a host",
            text=f'authentication:\n  mode: ocppNative\n  ocppNative: {{url: "wss://{host}/cp"}}\n',
            expected="6:21 E216",
            says="an address in numbers",
        )
        for host in ("192.0.2.7", "[2001:db8::7]", "3221225991", "0x7f.1")
    ),
    Case(
        about="credentials before the host",
        text='authentication:\n  mode: ocppNative\n  ocppNative: {url: "wss://cp:CANARY@ocpp.backend-b.example/cp"}\n',
        expected="6:21 E217",
    ),
    Case(
        about="a token in the query",
        text=(
            "authentication:\n  mode: ocppCloud\n"
            '  ocppCloud: {url: "wss://ocpp.backend-b.example/{deviceId}?token=CANARY"}\n'
        ),
        expected="6:20 E217",
    ),
    Case(
        about="a password as text",
        text=(
            "authentication:\n  mode: ocppCloud\n  ocppCloud:\n    url: wss://ocpp.backend-b.example/cp\n"
            "    initialPassword: CANARY\n"
        ),
        expected="8:22 E218",
        says="Change the secret",
    ),
    Case(
        about="a number as password",
        text=(
            "authentication:\n  mode: ocppCloud\n  ocppCloud:\n    url: wss://ocpp.backend-b.example/cp\n"
            "    initialPassword: 4711\n"
        ),
        expected="8:22 E218",
    ),
    Case(
        about="a webhook over http",
        text=(
            "authentication:\n  mode: webhooks\n  webhooks:\n    sessionStartUrl: http://hooks.paycharge.example/start\n"
            "    sessionEndUrl: https://hooks.paycharge.example/end\n"
        ),
        expected="7:22 E219",
    ),
    Case(
        about="webhooks where nobody could start",
        text="authentication:\n  mode: webhooks\n  webhooks: {sessionEndUrl: https://hooks.paycharge.example/end}\n",
        expected="6:3 E220",
        says="nobody can",
    ),
    Case(
        about="webhooks where nothing is billed",
        text="authentication:\n  mode: webhooks\n  webhooks: {sessionStartUrl: https://hooks.paycharge.example/s}\n",
        expected="6:3 W226",
    ),
    Case(
        about="native with webhooks",
        text=("authentication:\n  mode: native\n  webhooks: {sessionStartUrl: https://hooks.paycharge.example/s}\n"),
        expected="6:3 E221",
    ),
    Case(
        about="stand-alone with native",
        text="authentication: {mode: native}\nchargers:\n  ZAP012345: {standAlone: true}\n",
        expected="6:27 E222",
    ),
    Case(
        about="a secret out of any environment variable",
        text="authentication: {ocppCloud: {initialPassword: {secretRef: {env: AWS_SECRET}}}}\n",
        expected="4:65 E223",
    ),
    *(
        Case(
            about=f"a secret file called {name}",
            text=f'authentication: {{ocppCloud: {{initialPassword: {{secretRef: {{file: "{name}"}}}}}}}}\n',
            expected="4:66 E223",
        )
        for name in ("/etc/passwd", "../x", "a/../b", "a//b", "./a", "")
    ),
    Case(
        about="a secret from two places",
        text="authentication: {ocppCloud: {initialPassword: {secretRef: {env: FLEET_SECRET_A, file: a}}}}\n",
        expected="4:59 E223",
    ),
    Case(
        about="a secret from nowhere",
        text="authentication: {ocppCloud: {initialPassword: {secretRef: {}}}}\n",
        expected="4:59 E223",
    ),
    Case(
        about="authorisation with a mode that has none",
        text=(
            "authentication:\n  mode: ocppNative\n  authorizationRequired: true\n"
            "  ocppNative: {url: wss://ocpp.backend-b.example/cp}\n"
        ),
        expected="6:3 E224",
    ),
    Case(about="a mode that points nowhere", text="authentication: {mode: ocppNative}\n", expected="4:24 E225"),
    Case(about="an unknown mode", text="authentication: {mode: natve}\n", expected="4:24 E016", says="`native`?"),
]

PEOPLE = [
    Case(
        about="an e-mail address as a person",
        text="permissions: {entries: [{user: ola@people.example, roles: [user]}]}\n",
        expected="4:32 E230",
        says="person:<id>",
    ),
    Case(about="an e-mail address in a comment", text="# ask ola@people.example\n", expected="4:7 E230"),
    Case(about="an e-mail address with a wide sign", text="# ask ola＠people.example\n", expected="4:7 E230"),
    Case(about="an e-mail address with spaces", text="# ask ola @ people.example\n", expected="4:7 E230"),
    Case(about="an e-mail address as URLs have it", text="# ask ola%40people.example\n", expected="4:7 E230"),
    Case(about="one quoted twice", text="# ask ola%2540people.example\n", expected="4:7 E230"),
    Case(about="one with a wide sign as URLs have it", text="# ask ola%EF%BC%A0people.example\n", expected="4:7 E230"),
    Case(about="an e-mail address as web pages have it", text="# ask ola&#64;people.example\n", expected="4:7 E230"),
    Case(about="an e-mail address with two signs", text="# ask ola@@people\n", expected="4:7 E230"),
    Case(about="an e-mail address with spaces anywhere", text="# ask ola @ people . example\n", expected="4:7 E230"),
    Case(about="an escaped e-mail address", text='labels: {who: "ola\\x40people.example"}\n', expected="4:15 E230"),
    Case(
        about="exclusive without an owner",
        text="permissions:\n  mode: exclusive\n  entries: [{user: 'person:a', roles: [user]}]\n",
        expected="5:9 E232",
    ),
    Case(
        about="exclusive with nobody at all",
        text="permissions:\n  mode: exclusive\n  entries: []\n",
        expected="5:9 E232",
    ),
    Case(
        about="a hand-over after which only a group is owner",
        text=(
            "permissions:\n  entries: [{userGroup: HANS, roles: [owner]}]\n"
            "  absent: [{userGroup: BSJG, after: ownerAccepted}]\n"
        ),
        expected="6:12 E233",
    ),
    Case(
        about="an unknown role",
        text="permissions: {entries: [{user: 'person:a', roles: [Admin]}]}\n",
        expected="4:52 E235",
        says="user, owner and service",
    ),
    Case(about="no role", text="permissions: {entries: [{user: 'person:a', roles: []}]}\n", expected="4:51 E235"),
    Case(
        about="service for a person",
        text="permissions: {entries: [{user: 'person:a', roles: [owner, service]}]}\n",
        expected="4:51 W236",
    ),
    Case(
        about="the same person twice",
        text="permissions:\n  entries:\n    - {userGroup: A, roles: [user]}\n    - {userGroup: A, roles: [owner]}\n",
        expected="7:7 E237",
    ),
    Case(
        about="wanted and unwanted",
        text="permissions:\n  entries: [{userGroup: A, roles: [owner]}]\n  absent: [{userGroup: A}]\n",
        expected="6:12 E238",
    ),
    Case(
        about="a person without its prefix",
        text="permissions: {entries: [{user: ola, roles: [user]}]}\n",
        expected="4:32 E017",
        says="person:c-88121",
    ),
    Case(
        about="neither person nor group",
        text="permissions: {entries: [{roles: [user]}]}\n",
        expected="4:25 E017",
        says="`user` or `userGroup`",
    ),
    Case(
        about="an acknowledgement of a misspelt guard",
        text="acknowledge:\n  - {guard: loose-load-balancing, by: KL, reason: x, until: 2027-01-31}\n",
        expected="5:13 E246",
        says="Did you mean `lose-load-balancing`?",
    ),
    Case(
        about="an acknowledgement of nothing known",
        text="acknowledge:\n  - {guard: nope, by: KL, reason: x, until: 2027-01-31}\n",
        expected="5:13 E246",
        says="there is no guard `nope`. ",
    ),
    Case(
        about="an acknowledgement of a guard that nothing lifts",
        text="acknowledge:\n  - {guard: above-circuit, by: KL, reason: x, until: 2027-01-31}\n",
        expected="5:13 E246",
        says="nothing lifts the guard `above-circuit`. ",
    ),
    Case(
        about="an acknowledgement of a guard of the whole fleet",
        text="acknowledge:\n  - {guard: chargers-to-zero, by: KL, reason: x, until: 2027-01-31}\n",
        expected="5:13 E246",
        says="reconciler explain chargers-to-zero",
    ),
    Case(
        about="the same guard acknowledged twice",
        text="acknowledge:\n  - {guard: lose-load-balancing, by: KL, reason: x, until: 2027-01-31}\n"
        "  - {guard: raise-installation-limit, by: KL, reason: x, until: 2027-01-31}\n"
        "  - {guard: lose-load-balancing, by: Eve, reason: y, until: 2029-01-31}\n",
        expected="7:13 E247",
        says="is acknowledged already",
    ),
    Case(
        about="an acknowledgement that is over",
        text="acknowledge:\n  - {guard: lose-load-balancing, by: KL, reason: balanced, until: 2026-05-03}\n",
        expected="5:67 E240",
        says="2026-05-03 is over",
    ),
    Case(
        about="a charger switched off until yesterday",
        text="chargers:\n  ZAP012345:\n    maxCurrent: 0\n    disabled: {reason: wet, until: 2026-05-03}\n",
        expected="7:36 E240",
    ),
    Case(
        about="a day that the calendar does not have",
        text="acknowledge:\n  - {guard: lose-load-balancing, by: KL, reason: balanced, until: 2027-02-29}\n",
        expected="5:67 E017",
    ),
]

FILES = [
    Case(about="the same key twice", text="maxCurrent: 16\nmaxCurrent: 32\n", expected="5:1 E001"),
    Case(about="a tab", text="chargers:\n\tZAP012345: {}\n", expected="5:1 E002"),
    Case(
        about="a misspelt key",
        text="chargers:\n  ZAP012345: {maxCurent: 16}\n",
        expected="5:15 E003",
        says="Did you mean `maxCurrent`?",
    ),
    Case(about="a key of nothing here", text="circuits: []\n", expected="4:1 E003", says="Known here: version, id"),
    Case(about="a second document", text="---\nversion: 1\n", expected="4:1 E004"),
    Case(about="an unknown profile", text="profiles: [handovr]\n", expected="4:12 E007"),
    Case(about="a bracket that stays open", text="chargers: {\n", expected="5:1 E008"),
    Case(about="a merge key", text="labels: {<<: {a: b}}\n", expected="4:10 E009"),
    Case(about="an alias", text="labels: *x\n", expected="4:9 E009"),
    Case(about="an anchor", text="labels: &x {a: b}\n", expected="4:9 E009"),
    Case(about="a tag", text="labels: {a: !!str b}\n", expected="4:13 E009"),
    Case(about="a character nobody sees", text="labels: {a: b\u202e}\n", expected="4:14 E010"),
    Case(about="an escape nobody sees", text='labels: {a: "b\\u202e"}\n', expected="4:13 E010"),
    Case(about="a NUL", text="labels: {a: b\0}\n", expected="4:14 E010"),
    Case(about="a file too deep", text="labels: " + "[" * 25 + "]" * 25 + "\n", expected="4:28 E011"),
    Case(about="a text too long", text=f"labels: {{a: {'x' * 9000}}}\n", expected="4:13 E011"),
    Case(about="null", text="labels: null\n", expected="4:9 E013"),
    Case(about="nothing", text="labels:\n", expected="4:8 E013"),
    Case(about="null in a list", text="profiles: [null]\n", expected="4:12 E013"),
    Case(
        about="yes for true",
        text="chargers: {ZAP012345: {standAlone: no}}\n",
        expected="4:36 E014",
        says="Write false.",
    ),
    Case(about="a word for a list", text="profiles: handover\n", expected="4:11 E014", says="expected a list"),
    Case(
        about="a permission without roles",
        text="permissions: {entries: [{userGroup: A}]}\n",
        expected="4:25 E015",
        says="`roles` is missing",
    ),
    Case(about="an empty reference", text="labels: {a: ''}\nprofiles: ['']\n", expected="5:12 E017"),
    Case(
        about="waiting for no time at all",
        text="switch: {giveUpAfterHours: 0}\n",
        expected="4:28 E017",
        says="expected at least 1",
    ),
    Case(about="an account of nobody", text="account: mian\n", expected="4:10 E020", says="Did you mean `main`?"),
    Case(
        about="taking back what is no setting",
        text="unmanaged: [authentification]\n",
        expected="4:13 E022",
        says="Did you mean `authentication",
    ),
    Case(about="taking back a charger's setting", text="unmanaged: [standAlone]\n", expected="4:13 E022"),
    Case(about="taking back what nobody declared", text="unmanaged: [authentication]\n", expected="4:13 W025"),
]


@pytest.mark.parametrize("case", [*CURRENTS, *AUTHENTICATION, *PEOPLE, *FILES], ids=lambda case: case.about)
def test_each_cause_gets_one_message_at_its_place(tmp_path: Path, case: Case) -> None:
    """The message names code, line and column, says what to do, and never repeats a secret or an address."""
    loaded = load(tmp_path, {HERE: HEAD + case.text})

    assert told(loaded) == [f"{HERE}:{case.expected}"]
    text = str(loaded.problems[0])
    assert case.says in text
    assert "CANARY" not in text
    assert "people.example" not in text
    assert loaded.problems[0].why
    assert loaded.problems[0].what not in loaded.problems[0].why
    assert loaded.problems[0].remedy
    assert (loaded.desired is None) == (" E" in case.expected)


HEADS = [
    Case(about="no version", text=f"id: {ID}\nname: Here\n", expected="1:1 E015"),
    Case(about="another version", text=f"version: 2\nid: {ID}\nname: Here\n", expected="1:10 E018"),
    Case(about="an id in capitals", text=f"version: 1\nid: {ID.replace('1', 'A')}\nname: Here\n", expected="2:5 E017"),
    Case(about="an empty file", text="# nothing yet\n", expected="1:1 E004"),
    Case(about="a list", text="- version: 1\n", expected="1:1 E014"),
    Case(about="one word", text="hello\n", expected="1:1 E014"),
    Case(about="a key that is a list", text="? [a]\n: b\n", expected="1:3 E014"),
]


@pytest.mark.parametrize("case", HEADS, ids=lambda case: case.about)
def test_a_file_that_does_not_say_what_it_is(tmp_path: Path, case: Case) -> None:
    """Version, id and name are always needed."""
    loaded = load(tmp_path, {HERE: case.text})

    assert told(loaded) == [f"{HERE}:{case.expected}"]


def test_all_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    """Nobody repairs a fleet one message at a time."""
    bad = "chargers:\n  ZAP12: {}\n  ZAP012345: {maxCurrent: 4}\n  ZAP012346: {maxCurrent: 0}\nnmae: x\n"

    loaded = load(tmp_path, {HERE: HEAD + bad, "installations/there.yaml": OTHER + "profiles: [gone]\n"})

    assert told(loaded) == [
        f"{HERE}:5:3 E124",
        f"{HERE}:6:27 E101",
        f"{HERE}:7:27 E103",
        f"{HERE}:8:1 E003",
        "installations/there.yaml:4:12 E007",
    ]


def test_a_message_reads_as_promised(tmp_path: Path) -> None:
    """It begins with file:line:col, code and path, then says what, why and how to repair it."""
    loaded = load(tmp_path, {HERE: HEAD + "chargers:\n  ZAP012345: {maxCurrent: 4}\n"})

    assert str(loaded.problems[0]) == (
        "fleet/installations/here.yaml:5:27 E101 chargers.ZAP012345.maxCurrent: 4 A is below 6 A. "
        "A car needs at least 6 A; below that nobody would ever charge. "
        "Write 6 or more, or 0 with `disabled: {reason, until}` to switch a charger off."
    )


class TestAcrossFiles:
    def test_one_id_in_two_files_names_the_other_place(self, tmp_path: Path) -> None:
        """Two wishes for one installation would undo each other."""
        loaded = load(tmp_path, {HERE: HEAD, "installations/zz.yaml": "# a copy\n" + HEAD})

        assert told(loaded) == ["installations/zz.yaml:3:1 E006"]
        assert "also in fleet/installations/here.yaml:2." in str(loaded.problems[0])

    def test_one_serial_in_two_files_names_the_other_place(self, tmp_path: Path) -> None:
        """A charger has one place."""
        charger = "chargers:\n  ZAP012345: {}\n"

        loaded = load(tmp_path, {HERE: HEAD + charger, "installations/zz.yaml": OTHER + charger})

        assert told(loaded) == ["installations/zz.yaml:5:3 E125"]
        assert "also in fleet/installations/here.yaml:5." in str(loaded.problems[0])

    def test_several_accounts_must_be_told_apart(self, tmp_path: Path) -> None:
        """With one account its name may be left out, with two it may not."""
        two = FLEET.replace("main: {cloud: sandbox}", "{main: {cloud: sandbox}, south: {cloud: sandbox}}")
        two = two.replace("accounts:\n  {", "accounts: {")

        loaded = load(tmp_path, {"fleet.yaml": two, HERE: HEAD})

        assert told(loaded) == [f"{HERE}:1:1 E020"]
        assert "main, south" in str(loaded.problems[0])

    def test_a_mistake_in_a_profile_is_told_once_and_in_the_profile(self, tmp_path: Path) -> None:
        """However many files use it."""
        files = {
            "profiles/p.yaml": "chargerDefaults: {maxCurrent: 0}\n",
            HERE: HEAD + "profiles: [p]\nchargers: {ZAP012345: {}, ZAP012346: {}}\n",
            "installations/there.yaml": OTHER + "profiles: [p]\nchargers: {ZAP012347: {}}\n",
        }

        loaded = load(tmp_path, files)

        assert told(loaded) == ["profiles/p.yaml:1:31 E103"]

    def test_a_profile_that_nothing_uses_is_checked_too(self, tmp_path: Path) -> None:
        """Its next user should not meet the surprise."""
        profile = "authentication: {mode: ocppNative, ocppNative: {url: ws://evil.example/cp}}\n"

        loaded = load(tmp_path, {"profiles/p.yaml": profile, HERE: HEAD})

        assert told(loaded) == ["profiles/p.yaml:1:54 E215", "profiles/p.yaml:1:54 E216"]

    def test_a_profile_lists_no_profiles(self, tmp_path: Path) -> None:
        """So there are no circles."""
        loaded = load(tmp_path, {"profiles/p.yaml": "profiles: [q]\n", HERE: HEAD})

        assert told(loaded) == ["profiles/p.yaml:1:1 E003"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "permissions: {absent: [{userGroup: A, after: ownerAccepted}], entries: [{user: ola, roles: [owner]}]}\n",
            "4:80 E017",
        ),
        ("permissions: {mode: exclusive, entries: [{user: 'person:a', roles: [ownr]}]}\n", "4:69 E235"),
        ("permissions: {mode: exclusive, entries: [nobody]}\n", "4:42 E014"),
        ("authentication: {mode: webhooks, webhooks: [x]}\n", "4:44 E014"),
        ("authentication: {mode: ocppNative, ocppNative: {url: [x]}}\n", "4:54 E014"),
        ("chargers: {ZAP012345: {maxCurrent: 0, disabled: wet}}\n", "4:49 E014"),
        ("permissions: {entries: [5]}\n", "4:25 E014"),
        ("permissions: {absent: [1.5]}\n", "4:24 E014"),
    ],
)
def test_one_mistake_causes_one_message(tmp_path: Path, text: str, expected: str) -> None:
    """A value that could not be read must not also count as missing."""
    assert told(load(tmp_path, {HERE: HEAD + text})) == [f"{HERE}:{expected}"]


def test_the_first_hundred_problems_of_a_file_are_told(tmp_path: Path) -> None:
    """Always the same ones, in the order of the file."""
    text = "chargers:\n" + "".join(f"  ZAP{number:06d}: {{maxCurrent: 4}}\n" for number in range(300))

    loaded = load(tmp_path, {HERE: HEAD + text})

    assert [problem.line for problem in loaded.problems] == list(range(5, 105))


def test_an_error_is_told_even_behind_a_hundred_warnings(tmp_path: Path) -> None:
    """Only errors stop a plan."""
    people = "".join(f"    - {{user: 'person:p{number}', roles: [service]}}\n" for number in range(120))
    text = f"permissions:\n  entries:\n{people}chargers: {{ZAP012345: {{maxCurrent: 0}}}}\n"

    loaded = load(tmp_path, {HERE: HEAD + text})

    assert loaded.desired is None
    assert f"{HERE}:126:36 E103" in told(loaded)


def test_a_list_longer_than_anybody_needs_is_refused(tmp_path: Path) -> None:
    """Comparing each of its items with each would take hours."""
    items = ", ".join(f"p{number}, {number}" for number in range(20_000))

    loaded = load(tmp_path, {HERE: HEAD + f"profiles: [{items}]\n"})

    assert "E017" in {problem.code for problem in loaded.problems}
    assert {problem.line for problem in loaded.problems} == {4}


def test_an_address_behind_a_form_feed_is_told_in_its_line(tmp_path: Path) -> None:
    """Lines are counted as editors count them."""
    loaded = load(tmp_path, {HERE: HEAD + "# a\x0cb: kari@people.example"})

    assert f"{HERE}:4:8 E230" in told(loaded)


def test_an_end_day_still_counts(tmp_path: Path) -> None:
    """`until` is inclusive."""
    text = "acknowledge:\n  - {guard: lose-load-balancing, by: KL, reason: balanced, until: 2026-05-04}\n"

    loaded = load(tmp_path, {HERE: HEAD + text})

    assert told(loaded) == []
