"""The people of the sandbox, as an operator's own directory would list them."""

from reconciler.sandbox.records import Person

DIRECTORY = (
    ("c-88121", "kari.nordmann@people.example", "Kari Nordmann", "no"),
    ("c-88122", "ola.hansen@people.example", "Ola Hansen", "no"),
    ("c-88123", "ida.berg@people.example", "Ida Berg", "no"),
    ("c-88124", "per.lie@people.example", "Per Lie", "no"),
    ("b-17", "unni.moen@people.example", "Unni Moen", "no"),
    ("b-31", "jon.dahl@people.example", "Jon Dahl", "en"),
    ("board-solbakken", "styret@solbakken.example", "Styret Solbakken", "no"),
    ("d-204", "eva.holm@people.example", "Eva Holm", "en"),
)
WITH_ACCOUNT = frozenset({"c-88121", "c-88124", "b-17", "board-solbakken", "d-204"})


def people() -> tuple[tuple[str, str, str, str], ...]:
    """Id, e-mail address, name and language of everybody the fixture fleet names."""
    return DIRECTORY


def directory() -> list[Person]:
    """The same, as the world keeps it."""
    return [{"id": i, "email": e, "name": n, "language": lang} for i, e, n, lang in DIRECTORY]
