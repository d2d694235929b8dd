"""What only saves work is kept where it can, and read only where it is ours."""

from pathlib import Path

from reconciler.store.cache import cached, keep


class TestCache:
    def test_what_was_kept_is_there_again(self, tmp_path: Path) -> None:
        """Under its name, in a folder that git leaves alone."""
        keep(tmp_path, "files.json", "text")

        assert cached(tmp_path, "files.json") == b"text"
        assert (tmp_path / ".reconciler" / ".gitignore").read_text() == "*\n"

    def test_nothing_kept_is_nothing(self, tmp_path: Path) -> None:
        """Also where there is no folder at all."""
        assert cached(tmp_path, "files.json") == b""

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        """Whatever it leads to was not kept by us."""
        keep(tmp_path, "files.json", "text")
        (tmp_path / ".reconciler" / "cache" / "link.json").symlink_to("files.json")

        assert cached(tmp_path, "link.json") == b""

    def test_where_nothing_can_be_written_the_work_is_done_again(self, tmp_path: Path) -> None:
        """A plan does not fail because of it."""
        (tmp_path / ".reconciler").write_text("in the way")

        keep(tmp_path, "files.json", "text")

        assert cached(tmp_path, "files.json") == b""
