"""Whether a fault made any difference: the same request to a copy of the world in which nothing is wrong."""

from dataclasses import dataclass

import httpx

from reconciler.cli.clouds import SandboxTransport
from reconciler.sandbox.app import create_app
from reconciler.sandbox.records import Fault
from reconciler.sandbox.world import World


def about_to_strike(world: World) -> int | None:
    """Which of the world's faults meets the next request; all faults of the matrix fit any request."""
    ready = (number for number, one in enumerate(world.data["faults"]) if _is_ready(one))
    return next(ready, None)


def _is_ready(fault: Fault) -> bool:
    return fault["times"] > 0 and fault["seen"] >= fault["after_n"]


@dataclass(frozen=True, slots=True)
class Peace:
    """A copy of a world, without its faults."""

    world: World

    @classmethod
    def over(cls, world: World) -> "Peace":
        """As that world is now, also what its service remembers."""
        twin = World.from_json(world.to_json())
        twin.data["faults"] = []
        memory = world.memory
        twin.memory.buckets, twin.memory.logins = {**memory.buckets}, [*memory.logins]
        twin.memory.written, twin.memory.states = {**memory.written}, {**memory.states}
        return cls(twin)

    def would_differ(self, request: httpx.Request, answer: httpx.Response) -> bool:
        """Whether the undisturbed answer is another one. Reads the body of a short answer."""
        undisturbed = SandboxTransport(create_app(self.world)).handle_request(request)
        if _outside(undisturbed) != _outside(answer):
            return True
        return undisturbed.read() != answer.read()


def _outside(answer: httpx.Response) -> tuple[int, dict[str, str]]:
    return answer.status_code, dict(answer.headers)


def readable_again(answer: httpx.Response) -> httpx.Response:
    """The same answer, for a client that reads it from its beginning."""
    if not answer.is_stream_consumed:
        return answer
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
