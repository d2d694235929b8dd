"""People are ids in git; their addresses come from a directory outside it."""

from tests.acceptance.conftest import Shop

SITE = "fleet/installations/homes/elveveien-12.yaml"
DIRECTORY = "id,email,name,language\nc-88121,KARI.nordmann@people.example,Kari,no\n"


class TestPeople:
    def test_an_address_matches_whatever_its_capitals(self, shop: Shop) -> None:
        """The operator's own directory counts, also for the sandbox."""
        (shop.folder / "people.csv").write_text(DIRECTORY)
        for path in sorted((shop.folder / "fleet" / "installations").rglob("*.yaml")):
            if path.name != "elveveien-12.yaml":
                path.unlink()

        ended = shop.plan(SITE, env={"FLEET_PEOPLE": "people.csv"})

        assert (ended.code, ended.document["changes"]) == (0, [])

    def test_a_person_who_is_not_in_it_is_a_problem_with_its_line(self, shop: Shop) -> None:
        """A typing mistake in an id would otherwise invite nobody."""
        (shop.folder / "people.csv").write_text(DIRECTORY)

        ended = shop.run("validate", env={"FLEET_PEOPLE": "people.csv"})

        assert ended.code == 3
        assert "E231" in ended.out
        assert "fjellveien-3.yaml:" in ended.out
        assert "@" not in ended.out + ended.err
