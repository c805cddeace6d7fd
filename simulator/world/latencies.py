"""How long things take on Fargate, in seconds, before the time factor divides them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from random import Random
from typing import Final

Quantiles = tuple[tuple[float, float], ...]

# Measured in production and published by an operator of 200 Spot tasks: P50 1.5, P95 2.0, P99 2.3 minutes.
# The ends (0 and 1) are ours.
START_TIME: Final[Quantiles] = ((0.0, 60.0), (0.5, 90.0), (0.95, 120.0), (0.99, 138.0), (1.0, 160.0))
# The same operator saw half of 200 on-demand tasks up P50 120, P95 150, P99 180 s after the call, looking
# every 10 s: tasks that start together are slower together. This is what all 200 have in common, fewer in
# proportion; with it, and 200 launches at AWS's launch rate, those figures come out.
TOGETHER: Final[Quantiles] = ((0.0, 0.0), (0.5, 22.0), (0.95, 52.0), (0.99, 82.0), (1.0, 95.0))
TOGETHER_TASKS: Final = 200
_ALONE: Final = 10  # tasks; fewer hold nobody up
# And all Spot tasks stopped P50 10, P95 20, P99 30 s after the call: what a container still has in hand.
FINISHING: Final[Quantiles] = ((0.0, 0.0), (0.5, 1.0), (0.95, 11.0), (0.99, 21.0), (1.0, 25.0))


@dataclass(frozen=True, slots=True)
class Latencies:
    """Durations in seconds of real time; `time_factor` makes all of them shorter."""

    time_factor: float = 1.0
    start: Quantiles = START_TIME
    together: Quantiles = TOGETHER
    finishing: Quantiles = FINISHING
    notice: float = 120.0  # between an interruption notice and the end of the task, documented by AWS
    # Documented for minimumHealthyPercent: a task without health checks counts 40 s after RUNNING
    # (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html).
    counted_after: float = 40.0
    stopping: float = 3.0  # between the decision to stop a task and SIGTERM
    sigterm_exit: float = 5.0  # how long a container that heeds SIGTERM needs at least
    deprovisioning: float = 10.0  # from the container's exit to the DEPROVISIONING event
    network_release: float = 13.0  # from DEPROVISIONING to STOPPED
    scheduler: float = 1.0  # how soon the service scheduler looks at a service with news
    placement_retry_first: float = (
        15.0  # ECS does not document its pace: ours doubles from here to the maximum
    )
    placement_retry_max: float = 300.0
    start_retry_first: float = 10.0
    start_retry_max: float = (
        27 * 60.0
    )  # documented ceiling of the service throttle logic for tasks that cannot start
    stuck_min: float = (
        60.0  # tasks stuck without capacity: 8.3 min on average, 23 min at worst (same operator)
    )
    stuck_max: float = 23 * 60.0
    steady_state_repeat: float = 6 * 3600.0  # documented: messages are repeated after six hours
    stopped_task_kept: float = 3600.0  # documented: a stopped task can be described for about an hour

    def scaled(self, seconds: float) -> timedelta:
        """Return a duration as it passes in this world."""
        return timedelta(seconds=seconds / self.time_factor)

    def sample_start(self, random: Random) -> float:
        """Draw the seconds from PROVISIONING to RUNNING."""
        return interpolate(self.start, random.random())

    def start_together(self, share: float, tasks: int) -> float:
        """Return what so many tasks that start together need longer, at a share of the distribution."""
        if tasks < _ALONE:
            return 0.0
        return interpolate(self.together, share) * min(1.0, tasks / TOGETHER_TASKS)

    def longest_start(self, tasks: int) -> float:
        """Return the seconds within which so many tasks that are launched together all run."""
        return interpolate(self.start, 1.0) + self.start_together(1.0, tasks)

    def longest_exit(self) -> float:
        """Return the seconds within which a container that heeds SIGTERM exits of its own."""
        return self.sigterm_exit + interpolate(self.finishing, 1.0)

    def sample_finishing(self, random: Random) -> float:
        """Draw the seconds that the containers of a service need longer to exit."""
        return interpolate(self.finishing, random.random())

    def sample_stuck(self, random: Random) -> float:
        """Draw the seconds that a task waits for capacity before it is given up."""
        return random.triangular(self.stuck_min, self.stuck_max, self.stuck_min)


def interpolate(quantiles: Quantiles, share: float) -> float:
    """Return the value at a share of a distribution that is given by some of its quantiles."""
    for (low_share, low), (high_share, high) in pairwise(quantiles):
        if share <= high_share:
            return low + (high - low) * (share - low_share) / (high_share - low_share)
    return quantiles[-1][1]
