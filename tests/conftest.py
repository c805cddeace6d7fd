"""What every test gets: made-up AWS credentials, the Makefile's Terraform providers, and no network."""

import ipaddress
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer

from tests.scheduling import SharedInstallations

TERRAFORM_RC = Path(__file__).parents[1] / "build" / "terraform.rc"

# How long an example takes says more about the machine than about the code. The same examples each time: what
# a search finds belongs to whoever searches, with `make test PYTEST_ARGS=--hypothesis-profile=search`.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("search", settings.get_profile("any machine"), derandomize=False)
settings.load_profile("any machine")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> SharedInstallations:
    # In the order of collection: tests/e2e puts what takes longest first, whatever its number of tests.
    config.option.loadscopereorder = False
    return SharedInstallations(config, log)


@pytest.fixture(scope="session", autouse=True)
def _cut_off_from_the_outside() -> Iterator[None]:
    """Let no test reach a real account or host by accident; child processes inherit the environment only."""
    sys.addaudithook(_refuse_the_network)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("CHECKPOINT_DISABLE", "1")
        if TERRAFORM_RC.exists():
            patch.setenv("TF_CLI_CONFIG_FILE", str(TERRAFORM_RC))
        yield


def _refuse_the_network(event: str, args: tuple[object, ...]) -> None:
    # The arguments of each event: https://docs.python.org/3/library/audit_events.html
    match event, args:
        case "socket.getaddrinfo", (host, *_):
            pass
        case (("socket.connect" | "socket.sendto"), (socket.socket(family=family), (host, *_))) if (
            family != socket.AF_UNIX
        ):
            pass
        case _:
            return
    if not _is_local(host):
        message = f"this test tried to reach {host!r}; tests may use loopback addresses only"
        raise OSError(message)


def _is_local(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
