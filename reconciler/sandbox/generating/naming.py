"""Names of installations, with the oddities that real lists have."""

import random
from collections.abc import Mapping

STREETS = (
    "Elveveien",
    "Fjellveien",
    "Åsgata",
    "Nygårdsgaten",
    "Skogsvägen",
    "Østre Ringvej",
    "Bäckgränd",
    "Møllebakken",
)
HOUSES = {
    "home": ("", "", "", "A", "B", "C"),
    "business": (" Kontor", " Verksted", " Butikk"),
    "coop": (" borettslag", " sameie", " bostadsrättsförening"),
    "workplace": (" Næringspark", " P-hus", " Parkering"),
    "large": (" Lufthavn P1", " Kjøpesenter", " Parkeringshus"),
}
LONGEST = 200


def drawn_name(dice: random.Random, segment: str, shares: Mapping[str, float]) -> str:
    """What people called an installation; may be empty."""
    street = dice.choice(STREETS)
    ending = dice.choice(HOUSES.get(segment, ("",)))
    name = f"{street} {dice.randint(1, 180)}{ending}"
    return _made_odd(name, dice.random(), shares)


def _made_odd(name: str, drawn: float, shares: Mapping[str, float]) -> str:
    """At most one oddity for each name."""
    odd = {
        "garage": "Garasje",
        "empty": "",
        "long": (f"{name}, inngang fra gårdsrommet, " * LONGEST)[:LONGEST],
        "trailingBlank": f"{name} ",
        "emoji": f"{name} \N{ELECTRIC PLUG}",
        "slash": f"{name} / {name[:8]}",
    }
    for kind, text in odd.items():
        drawn -= shares[kind]
        if drawn < 0:
            return text.rstrip() if kind == "long" else text
    return name
