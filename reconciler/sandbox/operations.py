"""What can be done to a world from outside its API, by name.

The same table serves commands that hold the world themselves and the endpoint of a
served world, so both do the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.sandbox import faults
from reconciler.sandbox.consent import by_command
from reconciler.sandbox.errors import CallerError, SandboxError
from reconciler.sandbox.generated import generated_world
from reconciler.sandbox.generating.fleet import generated_fleet
from reconciler.sandbox.generating.parameters import parameters_of
from reconciler.sandbox.permissions import accept, invited_addresses
from reconciler.sandbox.portal import carry_out, find_installation, set_value
from reconciler.sandbox.principals import address_of
from reconciler.sandbox.records import Fault, Logged
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.world import Memory, World, folded

Arguments = Mapping[str, Any]
Outcome = dict[str, Any]
LATEST = 7_258_118_400.0
"""The end of the year 2199, in seconds since 1970."""


def reset(world: World) -> None:
    """Put the fixture's world back; world time goes on."""
    replace(world, fixture_world(now=world.now()))


def seed(world: World, *, installations: int, chargers: int, seed: int = 1) -> None:
    """Replace the world by a generated one; world time goes on."""
    made = generated_world(installations, chargers, seed=seed, now=world.now())
    replace(world, made.world)


def generate(
    world: World, parameters: Arguments, *, installations: int, seed: int, drift_percent: float | None = None
) -> Outcome:
    """Replace the world by one that is drawn from the tree of a parameter file; world time goes on."""
    drawn = parameters_of(parameters, drift_percent=drift_percent)
    made = generated_fleet(drawn, installations, seed=seed, now=world.now())
    replace(world, made.world)
    return {"chargers": len(made.world.data["chargers"]), "drifted": len(made.drifted)}


def replace(world: World, other: World) -> None:
    """Take over another world's data, in place."""
    with world.lock:
        other.data["now"] = other.data["born_at"] = world.now()
        world.data = other.data
        world.memory = Memory()


def accept_invitation(world: World, who: str, *, installation: str | None = None) -> int:
    """A person accepts what they were invited to; how many installations it was.

    Raises:
        CallerError: Nobody or nothing is named so, or no invitation is open.
    """
    with world.lock:
        place = find_installation(world, installation) if installation else None
        accepted = accept(world, email=address_of(world, who), installation=place)
        if accepted == 0:
            raise CallerError("no open invitation for this person", remedy=_who_is_invited(world))
    return accepted


def _who_is_invited(world: World) -> str:
    invited = invited_addresses(world)
    ids = [f"person:{person['id']}" for person in world.data["people"] if folded(person["email"]) in invited]
    return f"invited are {', '.join(ids)}" if ids else "nobody of the directory is invited; give permissions first"


def advance(world: World, seconds: float) -> float:
    """Move world time on and return it, in seconds since 1970.

    Raises:
        CallerError: It would go backwards, or further than dates can be written.
    """
    if not 0 <= seconds <= LATEST - world.now():
        raise CallerError("world time never goes backwards, and ends with the year 2199", remedy="write 90s, 15m or 7d")
    return world.advance(seconds)


def script_fault(world: World, fault: Fault) -> None:
    """Add a scripted failure behind those that are there."""
    with world.lock:
        world.data["faults"].append(fault)


def log_entries(world: World) -> list[Logged]:
    """A copy of the request log, oldest first."""
    with world.lock:
        return [*world.log]


def _advance(world: World, arguments: Arguments) -> Outcome:
    return {"now": advance(world, float(arguments["seconds"]))}


def _set(world: World, arguments: Arguments) -> Outcome:
    set_value(world, str(arguments["target"]), setting=str(arguments["setting"]), value=arguments["value"])
    return {}


def _carry_out(world: World, arguments: Arguments) -> Outcome:
    return {"steps": carry_out(world, arguments["steps"])}


def _accept(world: World, arguments: Arguments) -> Outcome:
    place = arguments.get("installation")
    return {"accepted": accept_invitation(world, str(arguments["who"]), installation=place)}


def _approve(world: World, arguments: Arguments) -> Outcome:
    place = arguments.get("installation")
    address, shared = by_command.approve(world, str(arguments["link"]), who=str(arguments["who"]), installation=place)
    return {"address": address, "installation": shared["id"], "name": shared["name"]}


def _deny(world: World, arguments: Arguments) -> Outcome:
    return {"address": by_command.deny(world, str(arguments["link"]), who=str(arguments["who"]))}


def _reset(world: World, arguments: Arguments) -> Outcome:
    del arguments
    reset(world)
    return {}


def _seed(world: World, arguments: Arguments) -> Outcome:
    seed(
        world,
        installations=int(arguments["installations"]),
        chargers=int(arguments["chargers"]),
        seed=int(arguments.get("seed", 1)),
    )
    return {}


def _generate(world: World, arguments: Arguments) -> Outcome:
    return generate(
        world,
        arguments["parameters"],
        installations=int(arguments["installations"]),
        seed=int(arguments.get("seed", 1)),
        drift_percent=arguments.get("drift_percent"),
    )


def _fault(world: World, arguments: Arguments) -> Outcome:
    known = {"kind", "method", "path", "times", "after_n", "status", "body", "code"}
    script_fault(world, faults.fault(**{k: v for k, v in arguments.items() if k in known}))
    return {"faults": world.data["faults"]}


def _clear_faults(world: World, arguments: Arguments) -> Outcome:
    del arguments
    with world.lock:
        world.data["faults"] = []
    return {}


def _limit(world: World, arguments: Arguments) -> Outcome:
    world.data["rate_limited"] = bool(arguments["limited"])
    return {}


def _log(world: World, arguments: Arguments) -> Outcome:
    del arguments
    return {"log": log_entries(world)}


def _outbox(world: World, arguments: Arguments) -> Outcome:
    del arguments
    return {"outbox": [*world.data["outbox"]]}


def _status(world: World, arguments: Arguments) -> Outcome:
    del arguments
    return {
        "now": world.now(),
        "time_scale": world.time_scale,
        "born_at": world.data["born_at"],
        "installations": len(world.data["installations"]),
        "chargers": len(world.data["chargers"]),
        "requests": len(world.log),
    }


OPERATIONS: dict[str, Callable[[World, Arguments], Outcome]] = {
    "accept-invitation": _accept,
    "advance": _advance,
    "approve-consent": _approve,
    "carry-out": _carry_out,
    "clear-faults": _clear_faults,
    "deny-consent": _deny,
    "fault": _fault,
    "generate": _generate,
    "log": _log,
    "outbox": _outbox,
    "rate-limit": _limit,
    "reset": _reset,
    "seed": _seed,
    "set": _set,
    "status": _status,
}


NEEDED: Mapping[str, tuple[str, ...]] = {
    "accept-invitation": ("who",),
    "advance": ("seconds",),
    "approve-consent": ("link", "who"),
    "carry-out": ("steps",),
    "deny-consent": ("link", "who"),
    "fault": ("kind",),
    "generate": ("installations", "parameters"),
    "rate-limit": ("limited",),
    "seed": ("installations", "chargers"),
    "set": ("target", "setting", "value"),
}
READING = frozenset({"log", "outbox", "status"})
"""What changes nothing."""
REPLACING = frozenset({"generate", "reset", "seed"})
"""What needs nothing of the world that was there."""


def operate(world: World, name: str, arguments: Arguments) -> Outcome:
    """Carry out one operation.

    Raises:
        CallerError: Unknown operation, missing argument, or something that does not fit.
        SandboxError: The world is broken.
    """
    operation = OPERATIONS.get(name)
    if operation is None:
        raise CallerError(f"unknown operation {name!r}", remedy=f"known are {', '.join(OPERATIONS)}")
    for needed in NEEDED.get(name, ()):
        if needed not in arguments:
            raise CallerError(f"{name} needs {needed!r}")
    try:
        with world.lock:
            outcome = operation(world, arguments)
            if name not in READING:
                world.has_changed()
            return outcome
    except KeyError as error:
        raise SandboxError(f"the world is broken: it lacks {error.args[0]!r}") from error
    except (TypeError, ValueError) as error:
        raise CallerError(f"{name}: {error}") from error
