"""Everything that talks to AWS, one module per port, and an in-memory set with the same meaning."""
