"""Measurements against the budgets, for `make bench`: they fail on errors only, never on slowness."""
