"""Kills a real `reconciler apply` at chosen and at random moments and checks what becomes of it."""
