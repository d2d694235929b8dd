"""The bytes of ordinary files. Pipes are never waited for, and devices never read."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_AT_ONCE = 1024 * 1024
_PART = 64 * 1024


class SpecialFileError(OSError):
    """A folder, a pipe, a device or a socket."""


def ordinary_stream(path: Path | str) -> BinaryIO:
    """An ordinary file, open for reading; links are followed. Raises as `ordinary_bytes`."""
    stream = open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", _PART)  # noqa: SIM115  handed on
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise SpecialFileError(errno.EINVAL, "not an ordinary file")
    return stream


def ordinary_bytes(path: Path | str, *, most: int) -> bytes:
    """The first bytes of an ordinary file, whatever size it claims to have; links are followed.

    Raises:
        SpecialFileError: It is something else.
        OSError: It cannot be read.
    """
    return _bytes(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), most=most)


def unlinked_bytes(path: Path | str, *, most: int) -> bytes:
    """The same of a file that is no link itself. Raises as `ordinary_bytes`; for a link with ELOOP."""
    return _bytes(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW), most=most)


def _bytes(handle: int, *, most: int) -> bytes:
    """Of an open file, which is closed."""
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise SpecialFileError(errno.EINVAL, "not an ordinary file")
        part = os.read(handle, min(most, found.st_size + 1, _AT_ONCE))
        if len(part) == found.st_size or len(part) == most:
            return part  # nearly always: it is as long as it claims
        return part + b"".join(_further(handle, most - len(part)))
    finally:
        os.close(handle)


def _further(handle: int, most: int) -> Iterator[bytes]:
    while most > 0 and (part := os.read(handle, min(most, _AT_ONCE))):
        yield part
        most -= len(part)
