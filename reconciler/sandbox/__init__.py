"""A simulated Zaptec cloud, in process or served on loopback.

Imports nothing from the rest of the package, so that a mistake in the client
cannot hide in it.
"""
