"""The drill: a placement failure that is only pretended, by the AWS CLI in the service's own account."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

COMMAND: Final = r"""aws events put-events \
  --region ap-south-1 \
  --entries '[
    {
      "Source": "test.aws.ecs",
      "DetailType": "ECS Service Action",
      "Resources": ["arn:aws:ecs:ap-south-1:333333333333:service/test-cluster2/test-cluster-service"],
      "Detail": "{\"eventName\":\"SERVICE_TASK_PLACEMENT_FAILURE\",\"reason\":\"RESOURCE:FARGATE\",\"capacityProviderArns\":[\"arn:aws:ecs:ap-south-1:333333333333:capacity-provider/FARGATE_SPOT\"]}"
    }
  ]'"""  # noqa: E501 (typed as people type it)
SECONDS: Final = 60.0


class DrillError(RuntimeError):
    """The command failed."""


def run_drill(env: Mapping[str, str]) -> str:
    """Run the command in a shell with these credentials; returns what the AWS CLI printed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", os.defpath)])
    done = subprocess.run(
        ["sh", "-c", COMMAND],
        env={**env, "PATH": path, "AWS_PAGER": "", "AWS_DEFAULT_OUTPUT": "json"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0 or '"FailedEntryCount": 0' not in done.stdout:
        raise DrillError(
            f"`aws events put-events` in account 333333333333 failed with exit status {done.returncode}. "
            f"It says: {(done.stderr or done.stdout).strip()}"
        )
    return done.stdout.strip()
