"""What a request says: query parameters and JSON bodies, in either casing."""

import json
import re
from dataclasses import dataclass

from werkzeug.wrappers import Request

from reconciler.sandbox import answers
from reconciler.sandbox.answers import Refused
from reconciler.sandbox.records import User
from reconciler.sandbox.world import World

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(slots=True, kw_only=True)
class Call:
    """One request on its way through the service.

    A handler sets `effect` when a write took effect. `stale` asks for the values
    from before the latest change.
    """

    world: World
    request: Request
    user: User
    stale: bool = False
    effect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A JSON object whose member names match whatever their casing."""

    members: dict[str, object]

    @classmethod
    def of(cls, request: Request) -> "Body":
        """The body of a request; an empty one is an empty object.

        Raises:
            Refused: 400, the body is no JSON object; 415, it does not say that it is JSON.
        """
        text = request.get_data(as_text=True)
        if not text.strip():
            return cls(members={})
        if not request.is_json:
            raise Refused(answers.problem(415, "Unsupported Media Type"))
        try:
            data = json.loads(text)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise invalid("$", "The JSON value could not be converted.")
        return cls(members={key.casefold(): value for key, value in data.items()})

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        return self.members.get(name.casefold()) is not None

    def names(self) -> set[str]:
        """The members that are not null, folded."""
        return {name for name, value in self.members.items() if value is not None}

    def number(self, name: str) -> float | None:
        """A number, or none when it is left out or null."""
        value = self.members.get(name.casefold())
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise invalid(name, "The JSON value could not be converted to a number.")
        return float(value)

    def integer(self, name: str) -> int | None:
        """A whole number, or none when it is left out or null."""
        value = self.number(name)
        if value is None:
            return None
        if value != int(value):
            raise invalid(name, "The JSON value could not be converted to an integer.")
        return int(value)

    def flag(self, name: str) -> bool | None:
        """True or false, or none when it is left out or null."""
        value = self.members.get(name.casefold())
        if value is None or isinstance(value, bool):
            return value
        raise invalid(name, "The JSON value could not be converted to a boolean.")

    def text(self, name: str) -> str | None:
        """A text, or none when it is left out or null."""
        value = self.members.get(name.casefold())
        if value is None or isinstance(value, str):
            return value
        raise invalid(name, "The JSON value could not be converted to a string.")

    def says_null(self, name: str) -> bool:
        """Whether the member is there and null, which clears a value."""
        return name.casefold() in self.members and self.members[name.casefold()] is None


def invalid(member: str, text: str) -> Refused:
    """A 400 that names one member."""
    title = "One or more validation errors occurred."
    return Refused(answers.problem(400, title, errors={member: text}))


def query_value(request: Request, name: str) -> str | None:
    """A query parameter, whatever the casing of its name; empty counts as left out."""
    wanted = name.casefold()
    for key, value in request.args.items():
        if key.casefold() == wanted and value != "":
            return str(value)
    return None


def query_values(request: Request, name: str) -> list[str]:
    """All values of a repeated query parameter, also written `name[]`."""
    wanted = {name.casefold(), f"{name.casefold()}[]"}
    return [v for key, v in request.args.items(multi=True) if key.casefold() in wanted]


def query_number(request: Request, name: str) -> int | None:
    """A whole number in the query."""
    text = query_value(request, name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise invalid(name, f"The value '{text}' is not valid.") from None


def query_flag(request: Request, name: str) -> bool:
    """A boolean in the query; left out is false."""
    text = query_value(request, name)
    if text is None:
        return False
    if text.casefold() not in {"true", "false"}:
        raise invalid(name, f"The value '{text}' is not valid.")
    return text.casefold() == "true"


def known_id(text: str) -> str:
    """An id in the casing in which the world keeps it.

    Raises:
        Refused: 400, the text is no UUID.
    """
    if not UUID.fullmatch(text):
        raise invalid("id", f"The value '{text[:40]}' is not valid.")
    return text.lower()
