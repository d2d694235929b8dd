"""`init`, `fmt`, `doctor` and `completion`: from an empty folder to a zero plan."""

import subprocess
from pathlib import Path

import pytest

from reconciler.cli.main import run
from tests.acceptance.conftest import CHECKOUT, Shop

HOME = "fleet/installations/homes/elveveien-12.yaml"
MODELINE = "# yaml-language-server: $schema=../../../schemas/installation.schema.json\n"


@pytest.fixture
def empty(shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shop:
    """An empty folder."""
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return Shop(folder=folder, capsys=shop.capsys, monkeypatch=monkeypatch)


class TestInit:
    def test_from_nothing_to_an_empty_plan(self, empty: Shop) -> None:
        """What `init` writes is valid, formatted, and as the sandbox is."""
        codes = [
            empty.run(*words).code
            for words in (
                ("init",),
                ("validate",),
                ("fmt", "--check"),
                ("plan", "--detailed-exitcode"),
                ("doctor",),
            )
        ]

        assert codes == [0, 0, 0, 0, 0]

    def test_everything_that_a_repository_needs_is_there(self, empty: Shop) -> None:
        """Schemas for editors, and what keeps runs and secrets out of git."""
        empty.run("init", "repository")

        names = {path.relative_to(empty.folder / "repository").as_posix() for path in empty.folder.rglob("*")}
        assert {".gitignore", ".github/CODEOWNERS", ".pre-commit-config.yaml", "README.md"} <= names
        assert {"fleet/fleet.yaml", "fleet/exceptions.yaml", "schemas/installation.schema.json"} <= names
        assert ".reconciler/" in (empty.folder / "repository/.gitignore").read_text().splitlines()

    def test_all_of_the_fleet_has_one_line_of_owners(self, empty: Shop) -> None:
        """Acknowledgements lift guards, and stand in installations and profiles as well."""
        empty.run("init", "repository")

        lines = (empty.folder / "repository/.github/CODEOWNERS").read_text().splitlines()
        assert [line.split()[1] for line in lines if "@" in line] == ["*", "/fleet/", "/.github/"]

    def test_nothing_is_overwritten_and_nothing_half_written(self, empty: Shop) -> None:
        """What is in the way is listed."""
        (empty.folder / "README.md").write_text("mine")

        ended = empty.run("init")

        assert ended.code == 64
        assert "README.md" in ended.err
        assert [path.name for path in empty.folder.iterdir()] == ["README.md"]
        assert (empty.folder / "README.md").read_text() == "mine"

    @pytest.mark.parametrize("name", ["fleet", ".github", "fleet/installations"])
    def test_a_link_in_the_way_is_not_followed(self, empty: Shop, name: str, tmp_path: Path) -> None:
        """Nothing is written elsewhere."""
        outside = tmp_path / "outside"
        outside.mkdir()
        (empty.folder / name).parent.mkdir(exist_ok=True)
        (empty.folder / name).symlink_to(outside)

        ended = empty.run("init")

        assert ended.code == 64
        assert list(outside.iterdir()) == []

    def test_a_disk_that_says_no_leaves_nothing(self, empty: Shop) -> None:
        """A file where a folder must be."""
        (empty.folder / "schemas").write_text("a file")

        ended = empty.run("init")

        assert ended.code != 0
        assert [path.name for path in empty.folder.iterdir()] == ["schemas"]


class TestFmt:
    def test_the_shipped_fleet_is_as_it_should_be(self, shop: Shop) -> None:
        """Nothing to do, nothing printed."""
        ended = shop.run("fmt", "--check")

        assert (ended.code, ended.out) == (0, "")

    def test_check_names_the_file_and_writes_nothing(self, shop: Shop) -> None:
        """2 means differences, as everywhere."""
        text = (shop.folder / HOME).read_text().removeprefix(MODELINE)
        (shop.folder / HOME).write_text(text)

        ended = shop.run("fmt", "--check")

        assert (ended.code, ended.out) == (2, f"{HOME}\n")
        assert (shop.folder / HOME).read_text() == text

    def test_the_layout_comes_back_and_stays(self, shop: Shop) -> None:
        """Schema line, ends of lines, blank lines; a second time changes nothing."""
        text = (shop.folder / HOME).read_text()
        (shop.folder / HOME).write_text(
            "\n\n" + text.replace(MODELINE, "").replace("\n\n", "\n\n\n\n").replace("native\n", "native   \n") + "\n\n"
        )

        first, again = shop.run("fmt"), shop.run("fmt")

        assert (first.code, first.out, again.out) == (0, f"{HOME}\n", "")
        assert (shop.folder / HOME).read_text() == text

    def test_a_file_with_a_flaw_is_left_alone(self, shop: Shop) -> None:
        """Nobody can tell whether it would keep its meaning."""
        (shop.folder / HOME).write_text("a: [\n")

        ended = shop.run("fmt", HOME)

        assert ended.code == 3
        assert (shop.folder / HOME).read_text() == "a: [\n"

    def test_windows_line_ends_stay(self, shop: Shop) -> None:
        """Whoever has them keeps them."""
        data = (shop.folder / HOME).read_bytes().replace(b"\n", b"\r\n")
        (shop.folder / HOME).write_bytes(data)

        assert shop.run("fmt", "--check", HOME).code == 0

    @pytest.mark.parametrize("path", ["elsewhere", "fleet/README.md", "../"])
    def test_what_is_no_file_of_the_fleet_is_a_usage_error(self, shop: Shop, path: str) -> None:
        """A typing mistake must not look formatted."""
        code = shop.run("fmt", "--check", path).code

        assert code == (0 if path == "../" else 64)


class TestDoctor:
    def test_it_names_what_the_account_may_not_write(self, shop: Shop) -> None:
        """One installation of the example shows itself with the User role only."""
        ended = shop.run("doctor")

        assert ended.code == 4
        assert "Lufthavn P1" in ended.out
        assert "remedy: give the account's user group the role Service" in ended.out

    def test_missing_credentials_are_a_login_finding(self, shop: Shop) -> None:
        """With the variable to set; no request leaves."""
        shop.edit("fleet.yaml", "cloud: sandbox .*", "cloud: zaptec")
        shop.edit("fleet.yaml", "^ +agreement: .*\n", "")
        shop.edit("fleet.yaml", "^ +routes: .*\n( +\\w+: partner\n)+", "")

        ended = shop.run("doctor")

        assert ended.code == 6
        assert "ZAPTEC_USERNAME" in ended.out

    def test_it_only_reads(self, shop: Shop) -> None:
        """Not even the sandbox is changed."""
        shop.run("doctor")

        assert not any(entry["effect"] for entry in shop.log())

    def test_a_wrong_pin_is_found(self, shop: Shop) -> None:
        """Before anybody writes to the wrong cloud."""
        ended = shop.run("doctor", env={"RECONCILER_ACCOUNTS": "main:zaptec"})

        assert ended.code == 4
        assert "RECONCILER_ACCOUNTS" in ended.out

    def test_nobody_logs_in_while_a_pin_disagrees(self, shop: Shop) -> None:
        """The credentials would go to a cloud that nobody agreed to."""
        ended = shop.run("doctor", env={"RECONCILER_ACCOUNTS": "main:zaptec"})

        assert "main: login not tried" in " ".join(ended.out.split())
        assert shop.log() == []


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_each_shell_has_its_script(self, shop: Shop, shell: str) -> None:
        """It asks the tool itself."""
        ended = shop.run("completion", shell)

        assert ended.code == 0
        assert "_RECONCILER_COMPLETE" in ended.out

    def test_the_script_is_valid_bash(self, shop: Shop) -> None:
        """As far as bash can tell without running it."""
        script = shop.run("completion", "bash").out

        assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0

    def test_an_unknown_shell_is_a_usage_error(self) -> None:
        """With the known ones."""
        assert run(["completion", "csh"]) == 64


def test_the_hooks_name_commands_that_exist() -> None:
    """And the runbook too: each command of its console blocks has help."""
    files = (CHECKOUT / ".pre-commit-hooks.yaml", CHECKOUT / "docs/how-to/first-contact.md")
    text = "".join(file.read_text("utf-8") for file in files)
    words = {part.split()[0] for part in text.split("reconciler ")[1:]}

    for word in {"validate", "fmt", "init", "doctor", "adopt", "plan"} & words:
        assert run([word, "--help"]) == 0
    assert {"validate", "fmt", "init", "doctor", "adopt", "plan"} <= words
