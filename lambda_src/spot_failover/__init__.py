"""Move ECS services off Fargate Spot when it fails them, and back when it has proven itself."""

__version__ = "0.1.0"
