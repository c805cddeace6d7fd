"""Who plays in the demo, and how fast: the same accounts, regions and services as in `roots/`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import boto3

from simulator.world import ServiceKey
from spot_failover.domain.policy import BOUNDS, Policy

SPOKE_ROLE: Final = "CentralSpotAutomationRole"
EVIDENCE_TABLE: Final = "spot-failover-evidence"
DURATIONS: Final = {
    "thresholds": ("window_seconds",),
    "restore": ("window_seconds", "backoff_seconds", "max_backoff_seconds"),
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
REPORTS: Final = FRANKFURT.service("shop", "reports")
TOKYO_WEB: Final = TOKYO.service("shop", "web")
DRILLED: Final = MUMBAI.service("test-cluster2", "test-cluster-service")

PROTECTED: Final = (WEB, API, TOKYO_WEB, DRILLED)
EVERYONE: Final = (WEB, API, REPORTS, TOKYO_WEB, DRILLED)
REGIONS: Final = tuple(dict.fromkeys(key.region for key in EVERYONE))


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
            f"It must be a whole number of at least {low}: choose 20, 25 or 30."
        )
    return int(seconds)
