"""The sandbox over real sockets."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.faults import fault
from reconciler.sandbox.operations import script_fault
from reconciler.sandbox.remote import operate_remotely
from reconciler.sandbox.seed import fixture_world
from reconciler.sandbox.server import running
from reconciler.sandbox.store import SandboxFile
from reconciler.sandbox.world import World
from tests.sandbox.cloud import ELVEVEIEN

LOGIN = {"grant_type": "password", "username": "owner@sandbox.example", "password": "sandbox"}


@pytest.fixture
def world() -> World:
    return fixture_world()


@pytest.fixture
def served(world: World) -> Iterator[httpx.Client]:
    with running(world) as url, logged_in(url) as client:
        yield client


@contextlib.contextmanager
def logged_in(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=10) as client:
        token = client.post("/oauth/token", data=LOGIN).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield client


class TestServing:
    def test_a_client_over_http_sees_the_same_as_in_process(self, served: httpx.Client, world: World) -> None:
        """One app, two ways to reach it."""
        rows = served.get("/api/installation").json()["Data"]

        assert [row["Id"] for row in rows] == list(world.data["installations"])

    def test_it_listens_on_loopback_only(self, served: httpx.Client) -> None:
        """Nobody else in the network can reach it."""
        assert served.base_url.host == "127.0.0.1"

    def test_a_foreign_host_name_is_turned_away(self, served: httpx.Client) -> None:
        """A web page cannot reach it through a name of its own."""
        assert served.get("/api/constants", headers={"Host": "evil.example"}).status_code == 421
        assert served.get("/api/constants", headers={"Host": "localhost:1234"}).status_code == 200

    def test_connections_are_kept(self, served: httpx.Client) -> None:
        """HTTP/1.1; one socket serves many requests without waiting for acknowledgements."""
        started = time.monotonic()
        statuses = {served.get("/api/constants").status_code for _ in range(100)}

        assert statuses == {200}
        assert time.monotonic() - started < 2  # 40 ms each without TCP_NODELAY would be 4 s

    def test_many_clients_at_once_lose_nothing(self, served: httpx.Client, world: World) -> None:
        """Every write of every thread takes effect once."""
        world.data["rate_limited"] = False
        ids = [world.charger_by_serial(f"ZPR0821{n:02d}") for n in range(1, 13)]
        paths = [f"/api/chargers/{charger['id']}/update" for charger in ids if charger]
        with ThreadPoolExecutor(max_workers=12) as pool:
            answers = list(pool.map(lambda path: served.post(path, json={"maxChargeCurrent": 20}), paths * 5))

        assert {answer.status_code for answer in answers} == {200}
        assert sum(entry["effect"] for entry in world.log) == 60
        assert [charger["writes"] for charger in ids if charger] == [5] * 12

    def test_world_time_runs_with_wall_time(self) -> None:
        """Here a hundred times as fast."""
        world = fixture_world()
        with running(world, time_scale=100) as url, logged_in(url):
            first = world.now()
            time.sleep(0.1)
            passed = world.now() - first

        assert first >= time.time() - 60
        assert 10 <= passed < 1000
        assert world.now() == world.now()

    def test_a_write_settles_in_served_time(self) -> None:
        """Seven seconds are seventy milliseconds at scale 100."""
        world = fixture_world()
        with running(world, time_scale=100) as url, logged_in(url) as client:
            client.post(f"/api/installation/{ELVEVEIEN}/update", json={"availableCurrent": 20})
            time.sleep(0.1)
            row = client.get(f"/api/installation/{ELVEVEIEN}").json()

        assert row["AvailableCurrent"] == 20

    def test_a_dropped_connection_is_really_dropped(self, served: httpx.Client, world: World) -> None:
        """The client sees a broken connection, and the write stands."""
        script_fault(world, fault("lost-answer-after", method="POST"))

        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            served.post(f"/api/installation/{ELVEVEIEN}/update", json={"availableCurrent": 20})
        assert len(world.data["installations"][ELVEVEIEN]["settling"]) == 1
        assert served.get("/api/installation").status_code == 200

    def test_a_timeout_keeps_the_client_waiting(self, served: httpx.Client, world: World) -> None:
        """The client gives up, not the server."""
        script_fault(world, fault("timeout"))

        with pytest.raises(httpx.ReadTimeout):
            served.get("/api/installation", timeout=0.2)

    def test_an_oversized_body_is_turned_away(self, served: httpx.Client) -> None:
        """413, and the server goes on."""
        with pytest.raises(httpx.HTTPStatusError):
            served.post(f"/api/installation/{ELVEVEIEN}/update", content=b"x" * 1_500_000).raise_for_status()

        assert served.get("/api/constants").status_code == 200

    def test_unknown_paths_and_methods(self, served: httpx.Client) -> None:
        """404 and 405, without a body."""
        assert served.get("/api/installations").status_code == 404
        assert served.delete("/api/chargers").status_code == 405


SMUGGLED = b"GET /api/constants HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked"
LENGTH = b"Content-Length: %d" % len(SMUGGLED)


def said(url: str, *pieces: bytes) -> bytes:
    """Everything that comes back until the server closes."""
    port = int(url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        for piece in pieces:
            connection.sendall(piece)
        found = b""
        while part := connection.recv(65536):
            found += part
    return found


def post(*headers: bytes, body: bytes = SMUGGLED, version: bytes = b"1.1") -> bytes:
    """A request without a token, as it goes over the wire."""
    start = b"POST /api/chargers HTTP/" + version
    return b"\r\n".join([start, b"Host: localhost", *headers, b"", b""]) + body


class TestKeptConnections:
    def test_one_socket_serves_request_after_request(self, served: httpx.Client) -> None:
        """As the real cloud does; a client that opens a connection each time costs twice as much."""
        answers = [served.get("/api/constants") for _ in range(3)]

        ports = {answer.extensions["network_stream"].get_extra_info("client_addr")[1] for answer in answers}
        assert len(ports) == 1
        assert not any("Connection" in answer.headers for answer in answers)

    def test_a_body_that_nobody_wanted_is_not_the_next_request(self, world: World) -> None:
        """It is read before the answer goes out, and the request behind it is the next one."""
        with running(world) as url:
            found = said(url, post(LENGTH), SMUGGLED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

        assert [line[:12] for line in found.split(b"\r\n") if line.startswith(b"HTTP/")] == [
            b"HTTP/1.1 405",
            b"HTTP/1.1 200",
        ]
        assert [entry["path"] for entry in world.log] == ["/api/chargers", "/api/constants"]

    @pytest.mark.parametrize(
        "request_of_two_minds",
        [
            pytest.param(post(CHUNKED, body=b"0\r\n\r\n" + SMUGGLED), id="chunked"),
            pytest.param(post(LENGTH, CHUNKED, body=b"0\r\n\r\n" + SMUGGLED), id="chunked-with-a-length"),
            pytest.param(post(LENGTH, b"Content-Length: 0"), id="two-lengths"),
            pytest.param(post(b"Content-Length: +0"), id="signed-length"),
            pytest.param(post(b"Content-Length: 0x0"), id="odd-length"),
            pytest.param(post(b"Content-Length : 0"), id="space-before-the-colon"),
            pytest.param(post(b"Content-Length: 99999999999999999999"), id="endless-length"),
            pytest.param(post(b"Connection: keep-alive", version=b"1.0"), id="http-1.0"),
        ],
    )
    def test_where_it_is_not_certain_where_a_request_ends_nothing_follows_it(
        self, world: World, request_of_two_minds: bytes
    ) -> None:
        """One answer, then the connection ends; what came behind is never taken for a request."""
        with running(world) as url:
            found = said(url, request_of_two_minds)

        assert found.count(b"HTTP/1.1 ") <= 1
        assert "/api/constants" not in [entry["path"] for entry in world.log]

    def test_an_ended_server_takes_nothing_on_a_kept_connection(self, world: World) -> None:
        """Its world may be saved by then; a write that came later would be lost."""
        with httpx.Client(timeout=10) as client:
            with running(world) as url:
                client.get(f"{url}/api/constants")
            asked = len(world.log)

            with pytest.raises(httpx.RemoteProtocolError):
                client.get(f"{url}/api/constants")
        assert len(world.log) == asked


class TestAdmin:
    def test_operations_reach_the_served_world(self, served: httpx.Client, world: World) -> None:
        """What the commands do while it is served."""
        url = str(served.base_url)
        before = world.now()
        operate_remotely(url, "advance", {"seconds": 3600})
        operate_remotely(url, "set", {"target": "ZAP012345", "setting": "maxCurrent", "value": "10"})

        assert world.now() >= before + 3600
        charger = world.charger_by_serial("ZAP012345")
        assert charger is not None
        assert charger["values"]["510"] == "10.000"

    def test_errors_come_back_as_text(self, served: httpx.Client) -> None:
        """The same text as in process."""
        with pytest.raises(SandboxError, match="no installation and no charger named 'x'"):
            operate_remotely(str(served.base_url), "set", {"target": "x", "setting": "maxCurrent", "value": 1})

    def test_operations_are_not_in_the_log(self, served: httpx.Client, world: World) -> None:
        """The log is the service's."""
        operate_remotely(str(served.base_url), "status", {})

        assert not any(entry["path"].startswith("/sandbox") for entry in world.log)

    @pytest.mark.parametrize(
        ("method", "content", "kind"),
        [
            ("GET", b"", "application/json"),
            ("POST", b"seconds=1", "application/x-www-form-urlencoded"),
            ("POST", b'{"seconds": 1}', "text/plain"),
        ],
    )
    def test_a_web_form_cannot_do_it(self, served: httpx.Client, method: str, content: bytes, kind: str) -> None:
        """JSON by POST only."""
        answer = served.request(method, "/sandbox/advance", content=content, headers={"Content-Type": kind})

        assert answer.status_code == 405

    def test_a_list_is_no_argument(self, served: httpx.Client) -> None:
        """400 with the reason."""
        assert served.post("/sandbox/advance", json=[1]).json() == {"error": "the arguments must be a JSON object"}

    def test_nobody_there(self) -> None:
        """A text, not a traceback."""
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{unused.getsockname()[1]}"

        with pytest.raises(SandboxError, match="does not answer"):
            operate_remotely(url, "status", {})


class TestServeCommand:
    def test_it_holds_the_world_takes_operations_and_saves_on_the_way_out(self, tmp_path: Path) -> None:
        """From start to SIGTERM, as a process of its own."""
        file = SandboxFile(tmp_path / "sandbox.json")
        script = textwrap.dedent(
            f"""
            import pathlib
            from reconciler.sandbox.server import serve
            from reconciler.sandbox.store import SandboxFile
            serve(SandboxFile(pathlib.Path({str(file.path)!r})), port=0, started=lambda url: print(url, flush=True))
            """
        )
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            file.operate("set", {"target": "ZAP012345", "setting": "maxCurrent", "value": 10})
            note = json.loads((tmp_path / "sandbox.holder.json").read_text())
            os.kill(process.pid, signal.SIGTERM)
            process.wait(10)

        assert (note["pid"], note["url"]) == (process.pid, url)
        assert process.returncode == 0
        charger = file.load().charger_by_serial("ZAP012345")
        assert charger is not None
        assert charger["values"]["510"] == "10.000"
