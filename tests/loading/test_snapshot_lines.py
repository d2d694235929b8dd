"""The patterns for a line as we write it take nothing that the strict reader refuses, and understand nothing else."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import InvalidDocumentError
from reconciler.loading.json_source import object_in
from reconciler.loading.snapshot_lines import installation_on
from reconciler.loading.snapshot_parts import installation_of
from reconciler.model.observed import ObservedInstallation
from tests.fuzz.corpus import documents

GRANTED = {"accepted": True, "invited_at": None, "principal": "userGroup:DRIFT", "roles": ["user", "service"]}
INVITED = {"accepted": False, "invited_at": "2026-01-02T03:04:05Z", "principal": "user-id:0a-1b", "roles": []}
UNREADABLE = {"detail": "403, access refused", "reason": "forbidden", "state": "unreadable"}


def compact(part: object) -> str:
    """As we write it on a line."""
    return json.dumps(part, sort_keys=True, separators=(",", ":"))


def sites() -> list[dict[str, Any]]:
    """Installations of our own, with everything that can stand in one."""
    seed = next(one for one in documents() if one.name == "snapshot")
    first, second = json.loads(seed.data)["installations"]
    charger = {**first["chargers"][0], "permissions": [GRANTED, INVITED]}
    return [
        first,
        second,
        {**first, "permissions": [GRANTED, INVITED], "name": "B\u00e5stad \U0001f50c", "chargers": []},
        {**first, "permissions": UNREADABLE, "circuits": UNREADABLE, "available_unknown": UNREADABLE, "name": None},
        {
            **second,
            "circuits": [{"id": "c-1", "max_current_a": 31.5, "name": "K\u00e4llare"}],
            "chargers": [
                charger,
                {**charger, "id": "zz-1", "circuit": None, "mode": None, "online": None, "permissions": UNREADABLE},
                {**charger, "id": "zz-2", "serial": "A 1!", "values": {}, "permissions": []},
            ],
        },
    ]


LINES = [compact(site) for site in sites()]


def strictly(line: str) -> ObservedInstallation | None:
    """What the reader for whatever is laid out otherwise makes of it; None when it refuses."""
    try:
        return installation_of(object_in(line.encode(), Path("snapshot.json")))
    except (ValueError, TypeError, KeyError, OverflowError, InvalidDocumentError):
        return None


def differs(line: str) -> bool:
    """Whether the patterns take the line, and for something else than the strict reader does."""
    found = installation_on(line)
    return found is not None and repr(found) != repr(strictly(line))


@pytest.mark.parametrize("line", LINES)
def test_what_we_write_fits_the_patterns(line: str) -> None:
    """Nothing of it has to be read the slow way."""
    found = installation_on(line)

    assert found is not None
    assert repr(found) == repr(strictly(line))


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace('"roles":', '"roles":7,"roles":', 1),
        lambda line: line[:-1] + ',"values":{}}',
        lambda line: line.replace('"maxCurrent":', '"maxCurrent":16,"maxCurrent":', 1),
        lambda line: line.replace('"authentication.mode":', '"authentication.mode":"native","authentication.mode":'),
        lambda line: line.replace('"detail":', '"detail":"","detail":', 1),
        lambda line: line[:-1] + ',"x":{}}',
        lambda line: line.replace('"chargers":[', '"chargers":[],"chargers":['),
        lambda line: line.replace('"serial":"', '"serial":"\\u0041'),
        lambda line: line.replace('"mode":', '"mode":1'),
        lambda line: line.replace('"pro":', '"pro": '),
        lambda line: line.replace('"account":"', '"account":"a@b.example '),
        lambda line: line.replace('"account":"', '"account":"\x01'),
        lambda line: line.replace('"account":"', '"account":"' + "a" * 301),
        lambda line: line.replace('"chargers":[', '"chargers":[,'),
        lambda line: line.replace('],"circuits":', ',],"circuits":'),
        lambda line: line.replace('},{"circuit"', '}{"circuit"'),
        lambda line: line.replace('},{"circuit"', '},1,{"circuit"'),
        lambda line: line.replace('"id":"zz-2"', '"id":"zz-1"'),
        lambda line: line.replace("userGroup:DRIFT", "user-id:0a-1b"),
        lambda line: line.replace("K\\u00e4llare", "\\ud83d"),
        lambda line: line.replace("K\\u00e4llare", "\\udd0c\\ud83d"),
        lambda line: line.replace("K\\u00e4llare", '\\"'),
        lambda line: line.replace("31.5", "1e1"),
        lambda line: line.replace("31.5", "-0"),
        lambda line: line.replace("31.5", "31.50"),
        lambda line: line.replace("31.5", "100000.1"),
        lambda line: re.sub('"maxCurrent":[0-9.]+', '"maxCurrent":-0.0', line),
        lambda line: re.sub('"maxCurrent":([0-9]+)', r'"maxCurrent":\g<1>.00', line),
        lambda line: line.replace("K\\u00e4llare", "\\u004b"),
        lambda line: line.replace('"detail":"', '"detail":"\\u0041'),
        lambda line: line.replace("31.5", "NaN"),
        lambda line: line.replace('"user","service"', '"user","user"'),
        lambda line: line.replace('"user","service"', '"user",'),
        lambda line: line.replace('"user","service"', '"guest"'),
        lambda line: line.replace("2026-01-02T03:04:05Z", "2026-01-02T03:04:05"),
    ],
)
def test_what_we_never_write_does_not_fit_them(change: Callable[[str], str]) -> None:
    """Keys twice, numbers, texts and lists of another form are left to the reader who says what is wrong."""
    line = change(LINES[-1])

    assert line != LINES[-1]
    assert installation_on(line) is None


@pytest.mark.parametrize(
    ("old", "new"), [("K\\u00e4llare", "K\\u0023"), ("403, access refused", "\\u0023"), ('"name":"', '"name":"\\u0023')]
)
def test_the_sign_that_changes_the_digest_does_not_fit(old: str, new: str) -> None:
    """Over what is read by the patterns the digest goes as it stands."""
    line = LINES[-1].replace(old, new, 1)

    assert line != LINES[-1]
    assert installation_on(line) is None


@pytest.mark.parametrize(
    ("text", "shown"), [("a@b.example", "…"), ("100 % &#64; home", "100 % &#64; home"), ("\u2013 \U0001f50c", None)]
)
def test_a_name_that_needs_a_second_look_gets_it(text: str, shown: str | None) -> None:
    """Addresses are hidden and escaped signs read, as everywhere else."""
    found = installation_on(compact({**sites()[0], "name": text}))

    assert found is not None
    assert found.name == (text if shown is None else shown)


UNUSUAL: list[Any] = [
    *(None, True, False, 0, 1, 7, 7.0, -1, -0.0, 1e400, 10**17, 10**18, -(10**18), 100000, 100001, 0.05, 31.55),
    *(
        "",
        "x",
        "user",
        "set",
        "zz-1",
        "a@b.example",
        "\u00e5",
        "\ud83d",
        "\ud83d\udd0c",
        '"',
        "\\",
        "\n",
        "#",
        "##[",
        "{",
    ),
    *("a" * 300, "a" * 301, "user-id:0A", "userGroup:drift", "person:Ola", "2026-01-02T03:04:05+01:00", "&#64;", "%40"),
    *([], {}, [[]], [{}], [1], ["user"], ["owner", "user"], ["user", "user"], {"state": "absent"}, UNREADABLE, GRANTED),
]


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every object or list with every key or index in it."""
    keys = list(tree) if isinstance(tree, dict) else list(range(len(tree))) if isinstance(tree, list) else []
    return [(tree, key) for key in keys] + [place for key in keys for place in places(tree[key])]


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_a_changed_installation_is_the_same_both_ways(data: st.DataObject) -> None:
    """Values of other types, forms and sizes, keys and members more, fewer or in another order."""
    tree = json.loads(data.draw(st.sampled_from(LINES)))
    for _ in range(data.draw(st.integers(1, 2))):
        part, key = data.draw(st.sampled_from(places(tree)))
        match data.draw(st.sampled_from(["replace", "replace", "drop", "twice", "more", "order"])):
            case "replace":
                part[key] = data.draw(st.sampled_from(UNUSUAL))
            case "drop":
                part.pop(key)
            case "twice" if isinstance(part, list):
                part.append(part[key])
            case "more" if isinstance(part, dict):
                part[data.draw(st.sampled_from(["x", "zz", "a", "permissions", "values"]))] = part[key]
            case "order" if isinstance(part, dict):
                part[key] = part.pop(key)
            case _:
                pass
    sort_keys = data.draw(st.booleans())

    line = json.dumps(tree, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=data.draw(st.booleans()))

    assert not differs(line.encode(errors="ignore").decode())


TOKENS = [
    *('"', "{", "}", "[", "]", ",", ":", "\\", " ", "\n", "0", "1", "7.0", "-", "e1", "null", "true", "NaN", "\\u0023"),
    *(
        "{}",
        "[]",
        '""',
        '"x":1,',
        ',"roles":7',
        ',"values":{}',
        "\\u00e5",
        "\\ud83d",
        "\\u0022",
        "@",
        "%40",
        "\x01",
        "\x7f",
    ),
    *("},{", '],"circuits":', '"permissions":null,', '"permissions":[],', '"user",', ',"user"', "\u00e5"),
]


@settings(max_examples=1200, deadline=None)
@given(data=st.data())
def test_an_edited_line_is_the_same_both_ways(data: st.DataObject) -> None:
    """Pieces of it written twice, left out, or put where they do not belong."""
    line = data.draw(st.sampled_from(LINES))
    cuts = [place for place, sign in enumerate(line) if sign in '{}[],:"']
    for _ in range(data.draw(st.integers(1, 2))):
        start = min(data.draw(st.sampled_from(cuts)) + data.draw(st.integers(0, 1)), len(line))
        end = start + data.draw(st.one_of(st.integers(0, 3), st.integers(0, 80)))
        piece = data.draw(st.one_of(st.sampled_from(TOKENS), st.just(line[start:end] * 2), st.just("")))
        line = line[:start] + piece + line[end:]

    assert not differs(line)
