"""The blast radius of a plan in words that an electrician reads; the biggest places only, the document has them all."""

from collections.abc import Sequence
from enum import StrEnum

from reconciler.model.blast import AccessMove, Blast, Idle, Move, SiteBlast, blast_of
from reconciler.model.plan import Plan
from reconciler.records import dataclass
from reconciler.report import wording
from reconciler.report.escape import cut

SHOWN = 3
_CHARGERS_SHOWN = 6
_NAME_CELLS = 32
_WHY = {
    Idle.SWITCHED_OFF: "set to 0 A",
    Idle.STAYS_OFF: "stays below 6 A",
    Idle.STAND_ALONE: "stays in stand-alone mode",
}
_GROUP = "userGroup:"


class Weight(StrEnum):
    """How much a line wants to be noticed."""

    USUAL = "usual"
    GRAVE = "grave"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Label and sentence."""

    label: str
    words: str
    weight: Weight = Weight.USUAL


def blast_lines(plan: Plan) -> list[Line]:
    """Amperes, chargers, cars and access, where somebody's changes; empty for a plan without changes."""
    blast = blast_of(plan)
    if not blast.sites:
        return []
    idle = any(site.idle for site in blast.sites)
    lines = [
        Line(label="Amperes", words=amperes_words(blast)),
        Line(label="Chargers", words=idle_words(blast), weight=Weight.GRAVE if idle else Weight.USUAL),
        Line(label="Cars", words=cars_words(blast)),
    ]
    access = access_words(blast)
    return [*lines, Line(label="Access", words=access)] if access else lines


def amperes_words(blast: Blast) -> str:
    """`68 A raised, 16 A lowered: Solbakken +52 A and -16 A, Bakkegata 7 +16 A`."""
    moved = [site for site in blast.sites if site.raised_a or site.lowered_a]
    if not moved:
        return "no limit moves"
    biggest = sorted(moved, key=lambda site: (-site.raised_a, -site.lowered_a, site.installation_name))
    places = [f"{_name(site)} {_moved(site)}" for site in biggest[:SHOWN]]
    total = f"{wording.amperes(blast.raised_a)} raised, {wording.amperes(blast.lowered_a)} lowered"
    return f"{total}: {_with_rest(places, len(moved))}"


def _moved(site: SiteBlast) -> str:
    raised = f"+{wording.amperes(site.raised_a)}" if site.raised_a else ""
    lowered = f"-{wording.amperes(site.lowered_a)}" if site.lowered_a else ""
    return " and ".join(part for part in (raised, lowered) if part)


def idle_words(blast: Blast) -> str:
    """`2 chargers will not charge: ZAP012347 (set to 0 A), ZPR081030 (stays in stand-alone mode)`."""
    idle = [one for site in blast.sites for one in site.idle]
    if not idle:
        return "none is switched off"
    first = sorted(idle, key=lambda one: (list(Idle).index(one.why), one.serial))
    shown = [f"{cut(one.serial, _NAME_CELLS)} ({_WHY[one.why]})" for one in first[:_CHARGERS_SHOWN]]
    words = f"{wording.counted(len(idle), 'charger')} will not charge"
    return f"{words}: {_with_rest(shown, len(idle))}"


def cars_words(blast: Blast) -> str:
    """`2 charging now at these installations: 2 at Kaia P-hus; 1 charger does not say`; unknown is never 0."""
    sites = [(site.seen.charging, _name(site)) for site in blast.sites if site.seen is not None and site.seen.charging]
    places = [f"{count} at {name}" for count, name in sorted(sites, key=lambda one: (-one[0], one[1]))]
    parts = []
    if places:
        parts.append(f"{blast.charging} charging now: {_with_rest(places[:SHOWN], len(places))}")
    elif blast.unseen < len(blast.sites):
        parts.append("none seen charging at these installations")
    if blast.silent:
        parts.append(f"{wording.counted(blast.silent, 'charger')} there {_do(blast.silent)} not say")
    if blast.unseen:
        parts.append(f"not known at {wording.counted(blast.unseen, 'installation')}")
    return "; ".join(parts)


def _do(number: int) -> str:
    return "does" if number == 1 else "do"


def access_words(blast: Blast) -> str:
    """Who gains access, who loses it, and who newly sees everybody's sessions; empty when nobody's access changes."""
    gains, loses, alters = (blast.moves(move) for move in (Move.GAINS, Move.LOSES, Move.ALTERS))
    known = [pair for pair in gains if pair[1].certain]
    unsure = [pair for pair in gains if not pair[1].certain]
    sees = [pair for pair in (*gains, *alters) if pair[1].sees_sessions]
    parts = [
        _who("gains access", "gain access", known),
        _who("gains access unless it is there already", "gain access unless it is there already", unsure),
        _who("loses access", "lose access", loses),
        _who("gets other roles", "get other roles", alters),
        _who("newly sees every session of the site", "newly see every session of their site", sees),
    ]
    return "; ".join(part for part in parts if part)


def _who(verb: str, verbs: str, pairs: Sequence[tuple[SiteBlast, AccessMove]]) -> str:
    """Everybody once, whoever is hit at most places first."""
    if not pairs:
        return ""
    places: dict[str, list[SiteBlast]] = {}
    for site, one in pairs:
        places.setdefault(one.principal, []).append(site)
    ordered = sorted(places, key=lambda one: (-len(places[one]), one))
    shown = [f"{cut(one, _NAME_CELLS)} ({_where(places[one])})" for one in ordered[:SHOWN]]
    return f"{_heads(ordered)} {verb if len(ordered) == 1 else verbs}: {_with_rest(shown, len(ordered))}"


def _where(sites: Sequence[SiteBlast]) -> str:
    return _name(sites[0]) if len(sites) == 1 else wording.counted(len(sites), "installation")


def _heads(principals: Sequence[str]) -> str:
    """`2 people and 1 group`."""
    groups = sum(one.startswith(_GROUP) for one in principals)
    people = len(principals) - groups
    person = f"{people} {'person' if people == 1 else 'people'}" if people else ""
    group = wording.counted(groups, "group") if groups else ""
    return " and ".join(part for part in (person, group) if part)


def _with_rest(shown: list[str], total: int) -> str:
    """A list that says how much it leaves out."""
    return ", ".join(shown) + (f" and {total - len(shown)} more" if total > len(shown) else "")


def _name(site: SiteBlast) -> str:
    return cut(site.installation_name.strip(), _NAME_CELLS) or "(no name)"
