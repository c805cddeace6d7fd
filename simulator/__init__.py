"""Stand-ins for AWS: a model of ECS on Fargate in virtual time, and what is built on it."""
