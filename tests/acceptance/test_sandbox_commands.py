"""The `sandbox` commands: what they say when something is wrong, and how several share one world."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.acceptance.conftest import Shop

SITE = "fleet/installations/homes/bakkegata-7.yaml"
RECONCILER = (sys.executable, "-m", "reconciler")


def folder_of(shop: Shop) -> Path:
    """Where the shop's world lies, made when missing."""
    folder = shop.folder / ".reconciler"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def serving(shop: Shop, *options: str) -> Iterator[subprocess.Popen[str]]:
    """`sandbox serve` as a process of its own, stopped at the end."""
    command = [*RECONCILER, "sandbox", "serve", *options]
    with subprocess.Popen(
        command, cwd=shop.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


class TestBrokenWorld:
    @pytest.mark.parametrize("content", [b"garbage\n", b"", b'{"format": 1}', b"\xff\xfe", b"[" * 100_000])
    def test_every_command_names_a_way_out(self, shop: Shop, content: bytes) -> None:
        """Whatever has happened to the file, it is no bug of ours."""
        (folder_of(shop) / "sandbox.json").write_bytes(content)

        ended = [shop.run("plan"), shop.run("sandbox", "log"), shop.run("sandbox", "advance", "1s")]

        assert [one.code for one in ended] == [1, 1, 1]
        assert all("sandbox.json cannot be read" in one.err for one in ended)
        assert all("`reconciler sandbox reset`" in one.err for one in ended)

    @pytest.mark.parametrize(
        "repair", [("sandbox", "reset"), ("sandbox", "seed", "--installations", "2", "--chargers", "4")]
    )
    def test_the_way_out_works(self, shop: Shop, repair: tuple[str, ...]) -> None:
        """Neither command needs anything of the world that was there."""
        (folder_of(shop) / "sandbox.json").write_text("garbage")

        repaired = shop.run(*repair)

        assert repaired.code == 0
        assert shop.run("sandbox", "log").code == 0

    def test_a_mistake_in_the_repair_leaves_the_file_as_it_is(self, shop: Shop) -> None:
        """Somebody may still want to look at it."""
        path = folder_of(shop) / "sandbox.json"
        path.write_text("garbage")

        ended = shop.run("sandbox", "seed", "--installations", "9", "--chargers", "1")

        assert ended.code == 64
        assert path.read_text() == "garbage"

    def test_a_readable_world_keeps_its_time(self, shop: Shop) -> None:
        """What earlier runs sent must not come after the birth of the new world."""
        shop.run("sandbox", "advance", "7d")
        then = shop.world().now()
        shop.run("sandbox", "reset")

        assert shop.world().now() >= then


class TestUnreachableWorld:
    @pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("sandbox", "log"), ("sandbox", "reset")])
    def test_a_file_where_the_folder_should_be_is_named(self, shop: Shop, command: tuple[str, ...]) -> None:
        """The path and what to do, no talk of a bug."""
        (shop.folder / ".reconciler").write_text("")

        ended = shop.run(*command)

        assert ended.code == 1
        assert f"where:  {shop.folder / '.reconciler'}\n" in ended.err
        assert "internal error" not in ended.err

    @pytest.mark.parametrize("name", ["sandbox.json", "sandbox.lock", "sandbox.holder.json"])
    def test_a_folder_where_a_file_should_be_is_named(self, shop: Shop, name: str) -> None:
        """Each of the three files of a world."""
        (folder_of(shop) / name).mkdir()

        ended = shop.run("sandbox", "log")

        assert ended.code == 1
        assert f"where:  {shop.folder / '.reconciler' / name}\n" in ended.err

    @pytest.mark.parametrize("command", [("plan",), ("apply", "--yes"), ("sandbox", "log")])
    def test_a_folder_of_somebody_else_comes_with_the_command_to_get_it_back(
        self, shop: Shop, command: tuple[str, ...]
    ) -> None:
        """A run with sudo leaves files of root behind."""
        folder = folder_of(shop)
        really_open = os.open

        def denied(path: str | Path, *arguments: int, **options: int) -> int:
            if str(folder) in str(path):
                raise PermissionError(13, "Permission denied")
            return really_open(path, *arguments, **options)

        shop.monkeypatch.setattr(os, "open", denied)
        ended = shop.run(*command)

        assert ended.code == 1
        assert f"where:  {folder}" in ended.err
        assert f"sudo chown -R $USER {folder}" in ended.err

    def test_a_link_in_place_of_the_lock_is_not_followed(self, shop: Shop) -> None:
        """A checked-in link must not make us touch a file elsewhere."""
        victim = shop.folder / "victim"
        (folder_of(shop) / "sandbox.lock").symlink_to(victim)

        assert shop.run("sandbox", "log").code == 1
        assert not victim.exists()


class TestMistakesOfTheCaller:
    @pytest.mark.parametrize(
        ("arguments", "remedy"),
        [
            (("set", "ZAP012388", "maxCurrent=10"), "did you mean ZAP0"),
            (("set", "Testveien", "maxCurrent=10"), "did you mean Testveien 1?"),
            (("set", "ZAP012345", "maxCurent=10"), "did you mean maxCurrent?"),
            (("set", "ZAP012345", "onlin=off"), "did you mean online?"),
            (("set", "ZAP012345", "colour=red"), "known are standAlone, maxCurrent"),
            (("set", "ZAP012345", "maxCurrent=much"), "write a number"),
            (("set", "ZAP012345", "maxCurrent=nan"), "write a number"),
            (("set", "ZAP012345", "maxPhases=1.5"), "write a whole number"),
            (("set", "ZAP012345", "standAlone=perhaps"), "write true or false"),
            (("set", "Elveveien 12", "authentication.mode=nativ"), "did you mean native?"),
            (("set", "Elveveien 12", "permissions.person:c-8812=owner"), "did you mean c-8812"),
            (("set", "Elveveien 12", "permissions.userGroup:BSJ=owner"), "did you mean userGroup:BSJG?"),
            (("set", "Elveveien 12", "permissions.person:b-17=boss"), "write one of user, owner, service"),
            (("set", "Elveveien 12", "name=two\nlines"), "leave the line break out"),
            (("set", "Elveveien 12", "name"), "write SETTING=VALUE"),
            (("accept-invitation", "person:c-88121"), "invited are person:c-88122"),
            (("accept-invitation", "person:nobody-like-this"), "known are person:c-88121"),
            (("accept-invitation", "c-88122", "--installation", "Fjellveien"), "did you mean Fjellveien 3?"),
            (("advance", "999999999d"), "write 90s"),
            (("fault", "timeot"), "timeout"),
        ],
    )
    def test_it_is_told_as_one_and_changes_nothing(self, shop: Shop, arguments: tuple[str, ...], remedy: str) -> None:
        """64, what would have been right, and never the advice to throw the world away."""
        shop.run("sandbox", "log")
        before = shop.world().data

        ended = shop.run("sandbox", *arguments)

        assert ended.code == 64
        assert remedy in ended.err
        assert "reset" not in ended.err
        assert {**shop.world().data, "now": 0} == {**before, "now": 0}

    def test_it_is_told_in_the_same_way_when_the_world_is_served(self, served: tuple[Shop, str]) -> None:
        """The server passes on what is wrong and what would be right."""
        shop, _ = served

        ended = shop.run("sandbox", "set", "ZAP012345", "maxCurent=10")

        assert ended.code == 64
        assert "did you mean maxCurrent?" in ended.err

    def test_values_reach_the_world_as_they_were_written(self, shop: Shop) -> None:
        """12 is a name, 1 a number of phases."""
        ended = shop.run("sandbox", "set", "ZAP012345", "name=12", "maxPhases=1", "online=off")

        charger = shop.world().charger_by_serial("ZAP012345")
        assert ended.code == 0
        assert charger is not None
        assert (charger["name"], charger["values"]["520"], charger["online"]) == ("12", "1", False)

    def test_secrets_are_not_repeated(self, shop: Shop) -> None:
        """Terminals and logs of a pipeline keep what is printed."""
        ended = shop.run("sandbox", "set", "Elveveien 12", "authentication.webhooks.authPayload=canary-payload")

        assert ended.code == 0
        assert "canary" not in ended.out + ended.err

    def test_control_characters_of_a_name_are_shown_not_obeyed(self, shop: Shop) -> None:
        """What is echoed may have been pasted from anywhere."""
        named = shop.run("sandbox", "set", "Elveveien 12", "name=\x1b[2J")
        unknown = shop.run("sandbox", "set", "\u202eEnd\x1b[2J", "name=x")

        assert (named.code, named.err) == (0, "Elveveien 12: name is now \\x1b[2J\n")
        assert unknown.code == 64
        assert "\x1b" not in unknown.err
        assert "\u202e" not in unknown.err


class TestCarryOut:
    @pytest.mark.parametrize("name", ["nosuch.md", "nosuch.json", "nosuch"])
    def test_a_worksheet_that_does_not_exist_is_named_as_given(self, shop: Shop, name: str) -> None:
        """Not the file beside it that the command would have read."""
        ended = shop.run("sandbox", "carry-out", name)

        assert ended.code == 64
        assert "this worksheet does not exist" in ended.err
        assert f"where:  {name}\n" in ended.err

    def test_a_folder_is_no_worksheet(self, shop: Shop) -> None:
        """A run's folder instead of the file in it."""
        folder_of(shop)

        ended = shop.run("sandbox", "carry-out", ".reconciler")

        assert ended.code == 64
        assert "this is a folder" in ended.err
        assert "where:  .reconciler\n" in ended.err

    def test_another_file_is_no_worksheet(self, shop: Shop) -> None:
        """Nor is a worksheet without the data that belongs to it."""
        (shop.folder / "lonely.md").write_text("")

        other, lonely = shop.run("sandbox", "carry-out", SITE), shop.run("sandbox", "carry-out", "lonely.md")

        assert (other.code, lonely.code) == (64, 64)
        assert "this is not a worksheet" in other.err
        assert "lonely.json, which belongs to this worksheet, is not beside it" in lonely.err

    def test_the_newest_worksheet_is_proposed(self, shop: Shop) -> None:
        """Nobody types the name of a run."""
        run = folder_of(shop) / "runs" / "20261121T063000Z-3f2a"
        run.mkdir(parents=True)
        (run / "worksheet.md").write_text("")

        ended = shop.run("sandbox", "carry-out", "worksheet.md")

        assert "the newest is .reconciler/runs/20261121T063000Z-3f2a/worksheet.md" in ended.err


class TestSideBySide:
    def test_short_commands_wait_for_each_other(self, shop: Shop) -> None:
        """Two terminals, or a script that starts several, and none of them is turned away."""
        shop.run("sandbox", "reset")
        commands = [subprocess.Popen([*RECONCILER, "sandbox", "advance", "60s"], cwd=shop.folder) for _ in range(3)]

        assert [command.wait(20) for command in commands] == [0, 0, 0]


class TestNothingToShow:
    @pytest.mark.parametrize(("what", "said"), [("log", "answered no request"), ("outbox", "sent no mail")])
    def test_an_empty_list_says_so(self, shop: Shop, what: str, said: str) -> None:
        """On stderr, so that a script still reads an empty list."""
        ended = shop.run("sandbox", what)

        assert (ended.code, ended.out) == (0, "")
        assert said in ended.err


class TestServe:
    def test_a_port_that_is_taken_is_a_usage_error(self, shop: Shop) -> None:
        """It says which port and what to do, once."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]

            ended = shop.run("sandbox", "serve", "--port", str(port))

        assert ended.code == 64
        assert ended.err == (
            f"error: port {port} cannot be used: Address already in use\n"
            "  where:  --port\n"
            "  remedy: choose another, or 0 for a free one\n"
        )

    def test_port_0_prints_the_port_that_it_got_and_ctrl_c_saves(self, shop: Shop) -> None:
        """What others did meanwhile is in the file afterwards, and the process ends well."""
        with serving(shop, "--port", "0") as server:
            assert server.stdout is not None
            address = server.stdout.readline().split()[4]
            done = shop.run("sandbox", "set", "ZAP012345", "maxCurrent=10")
            server.send_signal(signal.SIGINT)
            server.wait(10)
            complaints = server.stderr.read() if server.stderr else ""

        charger = shop.world().charger_by_serial("ZAP012345")
        assert not address.endswith(":0")
        assert (done.code, server.returncode, complaints) == (0, 0, "")
        assert charger is not None
        assert charger["values"]["510"] == "10.000"

    def test_a_second_server_is_turned_away_at_once(self, served: tuple[Shop, str]) -> None:
        """It would wait for ever; the message says where the first one is."""
        shop, url = served

        ended = shop.run("sandbox", "serve", "--port", "0")

        assert ended.code == 7
        assert url in ended.err


class TestConsent:
    LINK = "https://portal.zaptec.com/access/request/BSJG?returnUrl=https://partner.example/done/n7"
    HOME = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01"

    def test_approving_prints_where_the_browser_would_go(self, shop: Shop) -> None:
        """Only that on stdout, so that a script can hand it on."""
        shop.run("sandbox", "set", "Elveveien 12", "permissions.userGroup:BSJG=none")
        ended = shop.run("sandbox", "consent", self.LINK, "--person", "person:c-88121")
        shop.run("sandbox", "advance", "30s")

        assert ended.code == 0
        assert ended.out == f"https://partner.example/done/n7?success=true&installationId={self.HOME}\n"
        assert "approved at Elveveien 12" in ended.err
        assert shop.plan("elveveien-12").code == 0

    def test_denying(self, shop: Shop) -> None:
        """Nothing is shared."""
        ended = shop.run("sandbox", "consent", "BSJG", "--person", "person:c-88121", "--deny")

        assert (ended.code, ended.out) == (0, "/access/receipt/false?lookup=BSJG\n")

    def test_what_the_page_would_not_offer_is_a_usage_error(self, shop: Shop) -> None:
        """Elveveien 12 is shared already."""
        ended = shop.run("sandbox", "consent", "BSJG", "--person", "person:c-88121")

        assert (ended.code, ended.out) == (64, "")
        assert "the page would not offer that to this person" in ended.err


class TestChargerPermissions:
    def test_an_invitation_to_a_charger_stands_in_the_outbox(self, shop: Shop) -> None:
        """By its serial, and no address."""
        done = shop.run("sandbox", "set", "ZPR081101", "permissions.person:c-88123=user")
        letters = shop.run("sandbox", "outbox").out

        assert done.code == 0
        assert "invitation to charger ZPR081101 of 5a7d0d52-0b5e-4a3c-8f11-7a9e4c2d1b06 for person:c-88123" in letters
        assert "@" not in letters
