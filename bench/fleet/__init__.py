"""A hub and a fleet of thousands of services in virtual time, with everything counted that AWS bills."""
