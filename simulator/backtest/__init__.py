"""Policies side by side over the same weather, in virtual time."""
