"""The example, applied to a sandbox by its own Terraform: tables and queue, task definitions and roles."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import boto3
import pytest

from orders.settings import Settings
from orders.store import Order, Store
from simulator.sandbox import Sandbox
from simulator.terraform import REPOSITORY, Progress, Step, TerraformRoot
from tests.example_app.catalogue import FakeCatalogue, serving_catalogue
from tests.example_app.running import EXAMPLE, Process

ACCOUNT, REGION = "111122223333", "eu-central-1"
NAME = "shop"


class Deployment:
    """What Terraform made, and a way to start tasks of it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        # By a call: Terraform's provider waits a minute for each load balancer.
        made = self.client("elbv2").create_load_balancer(Name=NAME, Subnets=["subnet-1"])
        self._load_balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
        environment = sandbox.env(ACCOUNT, REGION)
        root = TerraformRoot(EXAMPLE, REPOSITORY / "build" / "example-app", environment, self._forward)
        root.init()
        self.outputs = root.apply(
            {
                "name": NAME,
                "image": f"{NAME}@sha256:{'0' * 64}",
                "catalogue_url": "http://catalogue.example",
                "vpc_id": "vpc-1",
                "listener_arn": self._listen(80, {"Type": "fixed-response"}),
                "host_name": "shop.example.com",
                "subnet_ids": ["subnet-1", "subnet-2"],
                "security_group_ids": ["sg-1"],
            }
        )
        self.definitions = {task: self._definition(task) for task in ("web", "worker")}
        self._credentials = {task: self._assume(task) for task in self.definitions}

    def _listen(self, port: int, action: dict[str, str]) -> str:
        made = self.client("elbv2").create_listener(
            LoadBalancerArn=self._load_balancer, Protocol="HTTP", Port=port, DefaultActions=[action]
        )
        return str(made["Listeners"][0]["ListenerArn"])

    def _forward(self, progress: Progress) -> None:
        # The sandbox does not know that a listener's rule, too, ties a target group to its load balancer.
        if (progress.address, progress.step) == ("aws_lb_target_group.web", Step.FINISHED):
            [group] = self.client("elbv2").describe_target_groups(Names=[f"{NAME}-web"])["TargetGroups"]
            self._listen(81, {"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]})

    def client(self, service: str, **credentials: str) -> Any:
        """Return a client that may do everything, or what these credentials may do."""
        given = credentials or {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "sandbox"}
        make: Any = boto3.client
        return make(service, region_name=REGION, endpoint_url=self._sandbox.endpoint, **given)

    def acting_as(self, task: str) -> Callable[[str], Any]:
        """Return how to make clients that may do what a task may do."""
        given = {name.lower(): value for name, value in self._credentials[task].items()}
        return lambda service: self.client(service, **given)

    def _definition(self, task: str) -> dict[str, Any]:
        ecs = self.client("ecs")
        [service] = ecs.describe_services(cluster=NAME, services=[f"{NAME}-{task}"])["services"]
        found: dict[str, Any] = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
        return found["taskDefinition"]  # type: ignore[no-any-return] # boto3.client is untyped here

    def _assume(self, task: str) -> dict[str, str]:
        """Get a task's credentials; only ECS may have them, so that an account's own must be let in first."""
        arn = self.definitions[task]["taskRoleArn"]
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}
        self.client("iam").update_assume_role_policy(
            RoleName=arn.rpartition("/")[2],
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        found = self.client("sts").assume_role(RoleArn=arn, RoleSessionName=task)["Credentials"]
        return {
            "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
            "AWS_SESSION_TOKEN": found["SessionToken"],
        }

    def settings(self, task: str) -> Settings:
        """Return what the process reads from its definition."""
        [container] = self.definitions[task]["containerDefinitions"]
        return Settings.read({entry["name"]: entry["value"] for entry in container["environment"]})

    def start(self, task: str, environment: dict[str, str]) -> Process:
        """Start a task's process; `environment` replaces what its definition says."""
        [container] = self.definitions[task]["containerDefinitions"]
        place = {"AWS_ENDPOINT_URL": self._sandbox.endpoint, "AWS_DEFAULT_REGION": REGION}
        return Process(container, {**self._credentials[task], **place, **environment})


class Shop:
    """The running example, and what is left when tasks are gone."""

    def __init__(
        self, deployment: Deployment, catalogue: FakeCatalogue, scratch: Path, cleanup: ExitStack
    ) -> None:
        self.catalogue = catalogue
        self._deployment = deployment
        self.pulse = scratch / "pulse"
        self._cleanup = cleanup
        self._queue_url = deployment.settings("web").queue_url
        self._sqs = deployment.client("sqs")
        self.store = Store(deployment.client("dynamodb"), deployment.settings("web").orders_table)

    def start_web(self, *, drain: int, longest_request: int = 20) -> Process:
        return self._start("web", DRAIN_SECONDS=drain, LONGEST_REQUEST_SECONDS=longest_request)

    def start_worker(self, *, visibility: int) -> Process:
        return self._start("worker", VISIBILITY_SECONDS=visibility, POLL_SECONDS=1)

    def _start(self, task: str, **environment: int) -> Process:
        replaced = {name: str(value) for name, value in environment.items()}
        process = self._deployment.start(
            task,
            {
                "CATALOGUE_URL": self.catalogue.url,
                "HOST": "127.0.0.1",
                "PORT": "0",
                "PULSE_FILE": str(self.pulse),
                **replaced,
            },
        )
        self._cleanup.callback(process.kill)
        return process

    def is_healthy(self, task: str, places: dict[str, str]) -> bool:
        """Run a container's health check, which looks at these places instead of the image's own."""
        [container] = self._deployment.definitions[task]["containerDefinitions"]
        kind, interpreter, option, code = container["healthCheck"]["command"]
        assert (kind, interpreter, option) == ("CMD", "python", "-c")
        for there, here in places.items():
            assert there in code
            code = code.replace(there, here)
        return subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0

    def pass_on(self, order: Order) -> None:
        """Take an order as the web service does."""
        self.store.add(order)
        self._sqs.send_message(QueueUrl=self._queue_url, MessageBody=json.dumps({"order_id": order.id}))

    def order(self, order_id: str) -> Order:
        order = self.store.order(order_id)
        assert order is not None, f"The order {order_id} is lost."
        return order

    def waiting(self) -> list[str]:
        """Take all messages from the queue, and return the orders that they name."""
        found: list[str] = []
        while messages := self._sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=10, VisibilityTimeout=300
        ).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"])["order_id"])
                self._sqs.delete_message(QueueUrl=self._queue_url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def unfinished(self) -> int:
        """Return how many messages there are, in hand or not, given up or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        main = self._queue_url
        return sum(
            int(count)
            for url in (main, f"{main}-dead-letter")
            for count in self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)[
                "Attributes"
            ].values()
        )


@pytest.fixture(scope="session")
def deployment() -> Iterator[Deployment]:
    with Sandbox(time_factor=60, ticks=False) as sandbox:
        yield Deployment(sandbox)


@pytest.fixture
def start_shop(deployment: Deployment, tmp_path: Path) -> Iterator[Callable[[], Shop]]:
    with ExitStack() as cleanup:
        catalogue = cleanup.enter_context(serving_catalogue())
        yield lambda: Shop(deployment, catalogue, tmp_path, cleanup)


@pytest.fixture
def shop(start_shop: Callable[[], Shop]) -> Shop:
    return start_shop()
