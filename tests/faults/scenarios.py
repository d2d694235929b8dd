"""What the faults meet: small applies that an operator would recognise."""

from collections.abc import Mapping

from tests.faults import homes, shared_sites
from tests.faults.situation import Scenario
from tests.faults.taken_back import taken_back

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        name="handover", title="a home goes to an owner who has an account; our group leaves last", make=homes.handover
    ),
    Scenario(name="invitation", title="a home goes to an owner who is invited; our group waits", make=homes.invitation),
    Scenario(name="side-by-side", title="three homes side by side", make=homes.side_by_side),
    Scenario(name="waves", title="three homes in waves of 1 and the rest", make=homes.in_waves),
    Scenario(name="webhooks", title="another back end for webhooks, with a secret", make=homes.webhooks),
    Scenario(name="swap", title="two chargers of an unbalanced circuit swap their limits", make=shared_sites.swap),
    Scenario(name="breaker", title="one site gets a smaller breaker, another a larger one", make=shared_sites.breaker),
    Scenario(
        name="leaving",
        title="leaving native OCPP, with stand-alone and higher limits after it",
        make=shared_sites.leaving_native,
    ),
    Scenario(
        name="entering",
        title="entering native OCPP, with lower limits before it",
        make=shared_sites.entering_native,
    ),
    Scenario(
        name="offline", title="limits on an unbalanced circuit with one charger off line", make=shared_sites.offline
    ),
    Scenario(name="new-board", title="a new board: grants, other roles, revocations", make=shared_sites.new_board),
    Scenario(name="own-chargers", title="rights on single chargers change hands", make=shared_sites.own_chargers),
    Scenario(name="portal", title="modes in the Portal, limits and stand-alone by calls", make=shared_sites.portal),
    Scenario(name="rollback", title="a run of all kinds of changes is taken back", make=taken_back),
)
BY_NAME: Mapping[str, Scenario] = {scenario.name: scenario for scenario in SCENARIOS}
