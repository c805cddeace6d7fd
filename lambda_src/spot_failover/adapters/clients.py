"""How this package talks to AWS: who it says it is, how long it waits and how often it tries."""

from __future__ import annotations

import boto3
import botocore.session
from botocore.config import Config

from spot_failover import __version__

_USER_AGENT = f"terraform-aws-fargate-spot-failover/{__version__}"

# A batch of ten must fit into a function's 30 seconds even when one call hangs; the queue tries again later.
_CONNECT_SECONDS = 2
_READ_SECONDS = 6

RETRYING = Config(
    user_agent_extra=_USER_AGENT,
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 3},
)

# For messages: they wait with their service until the next minute, and must not keep it waiting.
BRIEF = Config(
    user_agent_extra=_USER_AGENT,
    connect_timeout=1,
    read_timeout=3,
    retries={"mode": "standard", "total_max_attempts": 2},
)

# For calls that must not happen twice: botocore repeats one that timed out or met a 5xx, though it may have
# worked.
ONCE = Config(
    user_agent_extra=_USER_AGENT,
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=2 * _READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 1},
)


def hub_session(region: str) -> boto3.Session:
    """Return a session with the function's own credentials."""
    session = botocore.session.Session()
    # Tokens of the global endpoint are not valid in regions that an account has to opt into.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_region-endpoints.html
    session.set_config_variable("sts_regional_endpoints", "regional")
    return boto3.Session(botocore_session=session, region_name=region)
