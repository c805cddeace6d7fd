"""The environment that ministack and its functions see: nothing of the user's own AWS set-up, no Docker."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from pathlib import Path

PASSED_ON = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "PYTHONPATH",
    "PYTHONHASHSEED",
    "VIRTUAL_ENV",
    "SYSTEMROOT",
)


def prepare(environment: MutableMapping[str, str], *, port: int, directory: Path, log_level: str) -> None:
    """Replace an environment's variables by those of the sandbox.

    Functions run in child processes that inherit it: a profile, an endpoint or credentials of the user must
    not reach them. Everything that ministack could do outside this process is switched off.
    """
    kept = {name: environment[name] for name in PASSED_ON if name in environment}
    environment.clear()
    environment.update(
        kept
        | {
            "TMPDIR": str(directory),
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "LOG_LEVEL": log_level,
            "LAMBDA_EXECUTOR": "local",
            "PERSIST_STATE": "0",
            "S3_DATA_DIR": str(directory / "s3"),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{directory / 'no-docker.sock'}",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )
