"""Several accounts: each has its own login, rate and lock, and may see what another sees as well."""

from tests.acceptance.conftest import Shop

KAIA = "installations/public/kaia-p-hus.yaml"


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
