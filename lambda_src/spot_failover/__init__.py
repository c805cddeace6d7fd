"""Move ECS services on Fargate Spot to on-demand capacity when Spot fails them, and back when it has proven itself."""

__version__ = "0.1.0"
