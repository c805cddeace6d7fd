"""A published design: a Spot service, a standard service at 0, and counters of Spot errors between them.

Four Lambdas and a table. The detector takes STOPPED events of Spot tasks (`ResourcesNotAvailable`: 3
errors, `SpotInterruption`: 5) and counts them in one counter per service, which starts anew when the last
error is older than 5 minutes. A scan each minute finds tasks that have been PENDING for 180 s: one is
enough. The executor scales the standard service to the Spot service's desired count, asks every 10 s (for
10 minutes at most) whether half of it runs, sets the Spot service to 0, and only then saves its state, with
a lifetime of 24 hours. After 10 minutes without a Spot error the clean-up scales Spot to the saved count,
waits until it is stable (every 15 s, 10 minutes at most) and sets the standard service to 0.

Weaknesses kept
    - The notice's two minutes pass unused: a task counts as an error once it has STOPPED.
    - ECS's placement failures are not listened to, and a task that waits in PROVISIONING is not seen.
    - Spot goes to 0 whole, though half of the standard service is not there yet and most of Spot may be
      well.
    - State is saved last and forgotten after a day. A failover that timed out is known to nobody: both
      services stay up. One that lasts longer than a day has no way back: the service stays on-demand for
      good.
    - A restore that meets an error goes back to the executor, which ends what already ran on Spot again.

Interpreted, since the text as printed would never act, never come back, or stop everything
    - Its patterns compare `stoppedReason` with texts that ECS no longer sends: "Capacity is unavailable"
      counts as ResourcesNotAvailable, and the stop code SpotInterruption as its namesake.
    - Its restore waits for Spot tasks that succeed, which a service at 0 does not have; its rule of ten
      samples and 80 % cannot be met there either. What remains is: no Spot error for 10 minutes, looked at
      each minute with the scan; the clean-up's own wait for a stable Spot service is the proof.
    - One executor runs for a service at a time. As printed each further error would invoke one more, which
      repeats the same calls.
    - An executor ends the clean-up that is under way. As printed that one would take a Spot service at 0
      for a stable one and set the standard service to 0 as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from typing_extensions import override

from simulator.backtest.contender import Counts, ServiceSpec
from simulator.backtest.rivals.readings import Envelope, is_spot_task, later
from simulator.backtest.rivals.rival import TwinRival
from simulator.backtest.services import SPOT_ONLY, Calls, create_service, create_twin, service_of
from simulator.world import ServiceKey, World

# From the published measurements, medians: error to detector, detector to the first call of the executor.
DETECTION_SECONDS: Final = 5.0
INVOCATION_SECONDS: Final = 2.0
SHORTAGES: Final = 3
INTERRUPTIONS: Final = 5
WINDOW: Final = timedelta(minutes=5)
PENDING_TOO_LONG: Final = timedelta(seconds=180)
READY_SHARE: Final = 0.5
READY_POLL_SECONDS: Final = 10.0
READY_POLLS: Final = 60
STABLE_POLL_SECONDS: Final = 15.0
STABLE_POLLS: Final = 40
CALM: Final = timedelta(minutes=10)
STATE_LIFETIME: Final = timedelta(hours=24)
_MINUTE: Final = timedelta(minutes=1)
_CALLS_OF_A_SCAN: Final = 2  # ListTasks and DescribeTasks


@dataclass(slots=True)
class _Pair:
    """A service's row in the table, what its Lambdas are at, and the tasks that a scan would find."""

    spot: ServiceKey
    standard: ServiceKey
    errors: int = 0
    error_at: datetime | None = None
    active_since: datetime | None = None  # failover_active and failover_time
    original: int = 0
    executing: bool = False
    cleanup: int = 0  # the one that runs now, or 0; an executor ends it by its own change
    pending: dict[str, datetime] = field(default_factory=dict)


class ErrorCounters(TwinRival):
    """Runs the four Lambdas for every pair of services."""

    name = "error counters"

    def __init__(self) -> None:
        self._pairs: dict[ServiceKey, _Pair] = {}
        self._counted: list[tuple[_Pair, int]] = []
        self._cleanups = self._failovers = self._restores = self._failed = 0

    def start(self, world: World, specs: Sequence[ServiceSpec]) -> None:
        """Create both services of each pair."""
        self._world, self._calls = world, Calls(world)
        for spec in specs:
            spot = create_service(world, spec, SPOT_ONLY)
            standard = create_twin(world, spec)
            self._pairs[spot] = _Pair(spot, standard)
        self._scanned_at = world.now

    @override
    def event(self, envelope: Envelope, now: datetime) -> None:
        if envelope["detail-type"] != "ECS Task State Change" or not is_spot_task(envelope):
            return
        key, detail = service_of(envelope), envelope["detail"]
        if key is None or key not in self._pairs:
            return
        pair = self._pairs[key]
        if detail["lastStatus"] == "PENDING" and detail["desiredStatus"] == "RUNNING":
            pair.pending[detail["taskArn"]] = datetime.fromisoformat(detail["createdAt"])
        else:
            pair.pending.pop(detail["taskArn"], None)
        if detail["lastStatus"] == detail["desiredStatus"] == "RUNNING" and pair.active_since:
            pair.errors = 0
        threshold = _threshold(detail)
        if threshold:
            self._counted.append((pair, threshold))

    @override
    def work(self, now: datetime) -> None:
        counted, self._counted = self._counted, []
        for pair, threshold in counted:
            if pair.error_at is not None and now - pair.error_at > WINDOW:
                pair.errors = 0
            pair.errors += 1
            pair.error_at = now
            if pair.errors >= threshold:
                self._invoke(pair, DETECTION_SECONDS + INVOCATION_SECONDS)

    @override
    def tick(self, now: datetime) -> None:
        self._calls.count += self._scans(now)
        self._scanned_at = now
        for pair in self._pairs.values():
            if any(now - created >= PENDING_TOO_LONG for created in pair.pending.values()):
                self._invoke(pair, INVOCATION_SECONDS)
            self._look_for_calm(pair, now)

    @override
    def quiet(self, now: datetime) -> bool:
        return not any(pair.pending or pair.active_since for pair in self._pairs.values())

    @property
    @override
    def counts(self) -> Counts:
        calls = self._calls.count + self._scans(self._world.now)
        return Counts(calls, self._failovers, self._restores, self._failed)

    def _scans(self, now: datetime) -> int:
        """Return the calls of the scans in minutes that were left out: they would have found nothing."""
        scanned = [pair for pair in self._pairs.values() if pair.active_since is None or pair.cleanup]
        return _CALLS_OF_A_SCAN * len(scanned) * ((now - self._scanned_at) // _MINUTE)

    def _invoke(self, pair: _Pair, delay: float) -> None:
        if not pair.executing:
            pair.executing = True
            later(self._world, delay, lambda: self._execute(pair))

    def _execute(self, pair: _Pair) -> None:
        desired = self._calls.describe(pair.spot)["desiredCount"]
        if desired == 0:
            pair.executing = False
            return
        self._calls.update(pair.standard, desiredCount=desired)
        self._failovers += 1
        self._poll(
            pair.standard,
            _is_ready,
            READY_POLLS,
            READY_POLL_SECONDS,
            _Then(lambda: self._give_up_spot(pair, desired), lambda: self._time_out(pair)),
        )

    def _give_up_spot(self, pair: _Pair, desired: int) -> None:
        self._calls.update(pair.spot, desiredCount=0)
        if pair.cleanup:
            pair.cleanup = 0
            self._failed += 1
        # The whole row is replaced, its counter with it.
        pair.errors, pair.original, pair.active_since = 0, desired, self._world.now
        pair.executing = False

    def _time_out(self, pair: _Pair) -> None:
        pair.executing = False

    def _look_for_calm(self, pair: _Pair, now: datetime) -> None:
        if pair.active_since is None:
            return
        if now - pair.active_since >= STATE_LIFETIME:
            pair.active_since = None
            return
        since = max(pair.active_since, pair.error_at or pair.active_since)
        if not pair.cleanup and not pair.executing and now - since >= CALM:
            self._cleanups += 1
            number = pair.cleanup = self._cleanups
            later(self._world, INVOCATION_SECONDS, lambda: self._clean_up(pair, number))

    def _clean_up(self, pair: _Pair, number: int) -> None:
        self._calls.update(pair.spot, desiredCount=pair.original)
        self._poll(
            pair.spot,
            _is_stable,
            STABLE_POLLS,
            STABLE_POLL_SECONDS,
            _Then(lambda: self._end_standard(pair, number), lambda: self._end_cleanup(pair, number)),
        )

    def _end_standard(self, pair: _Pair, number: int) -> None:
        if pair.cleanup != number:
            return
        self._calls.update(pair.standard, desiredCount=0)
        pair.cleanup, pair.active_since = 0, None
        self._restores += 1

    def _end_cleanup(self, pair: _Pair, number: int) -> None:
        if pair.cleanup == number:
            pair.cleanup = 0
            self._failed += 1

    def _poll(
        self,
        key: ServiceKey,
        enough: Callable[[dict[str, Any]], bool],
        times: int,
        pause: float,
        then: _Then,
    ) -> None:
        """Describe a service until it is good enough, or too often."""
        if enough(self._calls.describe(key)):
            then.enough()
        elif times == 1:
            then.never()
        else:
            later(self._world, pause, lambda: self._poll(key, enough, times - 1, pause, then))


@dataclass(frozen=True, slots=True)
class _Then:
    enough: Callable[[], None]
    never: Callable[[], None]


def _threshold(detail: dict[str, Any]) -> int:
    """Return how many errors like this one are too many; 0 where it is none."""
    if detail["lastStatus"] != "STOPPED":
        return 0
    if "Capacity is unavailable" in detail.get("stoppedReason", ""):
        return SHORTAGES
    return INTERRUPTIONS if detail.get("stopCode") == "SpotInterruption" else 0


def _is_ready(service: dict[str, Any]) -> bool:
    return bool(service["runningCount"] >= READY_SHARE * service["desiredCount"])


def _is_stable(service: dict[str, Any]) -> bool:
    return len(service["deployments"]) == 1 and service["runningCount"] == service["desiredCount"]
