"""Our own JSON documents as data that fits its schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.errors import InvalidDocumentError
from reconciler.loading.document_schema_files import is_surely_valid_document
from reconciler.loading.findings import echo
from reconciler.loading.json_source import read_object, unusable

_MAJOR = "1"


def read_document(path: Path, *, kind: str) -> dict[str, Any]:
    """The document as data that fits its schema.

    Raises:
        InvalidDocumentError: Too large, not JSON, another kind, an unknown major version, or not as the schema says.
    """
    return checked(path, read_object(path, kind=kind), kind=kind)


def checked(path: Path, document: dict[str, Any], *, kind: str) -> dict[str, Any]:
    """The same document. Raises InvalidDocumentError as `read_document`."""
    if document.get("kind") != kind:
        raise unusable(path, f"this is not a {kind} document (its kind is {_word(document.get('kind'))})", kind=kind)
    version = document.get("format_version")
    if not isinstance(version, str) or version.partition(".")[0] != _MAJOR:
        raise InvalidDocumentError(
            f"format version {_word(version)} is not known; this program reads {_MAJOR}.x",
            where=str(path),
            remedy="use the version of reconciler that wrote it, or make the document again",
        )
    if is_surely_valid_document(document, kind=kind):
        return document
    from reconciler.loading.document_schema import mismatch_in  # noqa: PLC0415  80 ms that a sound document saves

    wrong = mismatch_in(document, kind=kind)
    if wrong:
        raise unusable(path, wrong, kind=kind)
    return document


def _word(value: object) -> str:
    """What a member says, if that may be shown."""
    return repr(echo(value)) if isinstance(value, str) else "not told"


@contextmanager
def told_with(path: Path, *, kind: str) -> Iterator[None]:
    """What the parts of a document of that kind find wrong, as an error about the file."""
    try:
        yield
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        what = f"its content contradicts itself: {str(error)[:160]}"
        raise unusable(path, what, kind=kind) from error
