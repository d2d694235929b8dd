"""Nothing in the tree belongs to one machine, one person or one unfinished evening."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, listed, tree_files

_MACHINE = re.compile(r"(?<![\w.~-])/(?:w" + r"ork|root|home/\w+|Users/\w+|opt/\w+|tmp/\w+_jobs)(?:/|\b)")
_ADDRESS = re.compile(r"[\w.+-]*[\w+]@(?P<host>(?:[\w-]+\.)+[A-Za-z]{2,})")
_UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented" + r"Error)\b|pragma: no " + r"cover")
_HOST = re.compile(r"(?:https?|wss?)://(?:[^/@\s\"'`<>]*@)?(?P<host>\[[0-9a-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]*)")

KNOWN_HOSTS = frozenset(
    {
        "api.zaptec.com",
        "portal.zaptec.com",
        "docs.zaptec.com",
        "help.zaptec.com",
        "tools.ietf.org",
        "json-schema.org",
        "keepachangelog.com",
        "semver.org",
        "www.apache.org",
        "www.w3.org",
        "github.com",
        "yourapp.com",  # in the example of an access request that docs.zaptec.com gives
    }
)
"""Hosts of others that the project has a reason to name."""


def machine_paths(text: str) -> list[str]:
    """Absolute paths that exist on one machine only."""
    return [match[0] for match in _MACHINE.finditer(text)]


def real_addresses(text: str) -> list[str]:
    """E-mail addresses that could be somebody's."""
    return [match[0] for match in _ADDRESS.finditer(text) if not _is_reserved(match["host"])]


def real_hosts(text: str) -> list[str]:
    """Hosts in URLs that are neither reserved for examples, nor this machine, nor known."""
    hosts = [match["host"].rstrip(".") for match in _HOST.finditer(text)]
    return [host for host in hosts if not _is_reserved(host) and host not in KNOWN_HOSTS]


def unfinished(text: str) -> list[str]:
    """Marks that somebody meant to come back."""
    return [match[0] for match in _UNFINISHED.finditer(text)]


def _is_reserved(host: str) -> bool:
    last = host.rsplit(".", 1)[-1].lower()
    return last in {"example", "invalid", "localhost", "test"} or host in {"127.0.0.1", "[::1]", "0.0.0.0"}  # noqa: S104  names it, binds nothing


def offenders(check: object) -> dict[str, list[str]]:
    """What one check finds in every text file of the project."""
    assert callable(check)
    texts = ((path, _text(path)) for path in tree_files() if path.name != "LICENSE")
    return {str(path.relative_to(ROOT)): found for path, text in texts if text and (found := check(text))}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


class TestTree:
    def test_no_path_of_one_machine(self) -> None:
        """A clone works wherever it lies."""
        found = offenders(machine_paths)

        assert found == {}, listed(found.items())

    def test_no_address_of_a_person(self) -> None:
        """Every address ends in .example, so that none can be somebody's."""
        found = offenders(real_addresses)

        assert found == {}, listed(found.items())

    def test_no_host_of_somebody_else(self) -> None:
        """Tests and examples cannot reach a real backend by mistake."""
        found = offenders(real_hosts)

        assert found == {}, listed(found.items())

    def test_nothing_unfinished(self) -> None:
        """What is left to do stands in an issue, not in the code."""
        found = offenders(unfinished)

        assert found == {}, listed(found.items())

    def test_the_tree_is_not_empty(self) -> None:
        """The checks above look at the real files."""
        assert {"pyproject.toml", "Makefile", "README.md"} <= {path.name for path in tree_files()}


class TestTheChecksThemselves:
    @pytest.mark.parametrize(
        "path", ["/wo" + "rk/main", "see /ro" + "ot/.cache", "'/ho" + "me/kari/x'", "/Us" + "ers/kari"]
    )
    def test_a_path_of_one_machine_is_found(self, path: str) -> None:
        """Wherever it stands in a line."""
        assert len(machine_paths(f"x = {path}")) == 1

    @pytest.mark.parametrize(
        "path", ["docs/wo" + "rk/x", "/api/ro" + "ot", "~/wo" + "rk", "/wo" + "rker/x", "/roo" + "ts"]
    )
    def test_other_paths_are_fine(self, path: str) -> None:
        """Parts of longer names are not machine paths."""
        assert machine_paths(path) == []

    def test_an_address_is_found_unless_it_is_an_example(self) -> None:
        """Decorators and versions are no addresses."""
        address = "kari@" + "firma.no"

        assert real_addresses(f"write to {address}, a@b.example, actions/checkout@v4.2, x @y.z") == [address]

    def test_a_host_is_found_unless_it_is_reserved_or_known(self) -> None:
        """Loopback, .example and the cloud itself are fine."""
        hosts = (
            "https://a.example/x http://127.0.0.1:80 https://api.zaptec.com ws" + "s://ocpp.firma.no/a http://[::1]/"
        )

        assert real_hosts(hosts) == ["ocpp.firma.no"]
