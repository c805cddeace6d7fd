"""The entry points that Lambda calls, and what puts them together."""
