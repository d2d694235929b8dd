"""Measures the budgets of a fleet of any size, always as ratios of two things measured in one run."""
