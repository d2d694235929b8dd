"""Several accounts: each has its own login, rate and lock, and may see what another sees as well."""

from tests.acceptance.conftest import Shop

KAIA = "installations/public/kaia-p-hus.yaml"
UNMANAGED = "0b7f4f6a-33d1-4a52-9c8e-5a1e2d3c4b11"


def two_accounts(shop: Shop) -> None:
    """Kaia P-hus belongs to a second account that sees the same installations."""
    shop.edit(
        "fleet.yaml",
        "^accounts:$",
        "accounts:\n  second:\n    cloud: sandbox\n    routes: {authentication: partner}\n"
        '    agreement: "our own sandbox contract"\n    rate: 5',
    )
    shop.edit(KAIA, "account: main", "account: second")


class TestTwoAccounts:
    def test_each_site_is_read_through_its_own(self, shop: Shop) -> None:
        """That the other account sees it too hides nothing and doubles nothing."""
        one = shop.plan().document
        two_accounts(shop)

        both = shop.plan().document

        assert both["coverage"]["installations"] == one["coverage"]["installations"] | {
            "unmanaged": both["coverage"]["installations"]["unmanaged"]
        }
        assert {(c["installation"], c["setting"]) for c in both["changes"]} == {
            (c["installation"], c["setting"]) for c in one["changes"]
        }
        assert both["summary"]["requests"]["read"] == both["summary"]["requests"]["read_floor"]

    def test_an_apply_over_both_converges(self, shop: Shop) -> None:
        """Side by side, each through its own account."""
        two_accounts(shop)

        ended = shop.apply("Kaia P-hus", "Havnen kontor", "--yes")

        assert ended.code == 0
        assert {one["outcome"] for one in ended.document["outcomes"]} == {"done"}
        assert ended.document["receipt"]["converged"]

    def test_one_account_can_be_chosen(self, shop: Shop) -> None:
        """Only its installations are compared, and that is said."""
        two_accounts(shop)

        ended = shop.plan("--account", "second")

        assert ended.document["coverage"]["installations"]["desired"] == 1
        assert "PARTIAL" in ended.out

    def test_a_pinned_cloud_cannot_be_switched_by_a_file(self, shop: Shop) -> None:
        """CI says which cloud an account means."""
        ended = shop.plan(env={"RECONCILER_ACCOUNTS": "main:zaptec"})

        assert ended.code == 64
        assert shop.log() == []


class TestAdopting:
    def test_what_both_accounts_see_becomes_one_file_of_one_of_them(self, shop: Shop) -> None:
        """The file names its account, and plans to zero."""
        two_accounts(shop)

        ended = shop.run("adopt", "--all", "--yes", report=True)
        plan = shop.plan(UNMANAGED, "--detailed-exitcode")

        assert (ended.code, [file["account"] for file in ended.document["files"]]) == (0, ["main"])
        assert "account: main" in (shop.folder / "fleet/installations/testveien-1.yaml").read_text()
        assert (plan.code, plan.document["changes"]) == (0, [])

    def test_with_one_account_chosen_the_new_file_belongs_to_it(self, shop: Shop) -> None:
        """Files of the other account stay known: nothing gets a second file."""
        two_accounts(shop)

        ended = shop.run("adopt", "--all", "--account", "second", "--yes", report=True)

        assert [(file["account"], file["name"]) for file in ended.document["files"]] == [("second", "Testveien 1")]
        assert shop.run("validate").code == 0

    def test_a_file_is_patched_with_what_its_own_account_sees(self, shop: Shop) -> None:
        """Of two files at once, each of another account."""
        two_accounts(shop)
        for serial in ("ZPR082101", "ZPR081010"):
            shop.run("sandbox", "set", serial, "maxCurrent=10")

        ended = shop.run("adopt", "ZPR082101", "ZPR081010", "--yes", report=True)

        files = {file["account"]: file["adopted"] for file in ended.document["files"]}
        assert {account: [item["charger"] for item in items] for account, items in files.items()} == {
            "main": ["ZPR081010"],
            "second": ["ZPR082101"],
        }
        assert "ZPR082101: {maxCurrent: 10}" in (shop.folder / "fleet" / KAIA).read_text()
