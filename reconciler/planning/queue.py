"""What the cloud still keeps for chargers that are offline.

A value sent to an offline charger is taken over when it comes back, whatever the cloud shows until then.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from reconciler.model.change import Target
from reconciler.model.observed import ObservedInstallation
from reconciler.model.plan import PendingItem
from reconciler.model.settings import Scope, setting
from reconciler.model.value import Unreadable, Value
from reconciler.model.words import value as in_words
from reconciler.planning.normalise import means_the_same
from reconciler.planning.policy import Policy, Queued

REMEMBERED_FOR = timedelta(days=30)
"""Nobody knows how long the cloud keeps a value; after this it is sent again, which does no harm."""

Queue = Mapping[tuple[str, str], Queued]
"""By serial and setting."""


def queue_of(observed: ObservedInstallation, policy: Policy) -> Queue:
    """The newest value that is still queued for each setting of the chargers of a site that are not seen online."""
    if not policy.queued:
        return {}
    offline = {charger.serial for charger in observed.chargers if not charger.online}
    here = [
        one
        for one in policy.queued
        if (one.account, one.installation_id) == (observed.account, observed.id)
        and one.charger in offline
        and policy.now - one.at <= REMEMBERED_FOR
    ]
    return {(one.charger, one.setting): one for one in sorted(here, key=lambda one: (one.at, str(one.value)))}


def overtaking(
    observed: ObservedInstallation, wanted: Mapping[str, Mapping[str, Value]], *, queue: Queue, name: str
) -> Iterable[PendingItem]:
    """Settings that look as wanted and will not stay so, because another value was sent before.

    Args:
        observed: The installation.
        wanted: Declared settings by serial.
        queue: What is still queued there.
        name: What people call the installation.
    """
    for (serial, of_setting), queued in sorted(queue.items()):
        desired = wanted.get(serial, {}).get(of_setting)
        charger = observed.charger(serial)
        seen = None if charger is None else charger.get(of_setting)
        row = setting(Scope.CHARGER, of_setting)
        if desired is None or seen is None or isinstance(seen, Unreadable) or not means_the_same(row, seen, desired):
            continue
        if means_the_same(row, queued.value, desired):
            continue
        yield PendingItem(
            target=Target(account=observed.account, installation_id=observed.id, charger=serial),
            installation_name=name,
            setting=of_setting,
            before=seen,
            after=queued.value,
            reason=f"an earlier value ({in_words(row, queued.value)}) is still queued in the cloud; it will be taken "
            "over when the charger comes back, plan again then",
            since=queued.at,
        )
