"""What `validate` and `adopt` found, read back from their JSON documents, for `show`."""

from pathlib import Path
from typing import Any

from reconciler.loading.document_files import read_document, told_with
from reconciler.loading.document_parts import Part, target_of
from reconciler.loading.json_source import unusable
from reconciler.model.adoption import FileAction, NotAdopted, ToldAdoption, ToldFile, ToldShared, WhyNot
from reconciler.model.problem import Problem, Severity


def read_validation(path: Path) -> tuple[tuple[Problem, ...], int]:
    """The problems in a file that `validate --report json=FILE` wrote, and how many files were read.

    Raises:
        InvalidDocumentError: Not a validation, from an unknown major version, or its counts do not fit.
    """
    document = read_document(path, kind="validation")
    with told_with(path, kind="validation"):
        problems = tuple(_problem_of(part) for part in document["problems"])
    errors = sum(one.severity is Severity.ERROR for one in problems)
    if document["counts"] != {"errors": errors, "warnings": len(problems) - errors}:
        raise unusable(path, "its counts do not fit its problems", kind="validation")
    return problems, document["files"]


def _problem_of(part: Part) -> Problem:
    return Problem(
        file=part["file"],
        line=part["line"],
        column=part["column"],
        code=part["code"],
        path=part["path"],
        what=part["what"],
        why=part["why"],
        remedy=part["remedy"],
        severity=Severity(part["severity"]),
    )


def read_adoption(path: Path) -> tuple[ToldAdoption, dict[str, Any]]:
    """What a file says that `adopt --report json=FILE` wrote, and the document itself: nothing can be adopted from it.

    Raises:
        InvalidDocumentError: Not an adoption, or from an unknown major version.
    """
    document = read_document(path, kind="adoption")
    with told_with(path, kind="adoption"):
        files = tuple(_file_of(part) for part in document["files"])
        summary = document["summary"]
        told = ToldAdoption(
            files=files,
            settings=summary["settings"],
            shared=tuple(_shared_of(part) for part in document.get("shared", ())),
            lines_saved=summary.get("lines_saved", 0),
        )
    return told, document


def _shared_of(part: Part) -> ToldShared:
    return ToldShared(
        profile=part["profile"] or "",
        file=part["file"],
        action=FileAction(part["action"]),
        installations=len(part["installations"]),
        difference=tuple(part["diff"].splitlines()),
    )


def _file_of(part: Part) -> ToldFile:
    place = {"account": part["account"], "installation": part["installation"]}
    return ToldFile(
        name=part["name"],
        file=part["file"],
        action=FileAction(part["action"]),
        difference=tuple(part["diff"].splitlines()),
        warnings=tuple(part["warnings"]),
        left=tuple(
            NotAdopted(
                target=target_of({**one, **place}), setting=one["setting"], why=one["why"], kind=WhyNot(one["kind"])
            )
            for one in part["left"]
        ),
    )
