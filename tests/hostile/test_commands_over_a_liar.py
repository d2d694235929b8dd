"""The real commands, with somebody in between who changes what the cloud says."""

import gzip
import json
import re
from collections.abc import Callable

import pytest

from tests.acceptance.conftest import Shop
from tests.hostile.checks import flaws_of_json, flaws_of_markdown, flaws_of_stream, too_wide
from tests.hostile.servers import Script, answer, as_json, hangs_up_after, in_the_middle, says, serving

HOME = "fleet/installations/homes/bakkegata-7.yaml"
BAIT = (
    "\x1b[31m\u202e\u200b::error::x ##[add-mask]y\r\n# b [a](https://evil.example) <script>x</script> | "
    + "@all kari@people.example"
    + "Ø" * 10_000
)
LISTS = r"GET /api/(installation|chargers)"
READS = r"GET /(api|partner)/.*"
WRITES = r"(PUT|POST|DELETE) /(api|partner)/.*"
PAGE = f"<html><title>{BAIT}</title><h1>{BAIT}</h1></html>".encode()


def page(status: str) -> bytes:
    """The page of a proxy."""
    return answer(PAGE, status=status, media="text/html")


def refusal(code: int, status: str = "500 Internal Server Error") -> bytes:
    """The cloud's own form, with somebody else's words."""
    said = {"Code": code, "Details": BAIT, "StackTrace": BAIT, "errors": {BAIT: [BAIT], "MaxCurrent": [BAIT]}}
    return answer(json.dumps(said).encode(), status=status)


ANSWERS: dict[str, bytes] = {
    "a page with 200": page("200 OK"),
    "a page with 403": page("403 Forbidden"),
    "a page with 404": page("404 Not Found"),
    "a refusal that is known": refusal(539),
    "a refusal that is not": refusal(99999),
    "a refusal with 400": refusal(529, "400 Bad Request"),
    "fields": answer(json.dumps({"errors": {BAIT: [BAIT], "x": [BAIT]}}).encode(), status="400 Bad Request"),
    "a redirect": answer(b"", "Location: https://evil.example/", status="302 Found"),
    "too much": answer(gzip.compress(b" " * 40_000_000), "Content-Encoding: gzip"),
    "cut off": answer(b"x" * 100)[:-50],
    "a text": answer(json.dumps(BAIT).encode()),
    "a list of texts": answer(json.dumps([BAIT]).encode()),
    "nothing": answer(b""),
    "an empty object": answer(b"{}"),
    "an empty list": answer(b"[]"),
}


def lies(pattern: str, said: bytes) -> Callable[[str, bytes], bytes | None]:
    """The same answer to every call that matches."""
    return lambda call, _truth: said if re.fullmatch(pattern, call) else None


def checked(shop: Shop, url: str, *arguments: str) -> int:
    """Run a command in every format against that address; the exit code of the last."""
    code = 0
    for form in ("text", "markdown", "json"):
        ended = shop.run(*arguments, "--format", form, "-v", env={"RECONCILER_SANDBOX_URL": url, "COLUMNS": "80"})
        code = int(ended.code)
        assert flaws_of_stream(ended.out + ended.err) == []
        assert "internal error" not in ended.err
        if ended.out:
            assert {"text": _narrow, "markdown": flaws_of_markdown, "json": flaws_of_json}[form](ended.out) == []
        assert "evil" not in ended.out + ended.err
    return code


def _narrow(text: str) -> list[str]:
    return too_wide(text, 80)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_plan_over_a_lie_is_never_in_sync(served: tuple[Shop, str], name: str) -> None:
    """Lists that lie end the run with an error, objects that lie are unreadable; neither ends with 0."""
    shop, url = served

    for pattern, part in ((LISTS, ()), (rf"(?!{LISTS}$){READS}", (HOME,))):
        with in_the_middle(url, lies(pattern, ANSWERS[name])) as liar:
            code = checked(shop, liar.url, "plan", *part)

        assert code in {1, 4}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_login_that_lies_ends_the_run(served: tuple[Shop, str], name: str) -> None:
    """Exit 6 or 1, and nothing else is asked."""
    shop, url = served

    with in_the_middle(url, lies("POST /oauth/token", ANSWERS[name])) as liar:
        code = checked(shop, liar.url, "plan")

    assert code in {1, 6}
    assert not [call for call in liar.seen if call.startswith("GET /api/")]


@pytest.mark.parametrize("name", ANSWERS)
def test_a_write_that_is_lied_about_is_told_as_it_is(served: tuple[Shop, str], name: str) -> None:
    """Whatever was answered, the read-back decides; the result overstates nothing and quotes nothing that acts."""
    shop, url = served

    with in_the_middle(url, lies(WRITES, ANSWERS[name])) as liar:
        code = checked(shop, liar.url, "apply", "--yes", HOME)

    assert code in {0, 4}


NO_SANDBOX: dict[str, Script] = {
    "a page": says(page("200 OK")),
    "an empty object": as_json({}),
    "a list": as_json([]),
    "texts for numbers": as_json({"now": "x", "time_scale": "y", "born_at": "z"}),
    "numbers beyond all time": as_json({"now": 1e300, "time_scale": 1e300, "born_at": 1e300}),
    "a standing clock": as_json({"now": 1e9, "time_scale": 0, "born_at": 1e9}),
    "nothing": hangs_up_after(b""),
    "no HTTP": hangs_up_after(b"SSH-2.0-x\r\n"),
    "a redirect": says(answer(b"", "Location: https://evil.example/", status="302 Found")),
}


@pytest.mark.parametrize("name", NO_SANDBOX)
def test_something_else_at_the_address_of_the_sandbox_is_told(shop: Shop, name: str) -> None:
    """Another program on that port is an error with a remedy, whatever it says."""
    with serving({"POST /sandbox/status": NO_SANDBOX[name]}) as other:
        ended = shop.run("plan", env={"RECONCILER_SANDBOX_URL": other.url})

    assert ended.code == 1
    assert "internal error" not in ended.err
    assert flaws_of_stream(ended.out + ended.err) == []
