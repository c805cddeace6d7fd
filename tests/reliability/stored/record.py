"""Write down what an earlier hub stores: `.venv/bin/python tests/reliability/stored/record.py COMMIT`.

The code of that commit, its world included, plays a drought and the way back in each mode that it has. What
its own adapters then write into the tables and the queue becomes `COMMIT.json` beside this file. The files
are kept, because a checkout need not have its history.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
SOURCES = ("lambda_src", "simulator", "tests", "modules")
WITHIN = "--within-the-earlier-tree"
# The one of tests/unit/jobs.
SERVICE = ("222233334444", "eu-west-1", "shop", "web")
DROUGHT_MINUTES, CALM_MINUTES = 8, 45


def main() -> None:
    """Check the commit's sources out into a folder of their own, and run this file there."""
    commit = sys.argv[1]
    archive = subprocess.run(
        ["git", "archive", commit, *SOURCES], cwd=REPOSITORY, check=True, stdout=subprocess.PIPE
    ).stdout
    with tempfile.TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive)) as sources:
            sources.extractall(folder, filter="data")
        env = {**os.environ, "PYTHONPATH": f"{folder}/lambda_src:{folder}"}
        told = subprocess.run(
            [sys.executable, __file__, WITHIN], cwd=folder, env=env, check=True, stdout=subprocess.PIPE
        ).stdout
    (HERE / f"{commit}.json").write_bytes(told)


def within() -> None:
    """Play the drought with the modules of the earlier commit, which are all that this process finds."""
    from moto import mock_aws  # noqa: PLC0415

    from spot_failover.adapters.evidence import DynamoEvidenceLog  # noqa: PLC0415
    from spot_failover.adapters.state import DynamoServices, DynamoSpokes  # noqa: PLC0415
    from spot_failover.adapters.tables import Table  # noqa: PLC0415
    from spot_failover.adapters.work_queue import SqsWorkQueue  # noqa: PLC0415
    from spot_failover.domain.identity import ServiceId  # noqa: PLC0415
    from spot_failover.domain.record import Spoke  # noqa: PLC0415
    from spot_failover.domain.registration import Registration  # noqa: PLC0415
    from tests.contract.hub import Aws, Hub  # noqa: PLC0415

    service = ServiceId(*SERVICE)
    os.environ.update(AWS_ACCESS_KEY_ID="testing", AWS_SECRET_ACCESS_KEY="testing")
    with mock_aws():
        aws = Aws()
        services = []
        for policy in policies():
            for moment, record in moments(policy).items():
                hub = Hub(aws)
                stored = DynamoServices(Table(aws.dynamodb, hub.state_table))
                stored.register(Registration(service, policy), record.since)
                stored.save(replace(record, version=0))
                [item] = items(aws, hub.state_table)
                services.append({"moment": f"{policy.mode}, {moment}", "item": item})
        hub = Hub(aws)
        spokes = DynamoSpokes(Table(aws.dynamodb, hub.state_table))
        spokes.save(Spoke(service.location, refreshed_at=record.since, heard_at=record.since, failures=2))
        log = DynamoEvidenceLog(Table(aws.dynamodb, hub.evidence_table))
        for row in {row.kind: row for row in evidence}.values():
            log.add(service, row)
        queue = SqsWorkQueue(aws.sqs, hub.queue_url)
        queue.reconcile([service], "spot_interruption", "event-1")
        queue.survey([service.location], "tick", "tick-1")
        found = {
            "services": services,
            "spokes": items(aws, hub.state_table),
            "evidence": items(aws, hub.evidence_table),
            "messages": bodies(aws, hub.queue_url),
        }
    lists = [
        f" {json.dumps(name)}: [\n  "
        + ",\n  ".join(json.dumps(each, sort_keys=True) for each in entries)
        + "\n ]"
        for name, entries in found.items()
    ]
    sys.stdout.write("{\n" + ",\n".join(lists) + "\n}\n")


evidence: list[Any] = []


def policies() -> list[Any]:
    """Return a quick policy of each mode that the commit has."""
    from spot_failover.domain import policy  # noqa: PLC0415

    restore = policy.Restore(window_seconds=300, backoff_seconds=900, max_backoff_seconds=1200)
    switch = policy.Policy(restore=restore)
    if not hasattr(policy, "Standby") or not hasattr(switch, "standby"):
        return [switch]
    twin = policy.Standby(service_name="web-on-demand")
    return [
        switch,
        *(replace(switch, mode=mode, standby=twin) for mode in (policy.Mode.STANDBY, policy.Mode.BACKFILL)),
    ]


def moments(policy: Any) -> dict[str, Any]:
    """Return the last record saved in each phase, with and without messages to be sent."""
    from spot_failover.domain.identity import ServiceId  # noqa: PLC0415
    from tests.unit.jobs.fleet import Fleet  # noqa: PLC0415

    fleet = Fleet(policy=policy)
    save, found = fleet.services.save, {}

    def noted(record: Any) -> Any:
        found[f"{record.phase.value}{' with messages' if record.outbox else ''}"] = record
        return save(record)

    fleet.services.save = noted  # type: ignore[method-assign]
    fleet.drought()
    fleet.run(minutes=DROUGHT_MINUTES)
    fleet.calm()
    fleet.run(minutes=CALM_MINUTES)
    evidence[:] = fleet.evidence.read(ServiceId(*SERVICE), fleet.world.now.replace(hour=0))
    return found


def items(aws: Any, table: str) -> list[Any]:
    """Return all items of a table in DynamoDB's own form."""
    found: list[Any] = aws.dynamodb.scan(TableName=table)["Items"]
    return found


def bodies(aws: Any, url: str) -> list[str]:
    """Return what the messages of the queue say."""
    received = aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    return sorted(message["Body"] for message in received)


if __name__ == "__main__":
    within() if sys.argv[1] == WITHIN else main()
