"""Pull requests in a real git repository: what they bring, what was there before, and policy that waits."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from reconciler.loading.documents import read_plan
from reconciler.report.comment import plan_comment
from tests.acceptance.conftest import Ended, Shop

BAKKEGATA = "installations/homes/bakkegata-7.yaml"


class Repository:
    """The shipped fleet on a branch `main`, a snapshot beside it, and pull requests on top."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "bot@users.example")
        self.git("config", "user.name", "bot")
        (shop.folder / ".gitignore").write_text("/.reconciler/\n*.json\n")
        self.commit("first")
        assert shop.run("snapshot", "--out", "snapshot.json").code == 4

    def git(self, *arguments: str) -> str:
        """One git command here."""
        done = subprocess.run(["git", *arguments], cwd=self.shop.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, why: str) -> str:
        """Everything as it is now."""
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", why)
        return self.git("rev-parse", "HEAD")

    def plan(self, *arguments: str) -> Ended:
        """The plan of what is checked out, compared with main."""
        return self.shop.plan("--snapshot", "snapshot.json", "--base", "main", *arguments)


@pytest.fixture
def repository(shop: Shop) -> Repository:
    """On a branch of its own."""
    made = Repository(shop)
    made.git("checkout", "-q", "-b", "feature")
    return made


def causes(document: dict[str, Any]) -> dict[str, int]:
    """How many changes of each cause."""
    found = [change["cause"] for change in document["changes"]]
    return {cause: found.count(cause) for cause in sorted({*found})}


WARNED = "This changes policy that counts only after the merge; this plan was made with the policy of the base"


def check_head(repository: Repository, *, kinds: str, lines: list[str]) -> None:
    """The text, the Markdown and the comment begin with the policy that changes, before anything about chargers."""
    text = repository.plan("--out", "headed.json").out.splitlines()
    markdown = repository.shop.run("show", "headed.json", "--format", "markdown").out.splitlines()
    comment = plan_comment(read_plan(repository.shop.folder / "headed.json")).splitlines()

    folded = " ".join(" ".join(text).split())  # a line that is wider than the terminal goes on in the next
    told = " ".join(f"Policy {line}" for line in lines)
    assert text[0].startswith("Plan for fleet")
    assert folded.removeprefix(" ".join(text[0].split())).lstrip().startswith(f"{told} {WARNED} Snapshot ")
    assert markdown[0].startswith("### Plan: ")
    assert markdown[1:5] == ["", "> [!WARNING]", f"> **Policy:** {kinds}. {WARNED}. It needs a code owner.", ""]
    assert [_plain(line) for line in markdown[5 : 5 + len(lines)]] == [f"- {line}" for line in lines]
    assert markdown[5 + len(lines)] == ""
    assert comment[0] == "<!-- reconciler:plan -->"
    assert comment[1 : 6 + len(lines)] == markdown[: 5 + len(lines)]


def _plain(line: str) -> str:
    """Without the backslashes and the code that keep a name from acting in Markdown."""
    return re.sub(r"\\(?=\W)|`", "", line)


def test_an_empty_pull_request_brings_nothing(repository: Repository) -> None:
    """Whatever differs was there before."""
    document = repository.plan().document

    assert set(causes(document)) == {"already pending on base"}
    commit = repository.git("rev-parse", "main")
    assert document["base"] == {"commit": commit, "applied": None, "no_longer_managed": []}
    assert document["withdrawn"] == []
    assert document["policy_changes"] == []


def test_a_changed_value_is_of_this_pull_request(repository: Repository) -> None:
    """One limit moves; everything else stays with the base."""
    before = repository.plan().document
    repository.shop.edit(BAKKEGATA, r"maxCurrent: \d+", "maxCurrent: 20")

    document = repository.plan().document

    new = [change for change in document["changes"] if change["cause"] == "this pull request"]
    assert [(one["setting"], one["after"], one["file"]) for one in new] == [("maxCurrent", 20, f"fleet/{BAKKEGATA}")]
    assert causes(document)["already pending on base"] == len(before["changes"]) - 1


def test_what_the_base_wants_and_the_pull_request_does_not_is_withdrawn(repository: Repository) -> None:
    """A file that goes takes its wishes along, and the reviewer sees which."""
    (repository.shop.folder / "fleet" / BAKKEGATA).unlink()

    document = repository.plan().document

    assert document["withdrawn"]
    assert {change["name"] for change in document["withdrawn"]} == {"Bakkegata 7"}
    assert not [change for change in document["changes"] if change["name"] == "Bakkegata 7"]


def test_a_pull_request_that_only_deletes_a_file_is_headed_by_what_nobody_manages_any_more(
    repository: Repository,
) -> None:
    """It changes nothing at the chargers, and yet what happens there afterwards is nobody's any more."""
    file = repository.shop.folder / "fleet" / BAKKEGATA
    identity = re.findall(r"^id: (\S+)", file.read_text(), re.MULTILINE)[0]
    file.unlink()

    ended = repository.plan("--out", "plan.json")
    comment = repository.shop.run("show", "plan.json", "--format", "markdown").out

    assert ended.document["base"]["no_longer_managed"] == [{"installation": identity, "name": "Bakkegata 7"}]
    title, _, warning = comment.splitlines()[:3]
    assert "1 installation no longer managed; this pull request" in title
    assert warning == "> [!WARNING]"
    assert "**No longer managed:** Bakkegata 7." in comment.splitlines()[3]


def test_a_file_that_moves_is_managed_as_before(repository: Repository) -> None:
    """The id counts, not the place."""
    fleet = repository.shop.folder / "fleet"
    (fleet / BAKKEGATA).rename(fleet / "installations" / "elsewhere.yaml")

    assert repository.plan().document["base"]["no_longer_managed"] == []


def test_what_was_applied_and_differs_again_is_drift(repository: Repository) -> None:
    """Only what the base wants since the last apply is still pending."""
    applied = repository.git("rev-parse", "main")
    repository.git("checkout", "-q", "main")
    repository.shop.edit(BAKKEGATA, r"maxCurrent: \d+", "maxCurrent: 20")
    repository.commit("raise")
    repository.git("checkout", "-q", "-B", "feature")

    document = repository.plan("--applied", applied).document

    pending = [change for change in document["changes"] if change["cause"] == "already pending on base"]
    assert [(one["name"], one["setting"], one["after"]) for one in pending] == [("Bakkegata 7", "maxCurrent", 20)]
    assert set(causes(document)) == {"already pending on base", "drift"}


def test_a_pull_request_that_edits_guards_is_headed_by_it(repository: Repository) -> None:
    """Its own plan is still judged by the guards of the base."""
    repository.git("checkout", "-q", "main")
    repository.shop.edit("fleet.yaml", r"maxChangedInstallations: \d+", "maxChangedInstallations: 1")
    repository.commit("careful")
    repository.git("checkout", "-q", "-B", "feature")
    repository.shop.edit("fleet.yaml", r"maxChangedInstallations: \d+", "maxChangedInstallations: 500")

    ended = repository.plan()

    change = {"kind": "guard", "subject": "maxChangedInstallations", "before": "1", "after": "500"}
    lines = (repository.shop.folder / "fleet" / "fleet.yaml").read_text().splitlines()
    place = {"file": "fleet/fleet.yaml", "line": lines.index("  maxChangedInstallations: 500") + 1}
    assert ended.document["policy_changes"] == [change | place]
    assert ended.code == 5
    check_head(repository, kinds="1 guard", lines=["guard maxChangedInstallations: 1 → 500"])


def test_a_pull_request_cannot_acknowledge_its_own_guard(repository: Repository) -> None:
    """The refusal stays until the acknowledgement is merged."""
    refused = [one for one in repository.plan().document["refusals"] if one["liftable"] and one["installation"]]
    guard, site = refused[0]["guard"], refused[0]["installation"]
    file = next(
        path
        for path in (repository.shop.folder / "fleet" / "installations").rglob("*.yaml")
        if site in path.read_text()
    )
    file.write_text(
        f"{file.read_text()}\nacknowledge:\n  - {{guard: {guard}, by: KL, reason: trust me, until: 2030-01-01}}\n"
    )

    document = repository.plan().document

    assert (guard, site) in {(one["guard"], one["installation"]) for one in document["refusals"]}
    assert [one["kind"] for one in document["policy_changes"]] == ["acknowledgement"]
    assert repository.shop.plan("--snapshot", "snapshot.json").document["refusals"] != document["refusals"]
    where = f"{guard} at {refused[0]['name']} ({site})"
    line = f"acknowledgement {where}: nothing → until 2030-01-01, by KL: trust me"
    check_head(repository, kinds="1 acknowledgement", lines=[line])


def test_a_pull_request_that_points_a_secret_at_the_login_is_stopped(repository: Repository) -> None:
    """No file of a fleet can name the password of the login."""
    repository.shop.edit("installations/public/kaia-p-hus.yaml", r"env: FLEET_SECRET_\w+", "env: ZAPTEC_PASSWORD")

    ended = repository.plan()

    assert ended.code == 3
    assert re.findall(r"\b[EW]\d{3}\b", ended.err) == ["E223"]
    assert re.search(r"kaia-p-hus\.yaml:\d+:\d+ E223 \S+\.secretRef\.env: ", ended.err)
    assert ended.out == ""
    assert ended.document == {}


def test_a_pull_request_that_switches_the_cloud_is_headed_by_it(repository: Repository) -> None:
    """The plan is still one of the sandbox."""
    repository.shop.edit("fleet.yaml", "cloud: sandbox", "cloud: zaptec")
    text = (repository.shop.folder / "fleet" / "fleet.yaml").read_text()
    (repository.shop.folder / "fleet" / "fleet.yaml").write_text(
        re.sub(r"(agreement: .*)", r"\1\n    partner: ours", text)
    )

    ended = repository.plan()

    told = {one["subject"]: (one["before"], one["after"]) for one in ended.document["policy_changes"]}
    assert told["cloud of account main"] == ("sandbox", "zaptec")
    assert [one["cloud"] for one in ended.document["accounts"]] == ["sandbox"]
    lines = ["account cloud of account main: sandbox → zaptec", "account partner of account main: sandbox → ours"]
    check_head(repository, kinds="1 account (2 settings)", lines=lines)


def test_a_new_host_counts_only_after_the_merge(repository: Repository) -> None:
    """Allowing a host and using it takes two pull requests."""
    repository.shop.edit("fleet.yaml", "allowedHosts:", "allowedHosts:\n  - ocpp.elsewhere.example")
    repository.shop.edit(
        "installations/public/kaia-p-hus.yaml", r'url: "wss://[^/]+', 'url: "wss://ocpp.elsewhere.example'
    )
    assert repository.shop.run("validate").code == 0

    ended = repository.plan()

    assert ended.code == 3
    assert "E216" in ended.err
    assert "is new in this pull request" in ended.err
    assert "counts only after it is merged" in ended.err


def test_a_new_account_counts_only_after_the_merge(repository: Repository) -> None:
    """Adding an account and using it takes two pull requests; the message says so."""
    repository.shop.edit("fleet.yaml", r"^accounts:", "accounts:\n  second: {cloud: sandbox}")
    file = repository.shop.folder / "fleet" / BAKKEGATA
    file.write_text(re.sub(r"^account:.*\n", "", file.read_text(), flags=re.MULTILINE) + "\naccount: second\n")

    ended = repository.plan()

    assert ended.code == 3
    assert "E020 account: this account is new in this pull request." in ended.err
    assert "counts only after it is merged" in ended.err


def test_bounds_that_differ_far_behind_are_a_change(repository: Repository) -> None:
    """They are compared whole and cut only where they are shown."""
    site = "installations/work/havnen-kontor.yaml"
    long = f"https://hooks.paycharge.example/{'a' * 300}"
    fleet = repository.shop.folder / "fleet" / "fleet.yaml"
    bound = f'{fleet.read_text()}\nfinal:\n  authentication.webhooks.authUrl: {{value: "{long}?"}}\n'
    repository.git("checkout", "-q", "main")
    repository.shop.edit(site, r"authUrl: .*", f"authUrl: {long}b")
    fleet.write_text(bound.replace("?", "b"))
    repository.commit("bound")
    repository.git("checkout", "-q", "-B", "feature")
    fleet.write_text(bound.replace("?", "c"))

    ended = repository.plan()

    assert [one["kind"] for one in ended.document["policy_changes"]] == ["bound"], ended.err


def test_a_new_exception_does_not_hide_anything_yet(repository: Repository) -> None:
    """What it would tolerate stays in the plan."""
    before = repository.plan().document
    change = next(one for one in before["changes"] if one["setting"] == "maxCurrent" and one["charger"])
    path = repository.shop.folder / "fleet" / "exceptions.yaml"
    path.write_text(
        f"version: 1\nexceptions:\n  - {{installation: {change['installation']}, setting: maxCurrent, "
        f"charger: {change['charger']}, ignore: true, until: 2030-01-01, owner: KL, reason: because}}\n"
    )

    document = repository.plan().document

    assert document["digest"] == before["digest"]
    assert [one["kind"] for one in document["policy_changes"]] == ["exception"]


def test_a_base_without_a_fleet_is_an_error(shop: Shop) -> None:
    """There is no policy to plan under, so nothing is planned; the message says how a first fleet comes in."""
    repository = Repository(shop)
    repository.git("checkout", "-q", "--orphan", "start")
    repository.git("rm", "-rq", "--cached", ".")
    repository.git("commit", "-q", "--allow-empty", "-m", "nothing")

    ended = shop.plan("--snapshot", "snapshot.json", "--base", "start")

    assert ended.code == 64
    assert "holds no fleet/fleet.yaml" in ended.err
    assert "without --base" in ended.err
    assert ended.document == {}


@pytest.mark.parametrize("target", ["copy", "copy/../copy", "../{name}/copy"])
def test_a_linked_fleet_cannot_take_the_place_of_the_one_that_was_reviewed(repository: Repository, target: str) -> None:
    """The base has nothing where the link leads, so its policy would count no more."""
    folder = repository.shop.folder
    repository.git("mv", "fleet", "copy")
    (folder / "fleet").symlink_to(target.format(name=folder.name))
    repository.shop.edit("fleet.yaml", r"maxChangedInstallations: \d+", "maxChangedInstallations: 500")
    repository.commit("link")

    ended = repository.plan()

    assert ended.code == 3
    assert "fleet E012 a symlink" in ended.err
    assert "Replace it" in ended.err
    assert ended.document == {}


def test_a_link_to_the_outside_is_no_fleet_of_the_pull_request(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Not even when another repository lies there, whose commits have the same names."""
    other = tmp_path_factory.mktemp("other")
    shutil.copytree(repository.shop.folder, other, dirs_exist_ok=True)
    shutil.rmtree(repository.shop.folder / "fleet")
    (repository.shop.folder / "fleet").symlink_to(other / "fleet")

    ended = repository.plan()

    assert ended.code == 3
    assert "fleet E012 a symlink" in ended.err


def test_a_folder_above_the_fleet_cannot_be_a_link_either(repository: Repository) -> None:
    """`sub/fleet` is looked for at `sub/fleet` of the base, or not at all."""
    (repository.shop.folder / "sub").symlink_to(".")
    repository.commit("link above")

    ended = repository.shop.run("--fleet", "sub/fleet", "plan", "--snapshot", "snapshot.json", "--base", "main")

    assert ended.code == 3
    assert "sub E012 a symlink" in ended.err


def test_a_repository_inside_the_repository_has_no_say(repository: Repository) -> None:
    """A fleet that became a repository of its own would bring its own base."""
    folder = repository.shop.folder / "fleet"
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "mine"]):
        identity = ["-c", "user.email=bot@users.example", "-c", "user.name=bot"]
        subprocess.run(["git", *identity, *command], cwd=folder, check=True)

    ended = repository.plan()

    assert ended.code == 64
    assert "another repository" in ended.err


def test_a_deleted_fleet_is_no_plan(repository: Repository) -> None:
    """A pull request that takes the whole folder away is told so."""
    shutil.rmtree(repository.shop.folder / "fleet")

    ended = repository.plan()

    assert ended.code == 3
    assert "E019" in ended.err


def test_a_link_above_the_repository_is_nobodys_trick(
    repository: Repository, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Work folders lie behind links on many machines; only what a pull request could have brought is refused."""
    way = tmp_path_factory.mktemp("way") / "link"
    way.symlink_to(repository.shop.folder)

    ended = repository.shop.run("--fleet", str(way / "fleet"), "plan", "--snapshot", "snapshot.json", "--base", "main")

    assert ended.code == 4, ended.err


@pytest.mark.parametrize(
    "reference",
    [
        "--upload-pack=touch pwned",
        "-h",
        "main\nmain",
        "",
        " main",
        "nowhere",
        "main..feature",
        "a" * 300,
        "HEAD^{tree}",
    ],
)
def test_a_hostile_reference_is_a_usage_error(repository: Repository, reference: str) -> None:
    """Git never hears of it as an option."""
    ended = repository.shop.run("plan", "--snapshot", "snapshot.json", f"--base={reference}")

    assert ended.code == 64
    assert not (repository.shop.folder / "pwned").exists()


def test_a_base_with_an_ended_exception_can_be_repaired(repository: Repository) -> None:
    """The base is judged as on the day of its commit; otherwise nobody could plan the repair."""
    path = repository.shop.folder / "fleet" / "exceptions.yaml"
    text = path.read_text()
    site = json.loads((repository.shop.folder / "snapshot.json").read_text())["installations"][1]["id"]
    repository.git("checkout", "-q", "main")
    path.write_text(
        f"version: 1\nexceptions:\n  - {{installation: {site}, setting: authentication.mode, ignore: true, "
        "until: 2026-01-31, owner: KL, reason: because}\n"
    )
    repository.git("add", "-A")
    subprocess.run(
        ["git", "commit", "-q", "-m", "tolerate"],
        cwd=repository.shop.folder,
        check=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "GIT_COMMITTER_DATE": "2026-01-05T12:00:00Z"},
    )
    assert repository.shop.run("validate").code == 3
    repository.git("checkout", "-q", "-B", "feature")
    path.write_text(text)

    ended = repository.plan()

    assert ended.code == 4, ended.err
    assert [one["kind"] for one in ended.document["policy_changes"]] == ["exception"]


def test_a_broken_base_names_its_own_files(repository: Repository) -> None:
    """The message says that it is about the base, and where in it."""
    repository.git("checkout", "-q", "main")
    repository.shop.edit(BAKKEGATA, r"maxCurrent: \d+", "maxCurrent: 3")
    repository.commit("break")
    repository.git("checkout", "-q", "-B", "feature")
    repository.shop.edit(BAKKEGATA, r"maxCurrent: \d+", "maxCurrent: 16")

    ended = repository.plan()

    assert ended.code == 3
    assert f"fleet/{BAKKEGATA}" in ended.err
    assert "the base (" in ended.err
    assert "reconciler-" not in ended.err

    annotated = repository.plan("--format", "github").out.splitlines()[0]
    assert annotated.startswith("::error title=E")  # GitHub knows no file of another commit
    assert "::the base (" in annotated
    assert f"fleet/{BAKKEGATA}:" in annotated


def test_the_live_plan_can_be_compared_too(repository: Repository) -> None:
    """The same live state for both sides, and the same causes."""
    repository.shop.edit(BAKKEGATA, r"maxCurrent: \d+", "maxCurrent: 20")
    offline = repository.plan().document

    live = repository.shop.plan("--base", "main").document

    assert live["digest"] == offline["digest"]
    assert causes(live) == causes(offline)
    assert live["snapshot"] is None


def test_applied_needs_a_base(repository: Repository) -> None:
    """Alone it would mean nothing."""
    assert repository.shop.run("plan", "--applied", "main").code == 64


def test_a_compared_plan_reads_back_as_the_same(repository: Repository) -> None:
    """`show` gives the same document again."""
    repository.shop.edit(BAKKEGATA, r"maxCurrent: \d+", "maxCurrent: 20")
    repository.shop.edit("fleet.yaml", r"maxChangedInstallations: \d+", "maxChangedInstallations: 26")
    repository.shop.run("plan", "--snapshot", "snapshot.json", "--base", "main", "--out", "plan.json")
    text = (repository.shop.folder / "plan.json").read_text()

    ended = repository.shop.run("show", "plan.json", "--format", "json")

    assert ended.out == text


def test_links_of_the_base_do_not_lead_out(repository: Repository, tmp_path: Path) -> None:
    """A link to somewhere else is a problem of the base, and nothing there is read."""
    repository.git("checkout", "-q", "main")
    (repository.shop.folder / "fleet" / "installations" / "out.yaml").symlink_to("/etc/passwd")
    repository.commit("link")
    repository.git("checkout", "-q", "-B", "feature")
    (repository.shop.folder / "fleet" / "installations" / "out.yaml").unlink()

    ended = repository.plan()

    assert ended.code == 3
    assert "E012" in ended.err
    assert "root:" not in ended.err
