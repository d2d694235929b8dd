"""Join core and edges: plan, apply, verify."""
