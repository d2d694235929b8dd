"""How a step is carried out: documented calls, a partner contract, or a person."""

CHARGER_PERMISSIONS = "chargerPermissions"
"""Key of the route for permissions on single chargers."""
