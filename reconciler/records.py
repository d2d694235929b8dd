"""Dataclasses that are made quickly: the classes when a command starts, and their values by the ten thousand.

`dataclass` reads like that of the standard library and does the same with the classes that we write; its `replace`,
`fields` and `asdict` take what it makes. Beneath lies a `msgspec.Struct`, whose methods exist already; writing and
compiling those of a dataclass, six a class, took a quarter of a short command.
"""

from typing import TYPE_CHECKING

__all__ = ["dataclass"]

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    from collections.abc import Callable, Mapping
    from dataclasses import MISSING, Field
    from dataclasses import dataclass as usual
    from typing import Any, Generic

    from msgspec import Struct
    from msgspec import field as filled

    _Kind = type(Struct)
    _UNDERSTOOD = frozenset({"frozen", "slots", "kw_only", "eq"})
    _OWN_WAYS = frozenset({"__init__", "__post_init__", "__eq__", "__hash__", "__setattr__", "__delattr__"})
    """With these a class does itself what a struct does for it."""
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
            if options.keys() - _UNDERSTOOD or not _is_simple(plain):
                return usual(**options)(plain)
            said = {name: value for name, value in vars(plain).items() if name not in _LEFT_OUT}
            defaults = {name: said[name] for name in plain.__annotations__ if name in said}
            filled_in = {name: filled(default_factory=one.default_factory) for name, one in _fields_in(defaults)}
            described = _Fields(plain, defaults, kw_only=options.get("kw_only", False))
            body = {**said, **filled_in, "__dataclass_fields__": described, "__qualname__": plain.__qualname__}
            bases = (Struct, *(base for base in plain.__bases__ if base is not object))
            chosen = {name: value for name, value in options.items() if name != "slots"}
            return _Kind(plain.__name__, bases, body, **chosen, dict=not options.get("slots"))

        return made

    class _Fields:
        """The fields as the standard library describes them, which hardly any command asks for.

        Threads may ask at the same time; each of them then describes a class of its own.
        """

        def __init__(self, plain: type, defaults: Mapping[str, object], *, kw_only: bool) -> None:
            self._plain = plain
            self._defaults = defaults
            self._kw_only = kw_only
            self._known: dict[str, Field[Any]] | None = None

        def __get__(self, value: object | None, kind: type) -> "dict[str, Field[Any]]":
            if self._known is None:
                names = {"__annotations__": self._plain.__annotations__, "__module__": self._plain.__module__}
                like = type(self._plain.__name__, (), {**self._defaults, **names, "__doc__": ""})
                usual(init=False, repr=False, eq=False, kw_only=self._kw_only)(like)
                self._known = like.__dataclass_fields__
            return self._known

    def _is_simple(plain: type) -> bool:
        """Whether a struct does all that the class asks for."""
        said = vars(plain)
        defaults = [said[name] for name in plain.__annotations__ if name in said]
        return (
            all(base in (object, Generic) for base in plain.__bases__)
            and not _OWN_WAYS & said.keys()
            and all(_is_usual(one) if isinstance(one, Field) else one.__hash__ for one in defaults)
        )

    def _is_usual(field: "Field[Any]") -> bool:
        """Whether all that is said of it is how its default is made."""
        said = (field.init, field.repr, field.compare, field.hash, field.kw_only)
        return said == (True, True, True, None, MISSING) and field.default_factory is not MISSING

    def _fields_in(defaults: Mapping[str, object]) -> "list[tuple[str, Field[Any]]]":
        return [(name, one) for name, one in defaults.items() if isinstance(one, Field)]
