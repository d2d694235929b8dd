"""What can go wrong when somebody works on the sandbox itself."""


class SandboxError(Exception):
    """An operation on the sandbox that cannot be done; the text says why."""


class UnknownThingError(SandboxError):
    """No installation, charger, person or setting of this name."""


class WorldHeld(SandboxError):  # noqa: N818 - named by what it says
    """Another process holds the world.

    `url` is set when that process serves the world and takes operations there.
    """

    def __init__(self, *, pid: int, since: str, url: str | None) -> None:
        super().__init__(f"process {pid} has held the sandbox since {since}")
        self.pid = pid
        self.since = since
        self.url = url
