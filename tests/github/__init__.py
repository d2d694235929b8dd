"""The workflows: their rules, and a walk through all of them with a `gh` that behaves like the real one."""
