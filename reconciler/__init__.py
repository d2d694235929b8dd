"""GitOps for fleets of Zaptec EV chargers."""

__version__ = "0.1.0"
