"""The package as syntax trees, and the tree of files, for the checks beside this file."""

import ast
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One file of the package; `name` is for instance `reconciler.store.lock`."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    def is_in(self, parts: frozenset[str]) -> bool:
        """Whether the module is one of these parts of the package (`store`, `cli.wiring`) or below one."""
        name = self.name.removeprefix("reconciler.")
        return any(name == part or name.startswith((f"{part}.", f"{part}_")) for part in parts)

    def at(self, node: ast.stmt | ast.expr) -> str:
        """File and line, for a message."""
        return f"{self.path.relative_to(ROOT)}:{node.lineno}"


def module_of(text: str, *, name: str = "reconciler.model.sample") -> Module:
    """A module from a text, to show that a check finds what it is for."""
    return Module(name=name, path=ROOT / "sample.py", text=text, tree=ast.parse(text))


@cache
def modules() -> tuple[Module, ...]:
    """Every file of the package."""
    paths = sorted((ROOT / "reconciler").rglob("*.py"))
    return tuple(module_of_file(path) for path in paths)


def module_of_file(path: Path) -> Module:
    """One file of the package, parsed."""
    text = path.read_text(encoding="utf-8")
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return Module(name=name, path=path, text=text, tree=ast.parse(text, filename=str(path)))


def calls(module: Module) -> Iterator[tuple[str, ast.Call]]:
    """Every call and its dotted name as written, `.name` when it is called on something that has no name."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    """`os.open` for a chain of names; only the last part after anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{dotted(value)}.{name}"
        case _:
            return ""


def imported(module: Module) -> Iterator[tuple[str, ast.stmt]]:
    """Top-level name of everything that a module imports from outside its own package."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name.split(".")[0], node) for alias in names)
            case ast.ImportFrom(module=str(name), level=0):
                yield name.split(".")[0], node
            case _:
                pass


@cache
def tree_files() -> tuple[Path, ...]:
    """Every text file that belongs to the project: what git knows or would take; without git, everything visible."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    names = listed.stdout.split("\0") if listed.returncode == 0 else _visible()
    return tuple(path for name in sorted(filter(None, names)) if (path := ROOT / name).is_file())


def _visible() -> list[str]:
    places = [path.relative_to(ROOT) for path in ROOT.rglob("*")]
    return [str(place) for place in places if not any(part.startswith(".") for part in place.parts)]


def listed(offenders: Iterable[object]) -> str:
    """One a line, so that the message of a failed check names all of them."""
    return "\n".join(["", *map(str, offenders)])
