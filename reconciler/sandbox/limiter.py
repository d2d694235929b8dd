"""The rate limit: 10 requests a second per account, burst 15, served or rejected.

Source: docs.zaptec.com/docs/api-rate-limiting. Counted in world time.
"""

from reconciler.sandbox.world import World

RATE_PER_S = 10.0
BURST = 15.0


def admit(world: World, account: str) -> bool:
    """Take one request from the account's bucket; false when it is empty."""
    if not world.data["rate_limited"]:
        return True
    now = world.now()
    left, at = world.memory.buckets.get(account, (BURST, now))
    left = min(BURST, left + (now - at) * RATE_PER_S)
    # Binary fractions of a second must not cost a client that sends exactly ten a second.
    served = left >= 1.0 - 1e-4
    world.memory.buckets[account] = (left - 1.0 if served else left, now)
    return served
