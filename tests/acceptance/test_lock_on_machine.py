"""One apply per account on a machine, also from two checkouts of the same fleet."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.errors import LockedError
from reconciler.store.layout import machine_folder
from reconciler.store.lock import machine_lock
from tests.acceptance.conftest import CHECKOUT, Shop

KAIA = "fleet/installations/public/kaia-p-hus.yaml"
LOGIN = ("zaptec", "https://api.example", "owner@portal.example")
RUN = "20261121T063000Z-3f2a"
HOLD = """
import sys
from pathlib import Path
from reconciler.store.lock import machine_lock
with machine_lock(tuple(sys.argv[2:]), "main", root=Path(sys.argv[1]), run_id="20261121T063000Z-3f2a"):
    print("held", flush=True)
    sys.stdin.read()
"""

UNKNOWN_USER = """
import pwd
from reconciler.cli.main import main
def unknown(uid):
    raise KeyError(uid)
pwd.getpwuid = unknown
main()
"""


@contextmanager
def held_elsewhere(root: Path, *login: str) -> Iterator[subprocess.Popen[str]]:
    """Another process, from another checkout, that holds a login until it is told to go."""
    command = [sys.executable, "-c", HOLD, str(root), *login]
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        try:
            yield child
        finally:
            child.kill()


class TestTwoCheckouts:
    def test_the_second_hears_who_holds_the_login(self, tmp_path: Path) -> None:
        """Run, process, folder and age, whatever the account is called there."""
        with held_elsewhere(tmp_path / "other", *LOGIN) as child:
            with (
                pytest.raises(LockedError) as caught,
                machine_lock(LOGIN, "second", root=tmp_path, run_id="mine", patience_s=0),
            ):
                pass

            assert caught.value.exit_code == 7
            assert f"run {RUN}, process {child.pid} on" in caught.value.what
            assert f"in {tmp_path / 'other'}," in caught.value.what
            assert "less than a minute ago" in caught.value.what
            assert f"--resume {RUN}" in caught.value.remedy

    def test_a_killed_holder_is_recognised_and_taken_over(self, tmp_path: Path) -> None:
        """Nothing has to be cleaned up by hand, and the run that was left is named."""
        with held_elsewhere(tmp_path / "other", *LOGIN) as child:
            child.kill()
            child.wait()

            with machine_lock(LOGIN, "main", root=tmp_path, run_id="mine") as held:
                assert held.abandoned is not None
                assert (held.abandoned.run_id, held.abandoned.root) == (RUN, tmp_path / "other")
                assert not held.abandoned.is_alive

    def test_another_login_is_free(self, tmp_path: Path) -> None:
        """Two customers can be served side by side."""
        other = (*LOGIN[:2], "somebody.else@portal.example")

        with held_elsewhere(tmp_path, *LOGIN), machine_lock(other, "main", root=tmp_path, run_id="mine") as held:
            assert held.abandoned is None

    def test_no_user_name_reaches_the_disk(self, tmp_path: Path) -> None:
        """Neither in a name nor in a note."""
        with machine_lock(LOGIN, "main", root=tmp_path, run_id="mine"):
            found = [path for path in machine_folder().iterdir() if path.is_file()]

            assert found
            assert not [path for path in found if "portal.example" in path.name + path.read_text()]


class TestCommand:
    def test_two_folders_with_the_same_served_world(self, served: tuple[Shop, str], tmp_path: Path) -> None:
        """The second apply ends with 7 before it asks the cloud for anything."""
        shop, url = served
        port = url.rpartition(":")[2]
        with held_elsewhere(tmp_path / "other", "sandbox", port, "owner@sandbox.example"):
            note = next(machine_folder().glob("*.json"))
            note.write_text(note.read_text().replace('"since": "2', '"since": "1'))
            ended = shop.run("apply", KAIA, "--yes", env={"RECONCILER_SANDBOX_URL": url})

        assert ended.code == 7
        assert f"run {RUN}" in ended.err
        assert not list(shop.folder.glob(".reconciler/runs/*"))

    def test_two_accounts_with_one_login_do_not_hold_each_other_up(self, shop: Shop) -> None:
        """One run over both of them is one apply."""
        path = shop.folder / "fleet" / "fleet.yaml"
        text = path.read_text()
        path.write_text(text.replace("  main:\n", "  twin:\n    cloud: sandbox\n  main:\n", 1))
        shop.edit("installations/public/kaia-p-hus.yaml", "^account: main", "account: twin")

        assert shop.apply("--yes").code == 4

    @pytest.mark.parametrize("home", ["", None])
    def test_it_works_without_a_home(self, shop: Shop, home: str | None, tmp_path: Path) -> None:
        """Containers run as users whom the system does not know, without HOME and without a record."""
        env = {name: value for name, value in os.environ.items() if name not in {"HOME", "XDG_STATE_HOME"}}
        env |= {"PYTHONPATH": str(CHECKOUT), "TMPDIR": str(tmp_path)} | ({} if home is None else {"HOME": home})
        command = [sys.executable, "-c", UNKNOWN_USER, "apply", KAIA, "--yes"]

        ended = subprocess.run(command, cwd=shop.folder, env=env, check=False, capture_output=True, text=True)

        assert ended.returncode == 0, ended.stderr
        assert (tmp_path / f"reconciler-{os.getuid()}" / "locks").is_dir()


class TestFolder:
    def test_it_follows_the_convention(self, tmp_path: Path) -> None:
        """XDG_STATE_HOME, or .local/state in the home folder."""
        home, state = tmp_path / "home", tmp_path / "state"

        assert machine_folder({"XDG_STATE_HOME": str(state), "HOME": str(home)}) == state / "reconciler" / "locks"
        assert machine_folder({"HOME": str(home)}) == home / ".local" / "state" / "reconciler" / "locks"
        assert machine_folder({"XDG_STATE_HOME": "relative", "HOME": str(home)}).is_relative_to(home)

    def test_nobody_else_can_look_or_write(self, tmp_path: Path) -> None:
        """A lock that others can take is a way to stop us."""
        folder = machine_folder({"XDG_STATE_HOME": str(tmp_path / "state")})

        assert {stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)} == {0o700}

    @pytest.mark.parametrize("trap", ["link", "open to all", "file"])
    def test_what_others_could_have_put_there_is_not_used(
        self, tmp_path: Path, trap: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A link, a folder open to all, or a file in its place: the next folder is taken."""
        state, home = tmp_path / "state", tmp_path / "home"
        place = state / "reconciler"
        state.mkdir()
        match trap:
            case "link":
                (tmp_path / "elsewhere").mkdir()
                place.symlink_to(tmp_path / "elsewhere")
            case "open to all":
                place.mkdir()
                place.chmod(0o777)
            case _:
                place.write_text("")

        found = machine_folder({"XDG_STATE_HOME": str(state), "HOME": str(home)})

        assert found.is_relative_to(home)
        assert not (tmp_path / "elsewhere" / "locks").exists()

    def test_a_folder_for_temporary_files_is_the_last_resort(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One of this user's own, where a home cannot be written."""
        (tmp_path / "home").write_text("no folder")
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

        found = machine_folder({"HOME": str(tmp_path / "home")})

        assert found == tmp_path / f"reconciler-{os.getuid()}" / "locks"
        shutil.rmtree(found.parent)
