"""`adopt --all` for a whole account: one file each, what they share factored out, and nothing else changed."""

from tests.acceptance.conftest import Ended, Shop
from tests.acceptance.test_adopt import conforms

SITES = 200


def without_files(shop: Shop) -> None:
    """The fleet as it is before anything is adopted; its profiles stay."""
    for file in (shop.folder / "fleet" / "installations").rglob("*.yaml"):
        file.unlink()


def lines(shop: Shop) -> int:
    """Of all files of the fleet."""
    return sum(path.read_text().count("\n") for path in (shop.folder / "fleet").rglob("*.yaml"))


def texts(shop: Shop) -> dict[str, str]:
    """All files of the fleet."""
    folder = shop.folder / "fleet"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.yaml")}


def adopted_profiles(shop: Shop) -> list[str]:
    """Names of the profiles that adopting has made."""
    return sorted(path.stem for path in (shop.folder / "fleet" / "profiles").glob("adopted-*.yaml"))


def everything_alike(shop: Shop) -> None:
    """A world in which all installations authorise alike and nobody can read who has access."""
    assert shop.run("sandbox", "seed", "--installations", "12", "--chargers", "20").code == 0
    with shop.open_world() as world:
        for site in world.data["installations"].values():
            site["fields"]["AuthenticationType"] = 0
            site["fields"]["IsRequiredAuthentication"] = True
    shop.edit("fleet.yaml", r"      permissions: partner\n", "")


class TestAWholeAccount:
    def test_200_installations_share_what_they_can_and_plan_to_zero(self, shop: Shop) -> None:
        """One file each; every file is valid, the plan is empty, and the lines saved are those that are told."""
        shop.run("sandbox", "seed", "--installations", str(SITES), "--chargers", "500")
        without_files(shop)
        before = lines(shop)
        apart = shop.run("adopt", "--all", "--dry-run", "--layout", "files", report=True)

        ended = shop.run("adopt", "--all", "--yes", report=True)
        plan = shop.plan("--detailed-exitcode")

        profiles = ["adopted-native-1", "adopted-native-2", "adopted-ocpp-cloud", "adopted-shared"]
        assert adopted_profiles(shop) == profiles
        assert (plan.code, plan.document["changes"]) == (0, [])
        assert plan.document["coverage"]["installations"]["compared"] == SITES
        assert conforms(ended.document)
        assert len(ended.document["files"]) == SITES
        assert ended.document["summary"]["lines_saved"] == before + added(apart) - lines(shop) > 1000
        assert shop.run("validate").code == 0

    def test_the_text_tells_what_was_factored_out(self, shop: Shop) -> None:
        """Which layer, for how many, and how many lines it saved; a report tells the same again."""
        shop.run("sandbox", "seed", "--installations", "40", "--chargers", "60")
        without_files(shop)

        ended = shop.run("adopt", "--all", "--yes", report=True)
        shown = shop.run("show", f"report-{shop.counter}.json")

        told = " ".join(ended.out.split())
        saved = ended.document["summary"]["lines_saved"]
        count = len(ended.document["files"]) + len(ended.document["shared"])
        assert f"{count} files to write" in told
        assert "Factored out: profile adopted-" in told
        assert f"{saved} lines saved (--layout files keeps each file on its own)" in told
        written = [line for line in ended.err.splitlines() if line.startswith("written")]
        assert "fleet/profiles/adopted-" in written[0]
        assert f"{saved} lines saved" in " ".join(shown.out.split())

    def test_what_all_of_a_new_fleet_have_becomes_a_default(self, shop: Shop) -> None:
        """Beside the defaults that are there; comments of fleet.yaml stay."""
        everything_alike(shop)
        without_files(shop)
        before = (shop.folder / "fleet/fleet.yaml").read_text()

        ended = shop.run("adopt", "--all", "--yes", report=True)
        after = (shop.folder / "fleet/fleet.yaml").read_text()

        assert [one["profile"] for one in ended.document["shared"]] == [None]
        assert [line for line in after.splitlines() if line not in before.splitlines()] == [
            "  authentication: {mode: native, authorizationRequired: true}"
        ]
        assert "defaults, shared by 12 installations" in " ".join(ended.out.split())
        assert shop.plan().document["changes"] == []

    def test_a_fleet_with_files_keeps_its_defaults(self, shop: Shop) -> None:
        """A default would reach them too, so the new ones share a profile."""
        everything_alike(shop)
        without_files(shop)
        shop.run("adopt", "--all", "--yes", "--layout", "files")
        written = sorted((shop.folder / "fleet/installations").glob("*.yaml"))
        for path in written[1:]:
            path.unlink()
        before = texts(shop)

        shop.run("adopt", "--all", "--yes")

        assert {path: text for path, text in texts(shop).items() if path in before} == before
        assert len(adopted_profiles(shop)) == 1

    def test_each_file_on_its_own_when_asked(self, shop: Shop) -> None:
        """No profile, no default, and the same plan."""
        shop.run("sandbox", "seed", "--installations", "40", "--chargers", "60")
        without_files(shop)

        ended = shop.run("adopt", "--all", "--yes", "--layout", "files", report=True)

        assert (adopted_profiles(shop), ended.document["shared"]) == ([], [])
        assert "Factored out" not in ended.out
        assert shop.plan("--detailed-exitcode").code == 0

    def test_the_same_world_gives_the_same_files(self, shop: Shop) -> None:
        """Whatever comes first in the answers of the cloud."""
        shop.run("sandbox", "seed", "--installations", "40", "--chargers", "60")
        without_files(shop)
        shop.run("adopt", "--all", "--yes")
        first = texts(shop)
        for path in first:
            if path.startswith(("installations/", "profiles/adopted-")):
                (shop.folder / "fleet" / path).unlink()
        with shop.open_world() as world:
            turned = [*reversed(world.data["installations"].items())]
            world.data["installations"].clear()
            world.data["installations"].update(turned)

        shop.run("adopt", "--all", "--yes")

        assert texts(shop) == first

    def test_a_layer_that_is_there_already_stops_everything(self, shop: Shop) -> None:
        """A link out of the fleet stands where the profile would: nothing is written through it."""
        shop.run("sandbox", "seed", "--installations", "40", "--chargers", "60")
        without_files(shop)
        (shop.folder / "outside").mkdir()
        (shop.folder / "fleet/profiles/adopted-shared.yaml").symlink_to(shop.folder / "outside" / "x.yaml")

        ended = shop.run("adopt", "--all", "--yes")

        assert ended.code != 0
        assert [*(shop.folder / "outside").iterdir()] == []


def added(ended: Ended) -> int:
    """Lines that a report would add to the fleet."""
    files = (one["diff"].splitlines() for one in ended.document["files"])
    return sum(line.startswith("+") and not line.startswith("+++") for file in files for line in file)
