"""How a step is carried out: documented calls, a partner contract, or a person."""
