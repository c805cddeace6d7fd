"""Who plays in the demo, and how fast: the same accounts, regions and services as in `roots/`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import boto3

from simulator.world import ExitAt, ServiceKey
from spot_failover.domain.policy import BOUNDS, Mode, Policy

SPOKE_ROLE: Final = "CentralSpotAutomationRole"
EVIDENCE_TABLE: Final = "spot-failover-evidence"
DURATIONS: Final = {
    "thresholds": ("window_seconds", "waiting_seconds"),
    "failover": ("timeout_seconds",),
    "restore": ("interval_seconds", "window_seconds", "backoff_seconds", "max_backoff_seconds"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """An account in one region."""

    account: str
    region: str

    def service(self, cluster: str, name: str) -> ServiceKey:
        """Return the key of a service here."""
        return ServiceKey(self.account, self.region, cluster, name)


HUB: Final = Place("111111111111", "eu-central-1")
FRANKFURT: Final = Place("222222222222", "eu-central-1")
TOKYO: Final = Place("222222222222", "ap-northeast-1")
MUMBAI: Final = Place("333333333333", "ap-south-1")

WEB: Final = FRANKFURT.service("shop", "web")
API: Final = FRANKFURT.service("shop", "api")
WORKER: Final = FRANKFURT.service("shop", "worker")
REPORTS: Final = FRANKFURT.service("shop", "reports")
TOKYO_WEB: Final = TOKYO.service("shop", "web")
DRILLED: Final = MUMBAI.service("test-cluster2", "test-cluster-service")


@dataclass(frozen=True, slots=True)
class Part:
    """What a service is in the story; what Terraform decides about it is as in `roots/`.

    mode: None where nobody registers it. standby: the name of the service on demand beside it, of which
    `reserve` tasks always run. exit_at: when its containers exit once they are asked to. about: what the
    audience should know of it.
    """

    mode: Mode | None
    exit_at: ExitAt
    about: str
    standby: str = ""
    reserve: int = 0
    on_demand_base: int = 0
    cpu: int = 256
    balanced: bool = False

    @property
    def size(self) -> str:
        """Its tasks' CPU units and MiB, as Spot's pools have them."""
        return f"{self.cpu}/{2 * self.cpu}"


API_TASKS: Final = 6
WORKER_TASKS: Final = 5

PARTS: Final = {
    WEB: Part(Mode.SWITCH, ExitAt.STOP_TIMEOUT, "two of its eight tasks always on demand", on_demand_base=2),
    API: Part(
        Mode.STANDBY,
        ExitAt.SIGTERM,
        "behind a load balancer, autoscaled; api-on-demand stands by",
        standby="api-on-demand",
        balanced=True,
    ),
    WORKER: Part(
        Mode.BACKFILL,
        ExitAt.STOP_TIMEOUT,
        "takes from a queue; worker-on-demand always runs one task",
        standby="worker-on-demand",
        reserve=1,
        cpu=512,
    ),
    REPORTS: Part(None, ExitAt.SIGTERM, "registered by nobody"),
    TOKYO_WEB: Part(Mode.SWITCH, ExitAt.SIGTERM, "of the same name, in another region"),
    DRILLED: Part(Mode.SWITCH, ExitAt.SIGTERM, "only rehearses"),
}
EVERYONE: Final = tuple(PARTS)
PROTECTED: Final = tuple(key for key, part in PARTS.items() if part.mode)
STANDBYS: Final = {key: replace(key, service=part.standby) for key, part in PARTS.items() if part.standby}
# One of each mode, and the one that nobody looks after, in the same weather.
PICTURED: Final = (WEB, API, WORKER, REPORTS)


def mode_name(key: ServiceKey) -> str:
    """Return how a service is looked after, in a word."""
    mode = PARTS[key].mode
    return mode.value if mode else "none"


def name(key: ServiceKey) -> str:
    """Return a service's name as people say it: here, each region belongs to one account."""
    return f"{key.region} {key.cluster}/{key.service}"


def session(place: Place) -> boto3.Session:
    """Return a session as an account's administrator: the sandbox takes access keys for account ids."""
    return boto3.Session(
        aws_access_key_id=place.account,
        aws_secret_access_key="sandbox",  # noqa: S106 (no secret: the sandbox checks no signature)
        region_name=place.region,
    )


def from_state_id(text: str) -> ServiceKey:
    """Read a key of the state table back."""
    return ServiceKey(*text.split("::"))


def hastened_policy(time_factor: float) -> dict[str, dict[str, int]]:
    """Return a policy's durations: the defaults, divided by the factor that divides the world's.

    Raises ValueError where one would be no whole number of seconds, or less than policies allow.
    """
    defaults = Policy()
    return {
        section: {
            name: _hastened(f"{section}.{name}", getattr(getattr(defaults, section), name), time_factor)
            for name in names
        }
        for section, names in DURATIONS.items()
    }


def _hastened(path: str, default: int, time_factor: float) -> int:
    seconds = default / time_factor
    low, _ = BOUNDS[path]
    if seconds != int(seconds) or seconds < low:
        raise ValueError(
            f"With time factor {time_factor:g}, {path} would be {seconds:g} s instead of {default} s. "
            f"It must be a whole number of at least {low}: choose 20 or 30."
        )
    return int(seconds)
