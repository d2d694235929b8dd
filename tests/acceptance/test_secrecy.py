"""No secret and no address in anything the tool writes, shown with canaries in every place that answers carry them."""

import re
from collections.abc import Iterable
from pathlib import Path

import httpx
import pytest

from reconciler.sandbox.app import create_app
from reconciler.sandbox.faults import fault
from reconciler.sandbox.operations import script_fault
from reconciler.sandbox.people import people
from reconciler.sandbox.portal import set_value
from reconciler.sandbox.world import World
from tests.acceptance.conftest import SECRETS, Shop

PLACES = (
    # Every row of the list of secrets and personal data in the cloud's answers.
    "OcppInitialChargePointPassword",
    "WebhooksAuthPayload",
    "WebhooksAuthUrl",
    "WebhooksSessionStartUrl",
    "WebhooksSessionEndUrl",
    "OcppCloudUrl",
    "OcppCentralSystemUrl",
    "PropertyOcppPassword",
    "PropertyOcppUrl",
    "Pin",
    "ContactEmail",
    "Address",
    "ZipCode",
    "Notes",
    "VatNumber",
    "LogoBase64",
    "LookupKey",
    "UserEmail",
    "UserFullName",
    "UserTokens",
    "Password",
    "Username",
)
STATES = (-100, 554, 713, 721, 722, 723, 724, 725, 750, 760, 807, 808, 830, 850, 851, 852, 853, 854, 863, 864, 877)
STATES_OF_DEVICES = (900, 901, 950, 951, 952, 953, 960, 961, 962, 963, 980, 981, 982)
REFUSALS = (
    # Read: a refusal and the proxy's page. Written: turned down for certain, and of unknown effect.
    fault("error-before", method="GET", path="/api/installation/*/hierarchy", body="json"),
    fault("error-before", method="GET", path="/api/chargers/*/state", body="html"),
    fault("error-before", method="PUT", body="json", code=529),
    fault("error-before", method="PUT", body="json", code=505),
    fault("error-before", method="POST", path="/api/chargers/*/update", body="json", code=529),
)
MODES = ("native", "webhooks", "ocppCloud", "ocppNative")
ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}")


def test_the_raw_answers_carry_every_canary(shop: Shop) -> None:
    """Otherwise the search below would prove nothing."""
    with shop.open_world() as world:
        client = httpx.Client(transport=httpx.WSGITransport(app=create_app(world)), base_url="http://sandbox.invalid")
        form = {"grant_type": "password", "username": "owner@sandbox.example", "password": "sandbox"}
        token = client.post("/oauth/token", data=form).json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        world.data["rate_limited"] = False
        raw = ""
        for mode in MODES:
            set_value(world, "Testveien 1", setting="authentication.mode", value=mode)
            raw += "\n".join(answer.text for answer in _everything(client))

        refusals = [_refusal(client, world, body) for body in ("json", "html")]

    for place in PLACES:
        assert re.search(rf'"{place}": ?\[?"[^"]*CANARY', raw), f"no canary in {place}"
    for state in (*STATES, *STATES_OF_DEVICES):
        assert f"CANARY-state-{state}" in raw, f"no canary in state {state}"
    for text in refusals:
        assert re.search(r"CANARY-\w+@people\.example", text), "no address in a refusal"
        assert "https://CANARY-user:CANARY-pass@hooks.paycharge.example/x?token=CANARY-query" in text
    assert re.search(r'"Code": 505, "Details": "[^"]{170,}CANARY-tail"', refusals[0])
    assert "CANARY-page for" in refusals[1]


def _refusal(client: httpx.Client, world: World, body: str) -> str:
    script_fault(world, fault("error-before", body=body))
    return client.get("/api/installation").text


def _everything(client: httpx.Client) -> Iterable[httpx.Response]:
    sites = client.get("/api/installation?PageSize=100").json()["Data"]
    chargers = client.get("/api/chargers?PageSize=100").json()["Data"]
    yield client.get("/api/installation?PageSize=100")
    yield client.get("/api/chargers?PageSize=100")
    for site in sites:
        yield client.get(f"/api/installation/{site['Id']}?DetailLevel=3")
        yield client.get(f"/api/installation/{site['Id']}/messagingConnectionDetails")
    for charger in chargers:
        yield client.get(f"/api/chargers/{charger['Id']}")
        yield client.get(f"/api/chargers/{charger['Id']}/state")


def test_nothing_leaks_from_a_whole_working_day(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command at the highest verbosity, with failures; then all output and every file is searched."""
    monkeypatch.setenv("RECONCILER_VERBOSE", "2")
    with shop.open_world() as world:
        for site in world.data["installations"].values():  # shipped ones are plausible, for lists
            site["fields"]["ZipCode"] = "CANARY-zip"
    said = "".join(_working_day(shop))

    written = {path: path.read_text(errors="replace") for path in _written(shop.folder)}
    assert any(path.name == "journal.jsonl" for path in written)
    assert any(path.name == "worksheet.html" for path in written)
    assert {scripted["times"] for scripted in shop.world().data["faults"]} == {0}, "a failure was never met"
    for place, text in {**written, Path("output"): said}.items():
        _assert_clean(text, place)
    for code in ("Code 529 (InvalidFormat)", "Code 505 (OperationFailedForUnknownReasons)"):
        told = f"{code}: Operation failed for"
        assert any(told in text for text in written.values()), "no refusal was told: the search would prove nothing"


def _assert_clean(text: str, place: Path) -> None:
    assert "CANARY" not in text, f"a canary in {place}"
    for secret in (*SECRETS.values(), "Bearer ", "access_token", "canary"):
        assert secret not in text, f"a secret in {place}"
    addresses = set(ADDRESS.findall(text))
    assert not addresses, f"an address in {place}"
    for _, email, name, _ in people():
        assert email not in text, f"an address in {place}"
        assert name not in text, f"a person's name in {place}"


def _working_day(shop: Shop) -> Iterable[str]:
    faults = (
        ("error-before", "--path", "/api/chargers/*", "--body", "json", "--times", "2"),
        ("error-after", "--method", "PUT", "--body", "html"),
        ("changed-type", "--path", "/api/installation/*", "--times", "2"),
        ("lost-answer-after", "--method", "POST", "--path", "/api/chargers/*"),
    )
    before: list[tuple[str, ...]] = [
        ("-vv", "validate", "--report", "json=v.json", "--report", "markdown=v.md"),
        ("-vv", "plan", "--out", "plan.json", "--report", "markdown=plan.md", "--report", "text=plan.txt"),
        ("show", "plan.json", "--format", "markdown"),
        *(("sandbox", "fault", *fault) for fault in faults),
    ]
    after: list[tuple[str, ...]] = [
        ("-vv", "apply", "plan.json", "--report", "json=result.json", "--report", "markdown=result.md"),
        *(step for mode in MODES for step in _in_mode(mode)),
        ("-vv", "apply", "--yes", "--format", "json"),
        ("-vv", "plan", "--format", "json"),
        ("explain", "fleet/installations/work/havnen-kontor.yaml"),
        ("attest", "fleet/installations/homes/elveveien-12.yaml", "--by", "KL"),
        ("sandbox", "outbox"),
        ("sandbox", "log"),
    ]
    yield from _outputs(shop, before)
    with shop.open_world() as world:
        for refusal in REFUSALS:
            script_fault(world, refusal)
    yield from _outputs(shop, after)


def _outputs(shop: Shop, commands: Iterable[tuple[str, ...]]) -> Iterable[str]:
    for command in commands:
        ended = shop.run(*command)
        assert "internal error" not in ended.err, ended.err
        yield ended.out + ended.err


def _in_mode(mode: str) -> Iterable[tuple[str, ...]]:
    """The installation that carries credentials in its URLs, in one mode, and a plan that reads it."""
    yield ("sandbox", "set", "Testveien 1", f"authentication.mode={mode}")
    yield ("-vv", "plan", "--format", "json")


def _written(folder: Path) -> list[Path]:
    """Every file but the sandbox's own world, which is the other side."""
    own = folder / ".reconciler"
    worlds = set(own.glob("sandbox*"))
    return [path for path in folder.rglob("*") if path.is_file() and path not in worlds]
