"""What `adopt` writes: as a difference for people, and as a JSON document."""

from collections.abc import Iterable, Iterator
from difflib import unified_diff

from reconciler.model.adoption import (
    Adopted,
    AdoptedFile,
    Adoption,
    Draft,
    FileAction,
    LeftTogether,
    SharedFile,
    ToldAdoption,
    ToldFile,
    ToldShared,
    left_together,
)
from reconciler.model.change import Target, plain
from reconciler.report import wording
from reconciler.report.escape import code, for_markdown, for_terminal, name
from reconciler.report.json_document import head
from reconciler.report.json_parts import Json
from reconciler.report.page import Look, Page, Tone
from reconciler.report.stream import Color, Glyphs

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.QUIET}


def difference(one: AdoptedFile) -> tuple[str, ...]:
    """The unified difference of one file, a line each; empty when nothing changes."""
    return _difference(one.draft)


def _difference(draft: Draft | SharedFile) -> tuple[str, ...]:
    before = "" if draft.before is None else draft.before
    old = "/dev/null" if draft.before is None else f"a/{draft.file}"
    lines = unified_diff(before.splitlines(), draft.after.splitlines(), old, f"b/{draft.file}", lineterm="")
    return tuple(lines)


def told_of(adoption: Adoption) -> ToldAdoption:
    """What an adoption tells."""
    files = tuple(
        ToldFile(
            name=one.name,
            file=one.draft.file,
            action=one.action,
            difference=difference(one),
            warnings=tuple(warnings_of(one)),
            left=one.left,
        )
        for one in adoption.files
    )
    shared = tuple(
        ToldShared(
            profile=one.profile,
            file=one.file,
            action=one.action,
            installations=len(one.installations),
            difference=_difference(one),
        )
        for one in adoption.shared
    )
    return ToldAdoption(files=files, settings=_taken(adoption), shared=shared, lines_saved=adoption.lines_saved)


def _taken(adoption: Adoption) -> int:
    return sum(bool(item.wishes) for one in adoption.to_write for item in one.adopted)


def adoption_text(told: ToldAdoption, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """What files share, each file with its difference, what raises a limit, what stays out; then a line of counts."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    for layer in told.shared:
        page.line((_shared_by(layer), Tone.STRONG), f"  {for_terminal(layer.file)}  {_ACTIONS[layer.action]}")
        _show(page, layer.difference)
        page.blank()
    for one in told.files:
        page.line((name(one.name), Tone.STRONG), f"  {for_terminal(one.file)}  {_ACTIONS[one.action]}")
        _show(page, one.difference)
        for warning in one.warnings:
            page.line(("warning: ", Tone.CHANGE), for_terminal(warning), indent=2)
        for item in left_together(one.left):
            page.line(("stays out: ", Tone.OPEN), for_terminal(_left(item)), indent=2)
        page.blank()
    page.line(counts_of(told))
    if told.shared:
        page.line(factored_out(told))
    return str(page)


def _show(page: Page, difference: Iterable[str]) -> None:
    for line in difference:
        page.unbroken(page.look.text((for_terminal(line), _TONES.get(line[:1], Tone.PLAIN))))


def _shared_by(layer: ToldShared) -> str:
    what = f"profile {layer.profile}" if layer.profile else "defaults"
    return f"{what}, shared by {wording.counted(layer.installations, 'installation')}"


def factored_out(told: ToldAdoption) -> str:
    """`Factored out: profile adopted-home, shared by 12 installations; 36 lines saved`."""
    layers = "; ".join(_shared_by(layer) for layer in told.shared)
    saved = f"{wording.counted(told.lines_saved, 'line')} saved"
    return f"Factored out: {layers}; {saved} (--layout files keeps each file on its own)"


_ACTIONS = {FileAction.NEW: "new file", FileAction.PATCHED: "patched", FileAction.UNCHANGED: "stays as it is"}


def adoption_markdown(told: ToldAdoption) -> str:
    """The same for a pull request or an issue."""
    lines = [f"**{for_markdown(counts_of(told))}**", ""]
    if told.shared:
        lines += [for_markdown(factored_out(told)), ""]
    for layer in told.shared:
        lines += [f"### {for_markdown(_shared_by(layer))}", "", f"{code(layer.file)}: {_ACTIONS[layer.action]}", ""]
        lines += [*(f"    {for_terminal(line)}" for line in layer.difference), ""]
    for one in told.files:
        lines += [f"### {for_markdown(one.name)}", "", f"{code(one.file)}: {_ACTIONS[one.action]}", ""]
        lines += [f"- warning: {for_markdown(warning)}" for warning in one.warnings]
        lines += [f"- stays out: {for_markdown(_left(item))}" for item in left_together(one.left)]
        lines += ["", *(f"    {for_terminal(line)}" for line in one.difference), ""]
    return "\n".join(lines)


def warnings_of(one: AdoptedFile) -> Iterator[str]:
    """Limits that the file would raise: whoever adopts them takes the word of the cloud for a fuse."""
    for item in one.adopted:
        if item.raises_limit:
            live, was = (_value(item.target, item.setting, value) for value in (item.now, item.was))
            yield (
                f"{wording.setting(item.target, item.setting)} is live at {live}, the file allows {was}: this raises a "
                "limit; adopt it only if an electrician says so, otherwise restore it with `reconciler apply`"
            )


def _value(target: Target, setting: str, value: object) -> str:
    row = wording.row_of(target, setting)
    return wording.value(row, value)  # type: ignore[arg-type]  # every value of an adoption is an observation or None


def _left(item: LeftTogether) -> str:
    """`61 chargers Maximum current, Stand-alone mode: not readable (ZPR1, ZPR2, ZPR3 and 58 more)`."""
    target, first, *more = item.targets[0], *item.settings
    subject = wording.setting(target, first) if first else target.charger or "the installation"
    words = ", ".join([subject, *(_label(target, one) for one in more)])
    if len(item.targets) == 1:
        return f"{words}: {item.why}"
    serials = [one.charger or "" for one in item.targets]
    rest = f" and {len(serials) - _NAMED} more" if len(serials) > _NAMED else ""
    labels = ", ".join(_label(target, one) for one in item.settings if one)
    what = f"{len(serials)} chargers {labels}".strip()
    return f"{what}: {item.why}; {', '.join(serials[:_NAMED])}{rest}"


_NAMED = 3
"""Chargers of one reason that a text names; documents name all."""


def _label(target: Target, setting: str) -> str:
    row = wording.row_of(target, setting)
    return setting if row is None else row.label


def counts_of(told: ToldAdoption) -> str:
    """`2 files to write, 5 settings taken over, 1 stays out`."""
    files = len(told.shared) + sum(one.action is not FileAction.UNCHANGED for one in told.files)
    left = sum(len(one.left) for one in told.files)
    return (
        f"{wording.counted(files, 'file')} to write, {wording.counted(told.settings, 'setting')} taken over, "
        f"{left} stay{'s' if left == 1 else ''} out"
    )


def adoption_document(adoption: Adoption) -> Json:
    """Everything an adoption holds; its schema is schemas/adoption.schema.json."""
    return {
        **head("adoption", adoption.conditions),
        "tool": {"name": "reconciler", "version": adoption.tool_version},
        "created_at": adoption.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "summary": {
            "files": len(adoption.writes),
            "settings": _taken(adoption),
            "left": len(adoption.left),
            "lines_saved": adoption.lines_saved,
        },
        "shared": [_shared_part(one) for one in adoption.shared],
        "files": [_file_part(one) for one in adoption.files],
    }


def _shared_part(one: SharedFile) -> Json:
    return {
        "file": one.file,
        "action": one.action.value,
        "profile": one.profile or None,
        "installations": [*one.installations],
        "diff": "".join(f"{line}\n" for line in _difference(one)),
    }


def _file_part(one: AdoptedFile) -> Json:
    return {
        "file": one.draft.file,
        "action": one.action.value,
        "account": one.account,
        "installation": one.installation_id,
        "name": one.name,
        "adopted": [_adopted_part(item) for item in one.adopted],
        "left": [
            {
                "charger": item.target.charger,
                "principal": item.target.principal,
                "setting": item.setting,
                "kind": item.kind.value,
                "why": item.why,
            }
            for item in one.left
        ],
        "warnings": [*warnings_of(one)],
        "diff": "".join(f"{line}\n" for line in difference(one)),
    }


def _adopted_part(item: Adopted) -> Json:
    return {
        "charger": item.target.charger,
        "principal": item.target.principal,
        "setting": item.setting,
        "was": None if item.was is None else plain(item.was),
        "now": plain(item.now),
        "raises_limit": item.raises_limit,
    }
