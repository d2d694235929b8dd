"""Files are replaced whole, and never outside the folder they belong to."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.errors import ReconcilerError
from reconciler.store.files import make_private_folder, write_atomically

WRITE_A_LOT = """
import resource, sys
from pathlib import Path
from reconciler.errors import ReconcilerError
from reconciler.store.files import write_atomically
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_atomically(Path(sys.argv[1]), "x" * 5000)
except ReconcilerError as error:
    sys.exit(str(error))
"""


class TestWriteAtomically:
    def test_a_new_file_holds_the_text_as_it_is(self, tmp_path: Path) -> None:
        """Line ends and letters outside ASCII arrive unchanged."""
        path = tmp_path / "plan.json"

        write_atomically(path, "Ærlighet\r\nvarer\n")

        assert path.read_bytes() == "Ærlighet\r\nvarer\n".encode()

    def test_the_old_text_is_replaced_whole(self, tmp_path: Path) -> None:
        """A shorter text leaves nothing of a longer one behind."""
        path = tmp_path / "plan.json"
        path.write_text("a long old text")

        write_atomically(path, "new")

        assert path.read_text() == "new"

    def test_an_existing_file_keeps_its_mode(self, tmp_path: Path) -> None:
        """A file that only its owner may read stays that way."""
        path = tmp_path / "plan.json"
        path.write_text("old")
        path.chmod(0o600)

        write_atomically(path, "new")

        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_a_new_file_gets_the_mode_that_the_user_asked_for(self, tmp_path: Path) -> None:
        """The umask of the user's shell decides, as for every other program."""
        before = os.umask(0o027)
        try:
            write_atomically(tmp_path / "plan.json", "new")
        finally:
            os.umask(before)

        assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o640

    def test_what_an_earlier_crash_left_is_not_in_the_way(self, tmp_path: Path) -> None:
        """Half-written files of a killed run neither block nor get mixed into the next one."""
        leftovers = [tmp_path / ".plan.json.tmp", tmp_path / ".plan.json.abc.tmp", tmp_path / "plan.json.tmp"]
        for leftover in leftovers:
            leftover.write_text("half")

        write_atomically(tmp_path / "plan.json", "whole")

        assert (tmp_path / "plan.json").read_text() == "whole"
        assert all(leftover.read_text() == "half" for leftover in leftovers)

    def test_nothing_but_the_file_is_left(self, tmp_path: Path) -> None:
        """A good write leaves no temporary file."""
        write_atomically(tmp_path / "plan.json", "whole")

        assert [entry.name for entry in tmp_path.iterdir()] == ["plan.json"]

    def test_a_full_disk_leaves_the_old_text(self, tmp_path: Path) -> None:
        """When only a part fits, the old file stays and the temporary one goes."""
        path = tmp_path / "plan.json"
        path.write_text("old")

        child = subprocess.run(
            [sys.executable, "-c", WRITE_A_LOT, str(path)], check=False, capture_output=True, text=True
        )

        assert child.returncode == 1
        assert "the file cannot be written" in child.stderr
        assert path.read_text() == "old"
        assert [entry.name for entry in tmp_path.iterdir()] == ["plan.json"]

    def test_a_missing_folder_is_an_error_with_a_remedy(self, tmp_path: Path) -> None:
        """A typo in the name of a folder makes no folders."""
        with pytest.raises(ReconcilerError, match="No such file") as caught:
            write_atomically(tmp_path / "missing" / "plan.json", "text")

        assert "check that the folder exists" in caught.value.remedy
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_is_not_overwritten(self, tmp_path: Path) -> None:
        """Something that is no file stays as it is."""
        (tmp_path / "plan.json").mkdir()

        with pytest.raises(ReconcilerError, match="not a regular file"):
            write_atomically(tmp_path / "plan.json", "text")

    def test_a_pipe_is_not_overwritten(self, tmp_path: Path) -> None:
        """A special file is refused instead of replaced or waited for."""
        os.mkfifo(tmp_path / "plan.json")

        with pytest.raises(ReconcilerError, match="not a regular file"):
            write_atomically(tmp_path / "plan.json", "text")


class TestSymlinks:
    def test_a_link_out_of_the_folder_is_refused(self, tmp_path: Path) -> None:
        """A link that somebody put into the repository cannot make us overwrite a file elsewhere."""
        inside, outside = tmp_path / "inside", tmp_path / "outside.txt"
        inside.mkdir()
        outside.write_text("precious")
        (inside / "plan.json").symlink_to(outside)

        with pytest.raises(ReconcilerError, match="leads out of the folder"):
            write_atomically(inside / "plan.json", "text")

        assert outside.read_text() == "precious"

    def test_a_link_to_nothing_outside_is_refused(self, tmp_path: Path) -> None:
        """A dangling link does not create a file elsewhere either."""
        inside, outside = tmp_path / "inside", tmp_path / "outside.txt"
        inside.mkdir()
        (inside / "plan.json").symlink_to(outside)

        with pytest.raises(ReconcilerError, match="leads out of the folder"):
            write_atomically(inside / "plan.json", "text")

        assert not outside.exists()

    def test_a_link_within_the_folder_stays_a_link(self, tmp_path: Path) -> None:
        """The file behind it gets the text."""
        (tmp_path / "real.json").write_text("old")
        (tmp_path / "plan.json").symlink_to("real.json")

        write_atomically(tmp_path / "plan.json", "new")

        assert (tmp_path / "plan.json").is_symlink()
        assert (tmp_path / "real.json").read_text() == "new"

    def test_a_linked_folder_must_lie_within(self, tmp_path: Path) -> None:
        """A folder of the fleet that is a link to elsewhere is refused as well."""
        fleet, elsewhere = tmp_path / "fleet", tmp_path / "elsewhere"
        fleet.mkdir()
        elsewhere.mkdir()
        (fleet / "attestations").symlink_to(elsewhere)

        with pytest.raises(ReconcilerError, match="leads out of the folder"):
            write_atomically(fleet / "attestations" / "a.yaml", "text", within=fleet)

        assert list(elsewhere.iterdir()) == []


class TestPrivateFolder:
    def test_only_the_owner_can_look_into_it(self, tmp_path: Path) -> None:
        """Journals are nobody else's business on a shared machine."""
        make_private_folder(tmp_path / "a" / "b")

        assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700

    def test_a_file_of_that_name_is_an_error(self, tmp_path: Path) -> None:
        """The message names the file that is in the way."""
        (tmp_path / "a").write_text("")

        with pytest.raises(ReconcilerError, match="something that is not a folder") as caught:
            make_private_folder(tmp_path / "a")

        assert caught.value.where == str(tmp_path / "a")
