"""Values only: frozen, slotted, no I/O."""
