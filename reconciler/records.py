"""Dataclasses that are made quickly: the classes when a command starts, and their values by the ten thousand.

`dataclass` reads and behaves like that of the standard library, and its `replace`, `fields` and `asdict` take what it
makes. Beneath lies a `msgspec.Struct`, whose methods exist already; writing and compiling those of a dataclass, six a
class, took a quarter of a short command.
"""

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from collections.abc import Callable
    from dataclasses import MISSING, Field
    from dataclasses import dataclass as usual
    from typing import Any, Generic

    from msgspec import Struct
    from msgspec import field as filled

    _Kind = type(Struct)
    _UNDERSTOOD = frozenset({"frozen", "slots", "kw_only", "eq"})
    _LEFT_OUT = frozenset({"__dict__", "__weakref__"})
    """What a class statement adds to a class without slots."""

    def dataclass(**options: bool) -> Callable[[type], type]:
        """The decorator of the standard library, quicker unless a class asks for more than a struct can do.

        What is hidden, not compared or worked out is left to the standard library.

        Raises:
            TypeError: The class derives from one that was made so.
        """

        def made(plain: type) -> type:
            if isinstance(plain, _Kind):
                raise TypeError(f"{plain.__qualname__} derives from another dataclass; let it hold one instead")
            body = _body_of(plain)
            if body is None or options.keys() - _UNDERSTOOD:
                return usual(**options)(plain)
            bases = (Struct, *(base for base in plain.__bases__ if base is not object))
            body["__dataclass_fields__"] = _Fields(plain, options)
            chosen = {name: value for name, value in options.items() if name != "slots"}
            return _Kind(plain.__name__, bases, body, **chosen, dict=not options.get("slots"))

        return made

    class _Fields:
        """The fields as the standard library describes them, which hardly any command asks for."""

        def __init__(self, plain: type, options: dict[str, bool]) -> None:
            self._plain = plain
            self._options = options
            self._known: dict[str, Field[Any]] | None = None

        def __get__(self, value: object | None, kind: type) -> "dict[str, Field[Any]]":
            if self._known is None:
                usual(init=False, repr=False, eq=False, kw_only=self._options.get("kw_only", False))(self._plain)
                self._known = self._plain.__dataclass_fields__
            return self._known

    def _body_of(plain: type) -> dict[str, Any] | None:
        """What the class says, as a struct takes it; None when that cannot do what it asks for."""
        body = {name: value for name, value in vars(plain).items() if name not in _LEFT_OUT}
        if not all(base in (object, Generic) for base in plain.__bases__):
            return None
        for name, kind in plain.__annotations__.items():
            given = body.get(name)
            if "ClassVar" in str(kind):
                return None
            if isinstance(given, Field):
                if not _is_usual(given):
                    return None
                body[name] = filled(default_factory=given.default_factory)
        return body

    def _is_usual(field: "Field[Any]") -> bool:
        """Whether all that is said of it is how its default is made."""
        said = (field.init, field.repr, field.compare, field.hash, field.kw_only)
        return said == (True, True, True, None, MISSING) and field.default_factory is not MISSING
