"""Which cloud each account means, as the CI pins it."""

import os
from collections.abc import Sequence

from reconciler.errors import UsageProblemError
from reconciler.model.desired import Account


def check_pins(accounts: Sequence[Account]) -> None:
    """RECONCILER_ACCOUNTS=main:zaptec says in CI which cloud an account means, whatever the files say.

    Raises:
        UsageProblemError: A file says otherwise, or an account is not pinned.
    """
    text = os.environ.get("RECONCILER_ACCOUNTS", "")
    if not text:
        return
    pins = dict(part.split(":", 1) for part in text.replace(" ", "").split(",") if ":" in part)
    for account in accounts:
        if pins.get(account.name) != account.cloud.value:
            raise UsageProblemError(
                f"account {account.name} means the cloud {account.cloud.value} in fleet.yaml, "
                f"but RECONCILER_ACCOUNTS says {pins.get(account.name, 'nothing about it')}",
                where="RECONCILER_ACCOUNTS",
                remedy="someone changed which cloud an account means; review fleet.yaml before going on",
            )
