"""Which files are read: ordinary ones inside the fleet folder and no others."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.loading.load import load_fleet
from tests.loading.fleets import HEAD, HERE, OTHER, TODAY, load, told, write


def test_folders_are_free(tmp_path: Path) -> None:
    """Files may lie as deep as people like; the name as shown begins with the fleet's own."""
    loaded = load(tmp_path, {"installations/no/oslo/a.yaml": HEAD, "installations/b.yaml": OTHER})

    assert loaded.desired is not None
    assert [site.file for site in loaded.desired.installations] == [
        "fleet/installations/no/oslo/a.yaml",
        "fleet/installations/b.yaml",
    ]


@pytest.mark.parametrize("name", ["b.yml", "b.YAML", "b.json"])
def test_a_name_that_nearly_fits_is_told(tmp_path: Path, name: str) -> None:
    """It would silently be left out, and its installation would count as unmanaged."""
    loaded = load(tmp_path, {HERE: HEAD, f"installations/{name}": OTHER})

    assert told(loaded) == [f"installations/{name}:0:0 E024"]


@pytest.mark.parametrize("name", ["there.yaml", "exceptions.yml"])
def test_a_file_in_the_wrong_folder_is_told(tmp_path: Path, name: str) -> None:
    """Beside fleet.yaml, nobody would read it."""
    loaded = load(tmp_path, {HERE: HEAD, name: OTHER})

    assert told(loaded) == [f"{name}:0:0 E024"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("installation/new.yaml", "Did you mean installations/?"),
        ("Installations/oslo/new.yml", "Did you mean installations/?"),
        ("profile/new.yaml", "Did you mean profiles/?"),
        ("archive/old.YAML", "Rename or move it."),
    ],
)
def test_a_file_in_a_mistyped_folder_is_told(tmp_path: Path, name: str, meant: str) -> None:
    """Nobody would compare that installation, and every plan would look complete without it."""
    loaded = load(tmp_path, {HERE: HEAD, name: OTHER})

    assert told(loaded) == [f"{name}:0:0 E024"]
    assert loaded.problems[0].remedy == meant


@pytest.mark.parametrize("name", ["docs/README.md", "schemas/x.schema.json", ".old/a.yaml", "docs/.draft.yaml"])
def test_a_folder_of_other_files_does_not_matter(tmp_path: Path, name: str) -> None:
    """Notes beside the fleet, schemas, and what is hidden."""
    loaded = load(tmp_path, {HERE: HEAD, name: "nonsense: ["})

    assert told(loaded) == []


@pytest.mark.parametrize("name", ["README.md", ".hidden.yaml", "b.yaml~", ".git/b.yaml"])
def test_other_files_do_not_matter(tmp_path: Path, name: str) -> None:
    """Notes, hidden files and what editors leave behind."""
    loaded = load(tmp_path, {HERE: HEAD, f"installations/{name}": "nonsense: ["})

    assert told(loaded) == []


def test_what_was_handed_over_is_not_compared(tmp_path: Path) -> None:
    """released/ is for the record, even with ids that stand elsewhere."""
    loaded = load(tmp_path, {HERE: HEAD, "released/old.yaml": HEAD})

    assert told(loaded) == []
    assert loaded.files == 1


class TestLinks:
    def test_one_that_leaves_the_fleet_is_refused(self, tmp_path: Path) -> None:
        """A pull request must not make us read and quote another file."""
        fleet = write(tmp_path, {HERE: HEAD})
        (tmp_path / "outside.yaml").write_text(OTHER)
        (fleet / "installations/link.yaml").symlink_to(tmp_path / "outside.yaml")

        loaded = load_fleet(fleet, today=TODAY)

        assert told(loaded) == ["installations/link.yaml:0:0 E012"]

    @pytest.mark.parametrize("name", ["fleet.yaml", "exceptions.yaml"])
    def test_so_is_one_at_a_fixed_place(self, tmp_path: Path, name: str) -> None:
        """fleet.yaml is no exception."""
        fleet = write(tmp_path, {HERE: HEAD})
        (fleet / name).unlink(missing_ok=True)
        (tmp_path / "outside.yaml").write_text("version: 1\n")
        (fleet / name).symlink_to("../outside.yaml")

        assert f"{name}:0:0 E012" in told(load_fleet(fleet, today=TODAY))

    def test_one_inside_the_fleet_is_read(self, tmp_path: Path) -> None:
        """It reaches nothing that is not there anyway."""
        fleet = write(tmp_path, {HERE: HEAD, "released/b.yaml": OTHER})
        (fleet / "installations/b.yaml").symlink_to("../released/b.yaml")

        assert load_fleet(fleet, today=TODAY).files == 2

    def test_a_linked_folder_is_refused(self, tmp_path: Path) -> None:
        """It could lead round in circles."""
        fleet = write(tmp_path, {HERE: HEAD})
        (fleet / "installations/again").symlink_to(".")

        assert told(load_fleet(fleet, today=TODAY)) == ["installations/again:0:0 E012"]

    @pytest.mark.parametrize("name", ["installations", "profiles", "attestations"])
    def test_so_is_a_linked_part_of_the_fleet(self, tmp_path: Path, name: str) -> None:
        """Whole folders outside must not be read either."""
        outside = write(tmp_path / "outside", {"there.yaml": OTHER})
        fleet = write(tmp_path, {} if name == "installations" else {HERE: HEAD})
        (fleet / name).symlink_to(outside)

        loaded = load_fleet(fleet, today=TODAY)

        assert f"{name}:0:0 E012" in told(loaded)
        assert loaded.files == (0 if name == "installations" else 1)

    def test_one_that_leads_nowhere_is_told(self, tmp_path: Path) -> None:
        """An installation would be missing."""
        fleet = write(tmp_path, {HERE: HEAD})
        (fleet / "installations/gone.yaml").symlink_to("nowhere.yaml")

        assert told(load_fleet(fleet, today=TODAY)) == ["installations/gone.yaml:0:0 E012"]


class TestUnreadable:
    """Root reads everything, so the call that reads is made to fail."""

    def test_a_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its installations would silently be missing; the others are still read."""
        fleet = write(tmp_path, {HERE: HEAD, "installations/closed/b.yaml": OTHER})
        monkeypatch.setattr(os, "scandir", refusing(os.scandir, "closed"))

        loaded = load_fleet(fleet, today=TODAY)

        assert told(loaded) == ["installations/closed:0:0 E026"]
        assert "this folder cannot be read: Permission denied." in str(loaded.problems[0])
        assert loaded.files == 1

    @pytest.mark.parametrize("name", ["installations", "profiles"])
    def test_a_whole_part_of_the_fleet(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """Nothing else is told: neither an empty fleet nor a profile that does not exist."""
        fleet = write(tmp_path, {HERE: HEAD + "profiles: [p]\n", "profiles/p.yaml": "labels: {a: b}\n"})
        monkeypatch.setattr(os, "scandir", refusing(os.scandir, name))

        assert told(load_fleet(fleet, today=TODAY)) == [f"{name}:0:0 E026"]

    def test_the_fleet_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What lies beside fleet.yaml cannot be seen."""
        fleet = write(tmp_path, {HERE: HEAD})
        monkeypatch.setattr(os, "listdir", refusing(os.listdir, "fleet"))

        assert [str(problem).partition(": ")[0] for problem in load_fleet(fleet, today=TODAY).problems] == [
            "fleet/ E026 this folder cannot be read"
        ]

    @pytest.mark.parametrize("name", [HERE, "fleet.yaml", "exceptions.yaml", "profiles/p.yaml"])
    def test_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """The way out is a right to read, not another kind of file."""
        text = "profiles: [p]\nauthentication: {mode: ocppNative, ocppNative: {url: wss://ocpp.backend-b.example/cp}}\n"
        files = {HERE: HEAD + text, "installations/b.yaml": OTHER, "profiles/p.yaml": "labels: {a: b}\n"}
        fleet = write(tmp_path, {**files, "exceptions.yaml": "version: 1\nexceptions: []\n"})
        monkeypatch.setattr(os, "open", refusing(os.open, Path(name).name))

        loaded = load_fleet(fleet, today=TODAY)

        assert told(loaded) == [f"{name}:0:0 E026"]
        assert "ordinary file" not in str(loaded.problems[0])
        assert "right to read" in loaded.problems[0].remedy

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_a_folder_without_rights(self, tmp_path: Path) -> None:
        """The same with a real folder."""
        fleet = write(tmp_path, {HERE: HEAD, "installations/closed/b.yaml": OTHER})
        (fleet / "installations/closed").chmod(0)

        loaded = load_fleet(fleet, today=TODAY)
        (fleet / "installations/closed").chmod(0o700)

        assert told(loaded) == ["installations/closed:0:0 E026"]


def refusing(call: Callable[..., Any], name: str) -> Callable[..., Any]:
    """A function of the operating system that may not touch one name."""

    def refused(path: str, *rest: Any, **options: Any) -> Any:
        if Path(path).name == name:
            raise PermissionError(errno.EACCES, "Permission denied")
        return call(path, *rest, **options)

    return refused


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    """It leads nowhere."""
    fleet = write(tmp_path, {HERE: HEAD})
    (fleet / "installations/loop.yaml").symlink_to("loop.yaml")

    assert told(load_fleet(fleet, today=TODAY)) == ["installations/loop.yaml:0:0 E012"]


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    """Only ordinary files are read."""
    fleet = write(tmp_path, {HERE: HEAD})
    os.mkfifo(fleet / "installations/pipe.yaml")

    assert told(load_fleet(fleet, today=TODAY)) == ["installations/pipe.yaml:0:0 E012"]


def test_an_address_in_a_file_name_is_neither_allowed_nor_shown(tmp_path: Path) -> None:
    """File names stand in every report."""
    loaded = load(tmp_path, {HERE: HEAD, "installations/ola@people.example/b.yaml": OTHER + "bad: 1\n"})

    assert [problem.code for problem in loaded.problems] == ["E230", "E003"]
    assert not any("people.example" in str(problem) or "ola" in str(problem) for problem in loaded.problems)


@pytest.mark.parametrize("sign", ["@", "%40", "%2540", "&#64;", "&commat;", "\N{FULLWIDTH COMMERCIAL AT}"])
def test_an_address_in_a_file_name_may_be_spelled_in_any_way(tmp_path: Path, sign: str) -> None:
    """As web pages and their addresses write the sign, too."""
    loaded = load(tmp_path, {HERE: HEAD, f"installations/ola{sign}people.example.yaml": OTHER})

    assert [problem.code for problem in loaded.problems] == ["E230"]
    assert "ola" not in str(loaded.problems)
