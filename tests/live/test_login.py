"""One login per run, and nothing of it anywhere but in memory."""

import threading
import traceback

import httpx
import pytest

from reconciler.errors import CloudError, LoginError
from reconciler.live.account import Credentials
from reconciler.model.observed import Breadth, ReadNeed
from reconciler.model.secret import Secret
from reconciler.sandbox.faults import fault
from reconciler.sandbox.world import World
from tests.live.cloud import PASSWORD, USERNAME, Opening, VirtualClock, over_answers, over_world

HOME = "2f0c6f0e-8f4b-4d0e-9a51-3b1f6f0a1c01"
NOTHING = httpx.Response(200, json={"Pages": 0, "Data": []})


def logins(world: World) -> list[int]:
    """Statuses of the logins that reached the cloud."""
    return [entry["status"] for entry in world.log if entry["path"] == "/oauth/token"]


class TestOnce:
    def test_sixty_four_threads_log_in_once(self, world: World) -> None:
        """However many requests start at once, the login service sees one."""
        session = over_world(world, Opening(concurrency=64)).observer
        start = threading.Barrier(64)

        def go() -> None:
            start.wait()
            session.observe([], breadth=Breadth.ACCOUNT)

        workers = [threading.Thread(target=go) for _ in range(64)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

        assert logins(world) == [200]

    def test_an_expired_token_is_renewed_once_in_the_middle_of_a_run(self, world: World) -> None:
        """A day later the same run goes on with one more login."""
        opened = over_world(world, Opening(concurrency=16))
        opened.observer.observe([], breadth=Breadth.ACCOUNT)
        world.advance(86_401)

        fleet = opened.observer.observe(
            [ReadNeed(account="main", installation_id=HOME, state_of=("ZAP012345",))], breadth=Breadth.ACCOUNT
        )

        home = fleet.installation(HOME)
        assert logins(world) == [200, 200]
        assert home is not None
        assert home.chargers[0].get("maxCurrent") == 16.0

    def test_sixteen_threads_that_meet_the_end_of_a_token_renew_it_once(self) -> None:
        """All sixteen requests come back with 401 before anybody has a new token; one login serves them all."""
        issued: list[str] = []
        together = threading.Barrier(16)

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token":
                issued.append(f"token-{len(issued)}")
                return httpx.Response(200, json={"access_token": issued[-1]})
            if request.headers["Authorization"] == "Bearer token-0":
                together.wait(timeout=30)
                return httpx.Response(401)
            return httpx.Response(404)

        needs = [ReadNeed(account="main", installation_id=f"00000000-0000-0000-0000-{n:012}") for n in range(16)]
        opened = Opening(concurrency=16).over(httpx.MockTransport(answer), VirtualClock())
        opened._exchange._in_flight.enter()
        opened._exchange._in_flight.leave(10.0)

        opened.observer.observe(needs, breadth=Breadth.SITES)

        assert issued == ["token-0", "token-1"]

    def test_one_refused_token_costs_one_repeat(self, world: World) -> None:
        """A single 401 leads to one login and one repeat, and the snapshot is whole."""
        world.data["faults"].append(fault("unauthorized", path="/api/chargers", times=1))

        fleet = over_world(world).observer.observe([], breadth=Breadth.ACCOUNT)

        assert logins(world) == [200, 200]
        assert fleet.reads[0].visible_chargers > 100

    def test_a_cloud_that_refuses_every_token_is_not_hammered(self) -> None:
        """Twenty sites that always answer 401 cost two logins, not twenty-one."""
        seen = []

        def answer(request: httpx.Request) -> httpx.Response:
            seen.append(request.url.path)
            return httpx.Response(401)

        opening = Opening(concurrency=1)
        needs = [ReadNeed(account="main", installation_id=f"00000000-0000-0000-0000-{n:012}") for n in range(20)]

        over_answers(answer, opening).observer.observe(needs, breadth=Breadth.SITES)

        assert sum("oauth/token" in line for line in opening.log.lines) == 2


class TestRefused:
    def test_wrong_credentials_are_a_login_error_with_a_remedy(self, world: World) -> None:
        """Exit 6, naming the variables to check; neither address nor password is quoted."""
        opened = over_world(world, Opening(password="CANARY-wrong"))

        with pytest.raises(LoginError) as caught:
            opened.observer.observe([], breadth=Breadth.ACCOUNT)

        said = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
        assert caught.value.exit_code == 6
        assert "ZAPTEC_USERNAME and ZAPTEC_PASSWORD" in caught.value.remedy
        assert "invalid_grant" in caught.value.what
        assert USERNAME not in said
        assert "CANARY" not in said

    def test_wrong_credentials_are_tried_once_for_all_threads(self, world: World) -> None:
        """Nobody tries the same wrong password again."""
        opened = over_world(world, Opening(password="wrong", concurrency=32))
        for _ in range(3):
            with pytest.raises(LoginError):
                opened.observer.observe([], breadth=Breadth.ACCOUNT)

        assert logins(world) == [400]

    def test_unknown_error_words_are_not_repeated(self) -> None:
        """The login service's own text may quote the user name, so only known words are shown."""
        answer = httpx.Response(400, json={"error": USERNAME, "error_description": f"{USERNAME} was not found"})
        transport = httpx.MockTransport(lambda _request: answer)

        with pytest.raises(LoginError) as caught:
            Opening().over(transport, VirtualClock()).observer.observe([], breadth=Breadth.ACCOUNT)

        assert USERNAME not in str(caught.value)

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(200, text="<html>welcome</html>"),
            httpx.Response(200, json={"access_token": ""}),
            httpx.Response(200, json={"access_token": 5}),
            httpx.Response(200, json={"access_token": "two words"}),
            httpx.Response(200, json={"access_token": "line\r\nX-Header: 1"}),
            httpx.Response(200, json=[]),
            httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        ],
    )
    def test_a_strange_answer_is_not_a_token(self, answer: httpx.Response) -> None:
        """Whatever the login service answers, it ends in a login error and not in a crash."""
        transport = httpx.MockTransport(lambda _request: answer)

        with pytest.raises(LoginError):
            Opening().over(transport, VirtualClock()).observer.observe([], breadth=Breadth.ACCOUNT)


class TestBusy:
    def test_a_busy_login_service_is_asked_again_with_growing_waits(self) -> None:
        """503 and 429 pass; the third attempt succeeds after at least 2 + 4 seconds."""
        answers = iter([httpx.Response(503, text="<html>"), httpx.Response(429, headers={"Retry-After": "1"})])

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token":
                return next(answers, httpx.Response(200, json={"access_token": "token"}))
            return NOTHING

        clock = VirtualClock()
        Opening().over(httpx.MockTransport(answer), clock).observer.observe([], breadth=Breadth.ACCOUNT)

        assert clock.elapsed_s >= 6.0

    def test_a_login_service_that_stays_away_is_an_error_of_the_cloud(self) -> None:
        """After five attempts the run ends with exit 1; the credentials are not blamed."""
        tried = []

        def answer(request: httpx.Request) -> httpx.Response:
            tried.append(request.url.path)
            return httpx.Response(503, text="<html>")

        with pytest.raises(CloudError) as caught:
            Opening().over(httpx.MockTransport(answer), VirtualClock()).observer.observe([], breadth=Breadth.ACCOUNT)

        assert len(tried) == 5
        assert caught.value.exit_code == 1


def test_the_form_is_what_the_cloud_documents() -> None:
    """Password grant, form encoded, scope openid, with special characters intact."""
    forms: list[tuple[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            forms.append((request.headers["Content-Type"], request.content.decode()))
            return httpx.Response(200, json={"access_token": "token"})
        return NOTHING

    opening = Opening(username='a#"$@people.example', password="p&q=ø")
    opening.over(httpx.MockTransport(answer), VirtualClock()).observer.observe([], breadth=Breadth.ACCOUNT)

    assert forms == [
        (
            "application/x-www-form-urlencoded",
            "grant_type=password&username=a%23%22%24%40people.example&password=p%26q%3D%C3%B8&scope=openid",
        )
    ]


def test_credentials_do_not_print() -> None:
    """Neither the address nor the password shows in a repr."""
    shown = repr(Credentials(username=USERNAME, password=Secret(PASSWORD)))

    assert USERNAME not in shown
    assert PASSWORD not in shown
