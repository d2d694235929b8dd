"""Files to desired state: strict YAML with positions, schemas, rules, merge."""
