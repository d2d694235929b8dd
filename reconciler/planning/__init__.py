"""Pure planning: desired and observed state to a plan."""
