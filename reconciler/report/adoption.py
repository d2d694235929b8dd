"""What `adopt` writes: as a difference for people, and as a JSON document."""

from collections.abc import Iterator
from difflib import unified_diff

from reconciler.model.adoption import Adopted, AdoptedFile, Adoption, FileAction, NotAdopted
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


def adoption_text(adoption: Adoption, *, width: int, color: Color, glyphs: Glyphs = Glyphs.UNICODE) -> str:
    """Each file with its difference, what raises a limit, and what stays out; then one line of counts."""
    page = Page(Look(width=width, color=color, glyphs=glyphs))
    for one in adoption.files:
        page.line((name(one.name), Tone.STRONG), f"  {one.draft.file}  {_ACTIONS[one.action]}")
        for line in difference(one):
            page.unbroken(page.look.text((for_terminal(line), _TONES.get(line[:1], Tone.PLAIN))))
        for warning in warnings_of(one):
            page.line(("warning: ", Tone.CHANGE), for_terminal(warning), indent=2)
        for item in one.left:
            page.line(("stays out: ", Tone.OPEN), for_terminal(_left(item)), indent=2)
        page.blank()
    page.line(counts_of(adoption))
    return str(page)


_ACTIONS = {FileAction.NEW: "new file", FileAction.PATCHED: "patched", FileAction.UNCHANGED: "stays as it is"}


def adoption_markdown(adoption: Adoption) -> str:
    """The same for a pull request or an issue."""
    lines = [f"**{for_markdown(counts_of(adoption))}**", ""]
    for one in adoption.files:
        lines += [f"### {for_markdown(one.name)}", "", f"{code(one.draft.file)}: {_ACTIONS[one.action]}", ""]
        lines += [f"- warning: {for_markdown(warning)}" for warning in warnings_of(one)]
        lines += [f"- stays out: {for_markdown(_left(item))}" for item in one.left]
        lines += ["", *(f"    {for_terminal(line)}" for line in difference(one)), ""]
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


def _left(item: NotAdopted) -> str:
    subject = wording.setting(item.target, item.setting) if item.setting else item.target.charger or "the installation"
    return f"{subject}: {item.why}"


def counts_of(adoption: Adoption) -> str:
    """`2 files to write, 5 settings taken over, 1 stays out`."""
    taken = sum(bool(item.wishes) for one in adoption.to_write for item in one.adopted)
    return (
        f"{wording.counted(len(adoption.to_write), 'file')} to write, {wording.counted(taken, 'setting')} taken over, "
        f"{len(adoption.left)} stay{'s' if len(adoption.left) == 1 else ''} out"
    )


def adoption_document(adoption: Adoption) -> Json:
    """Everything an adoption holds; its schema is schemas/adoption.schema.json."""
    return {
        **head("adoption", adoption.conditions),
        "tool": {"name": "reconciler", "version": adoption.tool_version},
        "created_at": adoption.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "summary": {
            "files": len(adoption.to_write),
            "settings": sum(len(one.adopted) for one in adoption.to_write),
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
