"""Just before a write, a change is valid, already done, or in conflict with somebody else's."""

import pytest

from reconciler.model.change import Change, Target
from reconciler.model.desired import Route
from reconciler.model.value import ABSENT, Absent, Observation, Value
from reconciler.planning.classify import Verdict, classify
from tests.builders import FORBIDDEN, MAIN, NO_CALL, SITE


def change(
    setting: str, before: Observation, after: Value | Absent, *, serial: str | None = None, principal: str | None = None
) -> Change:
    return Change(
        target=Target(account=MAIN, installation_id=SITE, charger=serial, principal=principal),
        installation_name="Solbakken",
        setting=setting,
        before=before,
        after=after,
        route=Route.API,
        file="site.yaml",
        line=1,
    )


LOWERED = change("maxCurrent", 32.0, 16.0, serial="ZAP000001")
SECRET = change("authentication.webhooks.authPayload", ABSENT, "env:FLEET_SECRET_A")
REMOVED = change("permissions", ("user",), ABSENT, principal="person:c-1")
WISH = change("permissions", NO_CALL, ("owner",), principal="person:c-1")


@pytest.mark.parametrize(
    ("one", "now", "verdict"),
    [
        (LOWERED, 32.0, Verdict.VALID),
        (LOWERED, 31.999, Verdict.VALID),
        (LOWERED, 16.0, Verdict.ALREADY),
        (LOWERED, 16.04, Verdict.ALREADY),
        (LOWERED, 20.0, Verdict.CONFLICT),
        (LOWERED, ABSENT, Verdict.CONFLICT),
        (LOWERED, FORBIDDEN, Verdict.UNREADABLE),
        (SECRET, ABSENT, Verdict.VALID),
        (SECRET, "set", Verdict.ALREADY),
        (REMOVED, ("user",), Verdict.VALID),
        (REMOVED, ABSENT, Verdict.ALREADY),
        (REMOVED, ("owner", "user"), Verdict.CONFLICT),
        (WISH, NO_CALL, Verdict.VALID),
        (WISH, ("owner",), Verdict.ALREADY),
        (WISH, FORBIDDEN, Verdict.UNREADABLE),
    ],
)
def test_what_was_read_decides(one: Change, now: Observation, verdict: Verdict) -> None:
    """As the plan saw it: valid; as wanted: already; anything else: conflict; unknown: unreadable."""
    assert classify(one, now) is verdict
