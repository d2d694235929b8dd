"""What `adopt` writes: as a difference for people, and as a JSON document."""

from collections.abc import Iterator
from difflib import unified_diff

from reconciler.model.adoption import (
    Adopted,
    AdoptedFile,
    Adoption,
    FileAction,
    LeftTogether,
    ToldAdoption,
    ToldFile,
    left_together,
)
from reconciler.model.change import Target, plain
from reconciler.report import wording
from reconciler.report.escape import code, for_markdown, for_terminal, name
from reconciler.report.json_document import head
from reconciler.report.json_parts import Json
from reconciler.report.page import Color, Glyphs, Look, Page, Tone

_TONES = {"+": Tone.GOOD, "-": Tone.BAD, "@": Tone.QUIET}


def difference(one: AdoptedFile) -> tuple[str, ...]:
    """The unified difference of one file, a line each; empty when nothing changes."""
    draft = one.draft
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
    return ToldAdoption(files=files, settings=_taken(adoption))


def _taken(adoption: Adoption) -> int:
    return sum(bool(item.wishes) for one in adoption.to_write for item in one.adopted)


def adoption_text(told: ToldAdoption, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """Each file with its difference, what raises a limit, and what stays out; then one line of counts."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    for one in told.files:
        page.line((name(one.name), Tone.STRONG), f"  {for_terminal(one.file)}  {_ACTIONS[one.action]}")
        for line in one.difference:
            page.unbroken(page.look.text((for_terminal(line), _TONES.get(line[:1], Tone.PLAIN))))
        for warning in one.warnings:
            page.line(("warning: ", Tone.CHANGE), for_terminal(warning), indent=2)
        for item in left_together(one.left):
            page.line(("stays out: ", Tone.OPEN), for_terminal(_left(item)), indent=2)
        page.blank()
    page.line(counts_of(told))
    return str(page)


_ACTIONS = {FileAction.NEW: "new file", FileAction.PATCHED: "patched", FileAction.UNCHANGED: "stays as it is"}


def adoption_markdown(told: ToldAdoption) -> str:
    """The same for a pull request or an issue."""
    lines = [f"**{for_markdown(counts_of(told))}**", ""]
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
    files = sum(one.action is not FileAction.UNCHANGED for one in told.files)
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
            "files": len(adoption.to_write),
            "settings": _taken(adoption),
            "left": len(adoption.left),
        },
        "files": [_file_part(one) for one in adoption.files],
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
