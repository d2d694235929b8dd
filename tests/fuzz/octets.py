"""Mutations of bytes: whatever an editor, a transfer or an attacker does to a file."""

import re
from collections.abc import Callable
from random import Random

from tests.fuzz import values

_PIECES: tuple[bytes, ...] = (
    b"\x00",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xfe\xff",
    b"\t",
    b"\r",
    b"\r\n",
    b"\n",
    b"\n\n",
    b"\x0c",
    b"\x1b[2J",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x98\x80",
    b"\xf4\x8f\xbf\xbf",
    b"'",
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b": ",
    b",",
    b"- ",
    b"#",
    b"&a ",
    b"*a ",
    b"!x ",
    b"? ",
    b"| ",
    b"> ",
    b"%",
    b"@",
    b"`",
    b"\n---\n",
    b"\n...\n",
    *(token.encode("utf-8", "surrogatepass") for token in values.TOKENS if len(token) < 100),
    values.ADDRESS.encode(),
    values.SECRET.encode(),
)
_NUMBERS = re.compile(rb"-?[0-9]+(\.[0-9]+)?")
_LONGEST = 64 * 1024


def mutated(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    """The bytes with one to four mutations."""
    for _ in range(random.choice((1, 1, 2, 2, 3, 4))):
        data = random.choice(_MUTATIONS)(random, data, donors)[:_LONGEST]
    return data


def blown_up(random: Random, data: bytes) -> bytes:
    """Something of the data, so often that it is far larger than anybody would write."""
    count = random.choice((20_000, 100_000, 1_200_000))
    piece = random.choice((_piece(random, data), random.choice(_PIECES), b"- {}\n", b"x: 1\n", b"[0,", b'{"a":'))
    before = data[: random.randrange(len(data) + 1)]
    return (before + (piece or b" ") * (count // max(1, len(piece))) + data[len(before) :])[: 2 * count]


def _piece(random: Random, data: bytes) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[start : start + random.choice((1, 2, 8, 40, 200))]


def _flipped(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    if not data:
        return data
    index = random.randrange(len(data))
    return data[:index] + bytes([data[index] ^ (1 << random.randrange(8))]) + data[index + 1 :]


def _deleted(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + data[start + random.choice((1, 2, 8, 40, 200)) :]


def _repeated(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + _piece(random, data) * random.choice((1, 2, 3, 60)) + data[start:]


def _inserted(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + random.choice(_PIECES) + data[start:]


def _overwritten(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    start = random.randrange(len(data) + 1)
    piece = random.choice(_PIECES)
    return data[:start] + piece + data[start + len(piece) :]


def _truncated(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _spliced(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    donor = random.choice(donors)
    return data[: random.randrange(len(data) + 1)] + donor[random.randrange(len(donor) + 1) :]


def _renumbered(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    found = list(_NUMBERS.finditer(data[:4000]))
    if not found:
        return data
    hit = random.choice(found)
    number = str(random.choice(values.NUMBERS)).encode()
    return data[: hit.start()] + number + data[hit.end() :]


def _relined(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    first, second = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(5):
        case 0:
            lines.insert(second, lines[first])
        case 1:
            del lines[first]
        case 2:
            lines[first], lines[second] = lines[second], lines[first]
        case 3:
            lines[first] = random.choice((b" ", b"  ", b"\t", b"- ", b"# ")) + lines[first]
        case _:
            lines[first] = lines[first].lstrip(b" ")
    return b"".join(lines)


def _recoded(random: Random, data: bytes, donors: list[bytes]) -> bytes:
    match random.randrange(6):
        case 0:
            return data.replace(b"\n", b"\r\n")
        case 1:
            return data.replace(b"\n", b"\r")
        case 2:
            return b"\xef\xbb\xbf" + data
        case 3:
            return data.decode("utf-8", "replace").encode("utf-16")
        case 4:
            return data.replace(b"  ", b"\t")
        case _:
            return data.decode("utf-8", "replace").encode("latin-1", "replace")


_MUTATIONS: tuple[Callable[[Random, bytes, list[bytes]], bytes], ...] = (
    *(_flipped,) * 3,
    *(_deleted,) * 2,
    *(_repeated,) * 2,
    *(_inserted,) * 4,
    *(_overwritten,) * 2,
    _truncated,
    _spliced,
    *(_renumbered,) * 3,
    *(_relined,) * 2,
    _recoded,
)
