"""Files that come with the package: what a new fleet repository begins with."""

from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import ReconcilerError

_PACKAGE = Path(__file__).resolve().parent.parent
_STARTER = Path(__file__).resolve().parent / "starter"
_WORKFLOWS = (_PACKAGE / "workflows_yaml", _PACKAGE.parent / ".github" / "workflows")
_SCHEMAS = (_PACKAGE / "schemas", _PACKAGE.parent / "schemas")
"""Inside the package in a wheel, beside it in a checkout."""

_NAMES = ("plan.yml", "apply.yml", "drift.yml")
_FILE_KINDS = ("fleet", "installation", "profile", "exceptions", "attestation")
_PLACES = {
    "gitignore": ".gitignore",
    "CODEOWNERS": ".github/CODEOWNERS",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
}


def packaged_workflows() -> Mapping[str, str]:
    """The GitHub workflows of a fleet repository, file name and text, sorted; those that this version ships."""
    found = (folder / name for name in sorted(_NAMES) for folder in _WORKFLOWS if (folder / name).is_file())
    texts: dict[str, str] = {}
    for path in found:
        texts.setdefault(path.name, path.read_text(encoding="utf-8"))
    return texts


def starter_files() -> Mapping[str, str]:
    """Every file of a new fleet repository: path from its root on, and text; sorted.

    Raises:
        ReconcilerError: The installation of the tool is damaged.
    """
    paths = [path for path in _STARTER.rglob("*") if path.is_file()]
    files = {_place(path.relative_to(_STARTER).as_posix()): path.read_text(encoding="utf-8") for path in paths}
    for kind in _FILE_KINDS:
        name = f"{kind}.schema.json"
        files[f"schemas/{name}"] = _schema(name)
    files |= {f".github/workflows/{name}": text for name, text in packaged_workflows().items()}
    return dict(sorted(files.items()))


def _place(name: str) -> str:
    return _PLACES.get(name, name)


def _schema(name: str) -> str:
    for folder in _SCHEMAS:
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise ReconcilerError(f"{name} is missing in this installation", where=str(_PACKAGE), remedy="install it again")
