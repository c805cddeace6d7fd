"""The rules, pure: what is observed and recorded comes in, a decision goes out. Standard library only."""
