"""AWS as the tests of the sandbox use it: a way to act as anyone, and short forms of what they need."""

from __future__ import annotations

import io
import itertools
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

from simulator.sandbox import Control, Sandbox

HUB = "111111111111"
SPOKE = "222222222222"
OUTSIDER = "999999999999"
REGION = "eu-central-1"
OTHER_REGION = "us-east-1"
NO_RETRIES = Config(retries={"total_max_attempts": 1}, parameter_validation=True)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request is signed with."""

    key: str
    secret: str = "sandbox"
    token: str | None = None


class Aws:
    """AWS as the tests use it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._numbers = itertools.count(1)
        self._clients: dict[tuple[str, str, str], Any] = {}

    @property
    def control(self) -> Control:
        return self.sandbox.control

    def name(self, what: str) -> str:
        """Return a name that no other test uses."""
        return f"{what}-{next(self._numbers)}"

    def client(self, service: str, who: str | Credentials, region: str = REGION) -> Any:
        """Return a client that acts as an account's root user, or with given credentials."""
        credentials = Credentials(who) if isinstance(who, str) else who
        key = (service, credentials.key, region)
        if key not in self._clients:
            make: Any = boto3.client
            self._clients[key] = make(
                service,
                region_name=region,
                endpoint_url=self.sandbox.endpoint,
                aws_access_key_id=credentials.key,
                aws_secret_access_key=credentials.secret,
                aws_session_token=credentials.token,
                config=NO_RETRIES,
            )
        return self._clients[key]

    def role(self, account: str, *statements: dict[str, Any], trust: Any = None, path: str = "/") -> str:
        """Make a role with an inline policy; anyone may assume it unless `trust` names a principal."""
        name = self.name("role")
        iam = self.client("iam", account)
        trust_statement = trust if trust and "Effect" in trust else _assumed_by(trust or {"AWS": "*"})
        arn = iam.create_role(
            RoleName=name, Path=path, AssumeRolePolicyDocument=json.dumps(document(trust_statement))
        )["Role"]["Arn"]
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="inline", PolicyDocument=json.dumps(document(*statements))
            )
        return str(arn)

    def assume(
        self, role_arn: str, who: str | Credentials | None = None, session: str = "test", **options: Any
    ) -> Credentials:
        """Return credentials of a role's session."""
        sts = self.client("sts", who or role_arn.split(":")[4])
        found = sts.assume_role(RoleArn=role_arn, RoleSessionName=session, **options)["Credentials"]
        return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])

    def cluster(self, account: str, region: str = REGION) -> str:
        """Make an ECS cluster with both of Fargate's capacity providers; returns its name."""
        name = self.name("cluster")
        ecs = self.client("ecs", account, region)
        ecs.create_cluster(clusterName=name, capacityProviders=["FARGATE", "FARGATE_SPOT"])
        return name

    def queue(
        self, account: str, *statements: dict[str, Any], region: str = REGION, **attributes: str
    ) -> tuple[str, str]:
        """Make a queue with a policy; returns its URL and ARN. `{arn}` in a statement stands for the ARN."""
        sqs = self.client("sqs", account, region)
        name = self.name("queue") + (".fifo" if attributes.get("FifoQueue") else "")
        arn = f"arn:aws:sqs:{region}:{account}:{name}"
        if statements:
            attributes["Policy"] = json.dumps(document(*statements)).replace("{arn}", arn)
        return str(sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]), arn

    def bus(self, account: str, *statements: dict[str, Any], region: str = REGION) -> str:
        """Make an event bus with a policy; returns its ARN."""
        events = self.client("events", account, region)
        name = self.name("bus")
        arn = str(events.create_event_bus(Name=name)["EventBusArn"])
        if statements:
            policy = json.dumps(document(*statements)).replace("{arn}", arn)
            events.put_permission(EventBusName=name, Policy=policy)
        return arn

    def rule(
        self,
        account: str,
        target: dict[str, Any],
        *,
        pattern: dict[str, Any],
        bus: str = "default",
        region: str = REGION,
    ) -> str:
        """Make a rule with one target; returns the rule's ARN."""
        events = self.client("events", account, region)
        name = self.name("rule")
        arn = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
        answer = events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "target", **target}])
        assert answer["FailedEntryCount"] == 0
        return str(arn)

    def put_event(
        self, who: str | Credentials, source: str, *, bus: str = "default", region: str = REGION, **entry: Any
    ) -> dict[str, Any]:
        """Put one event and return its result entry."""
        events = self.client("events", who, region)
        put = {"Source": source, "DetailType": "Test", "Detail": "{}", "EventBusName": bus, **entry}
        found: dict[str, Any] = events.put_events(Entries=[put])["Entries"][0]
        return found

    def messages(
        self, account: str, url: str, *, region: str = REGION, wait: int = 0
    ) -> list[dict[str, Any]]:
        """Receive what is in a queue, with message attributes; what was received is gone."""
        sqs = self.client("sqs", account, region)
        found: list[dict[str, Any]] = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait, MessageAttributeNames=["All"]
        ).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def events_in(
        self, account: str, url: str, *, region: str = REGION, wait: int = 0
    ) -> list[dict[str, Any]]:
        """Receive events from a queue."""
        return [
            json.loads(message["Body"]) for message in self.messages(account, url, region=region, wait=wait)
        ]

    def function(self, account: str, role_arn: str, code: str, *, timeout: int = 10) -> str:
        """Make a function whose module `main` holds the code with `handler`; returns its name."""
        name = self.name("function")
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("main.py", code)
        self.client("lambda", account).create_function(
            FunctionName=name,
            Role=role_arn,
            Runtime="python3.13",
            Handler="main.handler",
            Code={"ZipFile": packed.getvalue()},
            Timeout=timeout,
        )
        return name


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """Return an Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str | list[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    """Return a Deny statement."""
    return {**allow(action, resource, **more), "Effect": "Deny"}


def _assumed_by(principal: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
