"""The bytes of ordinary files. Pipes are never waited for, and devices never read."""

import errno
import os
import stat
from pathlib import Path

_AT_ONCE = 1024 * 1024


class SpecialFileError(OSError):
    """A folder, a pipe, a device or a socket."""


def ordinary_bytes(path: Path | str, *, most: int) -> bytes:
    """The first bytes of an ordinary file, whatever size it claims to have; links are followed.

    Raises:
        SpecialFileError: It is something else.
        OSError: It cannot be read.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb", buffering=0) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise SpecialFileError(errno.EINVAL, "not an ordinary file")
        parts: list[bytes] = []
        while most > 0 and (part := stream.read(min(most, _AT_ONCE))):
            parts.append(part)
            most -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
