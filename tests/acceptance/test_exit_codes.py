"""What the process tells its caller."""

from tests.acceptance.conftest import Shop

READABLE = "fleet/installations/public/kaia-p-hus.yaml"


class TestExitCodes:
    def test_a_readable_selection_that_differs_ends_with_2(self, shop: Shop) -> None:
        """A pipeline can tell "there is something to do" from "all well"."""
        ended = shop.plan(READABLE, "--detailed-exitcode")

        assert (ended.code, ended.document["exit"]["conditions"]) == (2, ["differences"])

    def test_differences_alone_are_no_failure_without_the_option(self, shop: Shop) -> None:
        """Somebody who just looks gets 0."""
        assert shop.plan(READABLE).code == 0

    def test_after_convergence_the_same_selection_ends_with_0(self, shop: Shop) -> None:
        """Apply, then plan: nothing left."""
        applied = shop.apply(READABLE, "--yes")

        again = shop.plan(READABLE, "--detailed-exitcode")

        assert (applied.code, again.code, again.document["changes"]) == (0, 0, [])

    def test_the_whole_fixture_ends_with_4_and_the_coverage_says_why(self, shop: Shop) -> None:
        """A large car park cannot be read, so nobody may believe that all was compared."""
        ended = shop.plan("--detailed-exitcode")

        coverage = ended.document["coverage"]["installations"]
        assert ended.code == 4
        assert (coverage["desired"], coverage["compared"], coverage["unreadable"]) == (10, 9, 1)
        assert "Compared 9 of 10 installations" in ended.out

    def test_a_broken_file_ends_with_3_and_nothing_is_asked_of_the_cloud(self, shop: Shop) -> None:
        """Files first: a mistake in one of them stops everything."""
        shop.edit("installations/public/kaia-p-hus.yaml", "mode: ocppCloud", "mode: ocppClowd")

        ended = shop.plan()

        assert ended.code == 3
        assert "kaia-p-hus.yaml:" in ended.err
        assert shop.log() == []

    def test_a_typing_mistake_in_an_option_ends_with_64(self, shop: Shop) -> None:
        """Click's own 2 would read as "differences"."""
        ended = shop.run("plan", "--detailed-exitcod")

        assert ended.code == 64

    def test_a_typing_mistake_in_a_command_names_the_nearest(self, shop: Shop) -> None:
        """Help where it is needed."""
        ended = shop.run("plann")

        assert ended.code == 64
        assert "plan" in ended.err

    def test_wrong_credentials_against_a_served_sandbox_end_with_6(self, served: tuple[Shop, str]) -> None:
        """And neither user name nor password is shown."""
        shop, url = served
        env = {
            "RECONCILER_SANDBOX_URL": url,
            "ZAPTEC_USERNAME": "nobody@sandbox.example",
            "ZAPTEC_PASSWORD": "wrong-one",
        }

        ended = shop.plan(env=env)

        assert ended.code == 6
        assert "wrong-one" not in ended.out + ended.err
        assert "nobody@" not in ended.out + ended.err

    def test_while_the_world_is_served_an_in_process_plan_ends_with_7(self, served: tuple[Shop, str]) -> None:
        """Two writers of one world would lose each other's work."""
        shop, url = served

        ended = shop.plan()

        assert ended.code == 7
        assert url in ended.err

    def test_apply_without_a_terminal_and_without_yes_ends_with_64(self, shop: Shop) -> None:
        """Nobody was asked, so nothing is written."""
        ended = shop.apply(READABLE)

        assert ended.code == 64
        assert not [entry for entry in shop.log() if entry["effect"]]
