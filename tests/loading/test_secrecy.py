"""Whatever stands in a file, a message never repeats a secret or an address."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import InvalidDocumentError
from reconciler.loading.drift_parts import read_drift
from reconciler.loading.snapshot import read_snapshot
from reconciler.loading.snapshot_rows import CONTENT
from reconciler.model.desired import Cloud
from reconciler.model.digest import digest_of
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import PlanAccount
from reconciler.model.snapshot import Snapshot
from reconciler.report.json_document import to_text
from reconciler.report.json_drift import drift_document
from reconciler.report.json_snapshot import snapshot_document
from tests import builders
from tests.loading.fleets import FLEET, HEAD, HERE, load
from tests.report.drift_samples import EVERY_KIND

SECRET = "CANARY-tr0ub4dor&3"
ADDRESS = "ola.canary@people.example"

PLACES = [
    "authentication: {{ocppCloud: {{initialPassword: '{0}'}}}}\n",
    "authentication: {{ocppCloud: {{initialPassword: {{secretRef: '{0}'}}}}}}\n",
    "authentication: {{ocppCloud: {{initialPassword: {{secretRef: {{env: '{0}'}}}}}}}}\n",
    "authentication: {{ocppCloud: {{initialPassword: {{secretRef: {{file: '{0}'}}}}}}}}\n",
    "authentication: {{ocppCloud: {{initialPassword: {{secretRef: {{'{0}': x}}}}}}}}\n",
    "authentication: {{ocppCloud: {{initialPassword: {{'{0}': x}}}}}}\n",
    "authentication: {{ocppCloud: {{initialPassword: ['{0}']}}}}\n",
    "authentication: {{webhooks: {{authPayload: 'grant_type=x&client_secret={0}'}}}}\n",
    "authentication: {{webhooks: {{authUrl: 'https://me:{0}@hooks.paycharge.example/'}}}}\n",
    "authentication: {{webhooks: {{authUrl: 'https://hooks.paycharge.example/?token={0}'}}}}\n",
    "authentication: {{webhooks: {{authUrl: 'https://{0}/'}}}}\n",
    "authentication: {{webhooks: {{authUrl: ['{0}']}}}}\n",
    "authentication: {{ocppNative: {{url: '{0}'}}}}\n",
    "authentication: {{mode: '{0}'}}\n",
    "authentication: {{'{0}': x}}\n",
    "'{0}': x\n",
    "account: '{0}'\n",
    "profiles: ['{0}']\n",
    "unmanaged: ['{0}']\n",
    "chargers: {{'{0}': {{}}}}\n",
    "chargers: {{ZAP012345: {{maxCurrent: '{0}'}}}}\n",
    "permissions: {{entries: [{{user: '{0}', roles: [user]}}]}}\n",
    "permissions: {{entries: [{{user: 'person:{0}', roles: ['{0}']}}]}}\n",
    "permissions: {{entries: [{{userGroup: '{0}', roles: [user]}}]}}\n",
    "acknowledge: [{{guard: '{0}', by: '{0}', reason: x, until: '{0}'}}]\n",
    "labels: {{a: '{0}'}}\nlabels: x\n",
    "# {0}\nlabels: [\n",
    "labels: {{a: '{0}'\n",
    "labels: {{a: !{0} b}}\n",
    "labels: &{0} x\n",
]


@pytest.mark.parametrize("canary", [SECRET, ADDRESS], ids=["secret", "address"])
@pytest.mark.parametrize("place", PLACES)
def test_an_installation_file_keeps_its_secrets(tmp_path: Path, place: str, canary: str) -> None:
    """At every place where people put them by mistake, and also where the file cannot even be parsed."""
    loaded = load(tmp_path, {HERE: HEAD + place.format(canary)})

    told = "".join(str(problem) for problem in loaded.problems)
    assert "canary" not in told.casefold()
    if canary == ADDRESS:
        assert told, "an address anywhere is a problem"


@pytest.mark.parametrize(
    "line",
    [
        "accounts: {{main: {{cloud: sandbox, credentials: '{0}'}}}}\n",
        "accounts: {{main: {{cloud: sandbox, password: '{0}'}}}}\n",
        "accounts: {{main: {{cloud: sandbox, partner: '{0}'}}}}\n",
        "accounts: {{'{0}': {{cloud: sandbox}}}}\n",
        "allowedHosts: ['{0}']\n",
        "final: {{'{0}': {{value: x}}}}\n",
    ],
)
@pytest.mark.parametrize("canary", [SECRET, ADDRESS], ids=["secret", "address"])
def test_fleet_yaml_keeps_its_secrets(tmp_path: Path, line: str, canary: str) -> None:
    """Credentials are often looked for here."""
    text = line.format(canary)
    fleet = (
        "version: 1\n" + text if text.startswith("accounts") else FLEET.replace("allowedHosts", "guards: {} #") + text
    )

    loaded = load(tmp_path, {"fleet.yaml": fleet, HERE: HEAD})

    assert loaded.problems
    assert "canary" not in "".join(str(problem) for problem in loaded.problems).casefold()


_SOME_WORDS = """
version chargers ZAP012345 maxCurrent authentication mode native webhooks permissions entries user person:a roles owner
unmanaged secretRef acknowledge until ocppCloud url wss://ocpp.backend-b.example/{deviceId} initialPassword 16 0 true
null x disabled chargerDefaults profiles p labels standAlone absent userGroup switch env reason 2027-01-31
"""
WORDS = st.sampled_from(_SOME_WORDS.split())
VALUES: st.SearchStrategy[object] = st.recursive(
    WORDS | st.integers(-1, 50) | st.booleans() | st.none() | st.just([]) | st.just({}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


def _yaml(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_yaml(item) for item in value) + "]"
        case bool():
            return str(value).lower()
        case None:
            return "null"
        case _:
            return f"'{value}'" if isinstance(value, str) and not value.isalnum() else str(value)


KEYS = ["authentication", "maxCurrent", "chargerDefaults", "chargers", "permissions", "acknowledge", "switch", "labels"]
KEYS += ["unmanaged", "profiles", "account", "id", "name", "version"]


IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
"""Each example writes all its files again."""


class TestNeverAnException:
    @IN_ONE_FOLDER
    @given(data=st.binary(max_size=200))
    def test_arbitrary_bytes(self, tmp_path: Path, data: bytes) -> None:
        """In every kind of file at once."""
        files: dict[str, str | bytes] = {HERE: data, "profiles/p.yaml": data, "exceptions.yaml": data}

        loaded = load(tmp_path, {**files, "attestations/a.yaml": data})

        assert loaded.problems
        assert loaded.desired is None

    @IN_ONE_FOLDER
    @given(tree=st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6), profile=VALUES)
    def test_known_words_in_wrong_places(self, tmp_path: Path, tree: dict[str, object], profile: object) -> None:
        """Shapes that no rule expects: a list for a map, a number for a text, a hole anywhere."""
        files: dict[str, str | bytes] = {HERE: HEAD + _lines(tree), "profiles/p.yaml": _yaml(profile)}

        loaded = load(tmp_path, {**files, "fleet.yaml": FLEET + f"defaults: {_yaml(profile)}\n"})

        assert (loaded.desired is None) == any(problem.code.startswith("E") for problem in loaded.problems)

    @IN_ONE_FOLDER
    @given(tree=st.dictionaries(st.sampled_from(["version", "accounts", "guards", "final", "allowedHosts"]), VALUES))
    def test_a_strange_fleet_yaml(self, tmp_path: Path, tree: dict[str, object]) -> None:
        """Everything else is still read."""
        loaded = load(
            tmp_path, {"fleet.yaml": _lines(tree) or "{}", HERE: HEAD, "exceptions.yaml": _lines(tree) or "{}"}
        )

        assert loaded.problems


def _lines(tree: dict[str, object]) -> str:
    return "".join(f"{key}: {_yaml(value)}\n" for key, value in tree.items())


@pytest.mark.parametrize("canary", [SECRET, ADDRESS], ids=["secret", "address"])
class TestReasonsOfDocuments:
    """Why something could not be read is a word of ours, and whatever stands there instead is not repeated."""

    def test_in_a_drift_report(self, tmp_path: Path, canary: str) -> None:
        """Also when its fingerprints fit, which do not hold the reason."""
        document = drift_document(EVERY_KIND)
        unread = next(one for one in document["findings"] if one["actual_state"] == "unreadable")
        unread["actual_reason"] = canary
        path = tmp_path / "drift.json"
        path.write_text(to_text(document))

        with pytest.raises(InvalidDocumentError, match="reason") as caught:
            read_drift(path)
        assert "canary" not in str(caught.value).casefold()

    def test_in_a_snapshot(self, tmp_path: Path, canary: str) -> None:
        """Also when its digest fits."""
        document = snapshot_document(_snapshot_of(builders.live(circuits=builders.FORBIDDEN)))
        document["installations"][0]["circuits"]["reason"] = canary
        document["digest"] = digest_of({name: document[name] for name in CONTENT if name in document})
        path = tmp_path / "snapshot.json"
        path.write_text(to_text(document))

        with pytest.raises(InvalidDocumentError, match="reason") as caught:
            read_snapshot(path)
        assert "canary" not in str(caught.value).casefold()


def _snapshot_of(site: ObservedInstallation) -> Snapshot:
    account = PlanAccount(name=builders.MAIN, cloud=Cloud.SANDBOX, rate=5.0)
    return Snapshot(tool_version="1.0", observed=builders.cloud(site), accounts=(account,))
