"""Cases that once went wrong, small enough to be read, by target."""

from collections.abc import Mapping

from tests.fuzz.cases import Case
from tests.fuzz.corpus import Seed


def _file(name: str, text: str) -> Seed:
    return Seed(name=name, data=text.encode())


def _one(name: str, data: str | bytes, *, status: int = 200) -> Case:
    return (Seed(name=name, data=data if isinstance(data, bytes) else data.encode(), status=status),)


_SITE = "version: 1\nid: 11111111-0000-4000-8000-000000000001\nname: Here\n"

REGRESSIONS: Mapping[str, tuple[Case, ...]] = {
    "yaml": (
        _one("installations/here.yaml", "a: {b"),  # the parser points behind the last line
        _one("installations/here.yaml", "a:"),
        _one("installations/here.yaml", "a: 1\x0cb: 1\n"),
        _one("installations/here.yaml", "- 1\n" * 100_001),
        _one("installations/here.yaml", "a: " + "x" * 9000),
        _one("installations/here.yaml", 'a: "\\ud800"'),
        _one("installations/here.yaml", 'a: "\\UFFFFFFFF"'),  # more than a character; PyYAML's own parser raises
    ),
    "files": (
        _one("installations/here.yaml", _SITE + "permissions: {entries: [5]}\n"),  # neither a user nor a group
        _one("installations/here.yaml", _SITE + "permissions: {absent: [1.5, true, []]}\n"),
        _one("exceptions.yaml", "version: 1\nexceptions: [1]\n"),
        _one("installations/here.yaml", "# a\x0cb\x85c: kari@people.example"),  # its own idea of a line
        _one("installations/here.yaml", _SITE + f"profiles: [{', '.join(f'p{n}, {n}' for n in range(400))}]\n"),
        _one("installations/here.yaml", "".join(f"key{n}: 1\n" for n in range(400))),
    ),
    "merge": (
        (  # the known accounts are told, and one is no name
            _file("installations/here.yaml", _SITE + "account: other\n"),
            _file("fleet.yaml", "version: 1\naccounts: {kari@people.example: {cloud: sandbox}}\n"),
        ),
        (
            _file("installations/here.yaml", _SITE),
            _file("fleet.yaml", "version: 1\naccounts: {a: {cloud: sandbox}, kari@people.example: {cloud: sandbox}}\n"),
        ),
        (
            _file("installations/here.yaml", _SITE + "account: kari-people.example\n"),
            _file("fleet.yaml", "version: 1\naccounts: {kari@people.example: {cloud: sandbox}}\n"),
        ),
    ),
    "fleet": (
        (Seed(name="fleet.yaml", data=b"{}"), Seed(name="installations/here.yaml", data=b"{}")),  # no value at all
        _one("installations/here.yaml", _SITE + "account: main\nswitch: {giveUpAfterHours: 24.0}\n"),
        _one("installations/here.yaml", _SITE + "account: main\nmaxCurrent: -0.0\n"),
        _one("fleet.yaml", "version: 1\naccounts: {main: {cloud: sandbox}}\nguards: {maxChangedInstallations: 25.0}\n"),
    ),
    "people": (
        _one("people.csv", "id,email\nc-1,ka\x00ri@people.example\n"),
        _one("people.csv", "id,email\nc-1,kari\u202e@people.example\n"),
        _one("people.csv", "id,email,email\nc-1,kari@people.example,ola@people.example\n"),
    ),
    "documents": (
        _one("plan", '{"kind": "kari@people.example"}'),
        _one("plan", '{"kind": "plan", "format_version": "kari@people.example"}'),
        _one("plan", '{"kari@people.example": 1, "kari@people.example": 2}'),
        _one("plan", '{"kind": "plan", "format_version": "1.0", "x": ' + "9" * 5000 + "}"),
        _one("plan", '{"kind": "plan", "format_version": "1.0", "x": "\\ud800"}'),
        _one("plan", '{"kind": ' + "[" * 950 + "]" * 950 + "}"),
        _one("plan", '{"kind": ' + "[" * 100_000 + "]" * 100_000 + "}"),
        _one("plan", '{"kind": "plan", "format_version": "1.0", "changes": ' + "[" * 900 + "]" * 900 + "}"),
    ),
    "adapter": (
        _one("adapter", '[{"object_id": "11111111-2222-3333-4444-555555555555", "roles": [{}], "accepted": true}]'),
        _one(
            "adapter",
            '[{"object_id": "11111111-2222-3333-4444-555555555555", "roles": [], "accepted": false,'
            ' "invited_at": "naive"}]',
        ),
    ),
}
