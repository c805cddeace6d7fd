"""Examples that take something over, a zip or a proof of concept, are applied as their pages say."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from simulator.sandbox import Sandbox
from simulator.terraform import REPOSITORY
from tests.e2e.installation import new_client
from tests.e2e.newcomer import Newcomer, commands
from tests.e2e.places import Place

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WORK: Final = REPOSITORY / "build" / "examples"
CENTRAL: Final = Place("central", "111111111111", "eu-west-1")
WORKLOAD: Final = Place("workload", "222222222222", "eu-west-1")
ARTIFACTS: Final = Place("artifacts", "444444444444", "eu-west-1")
ALONE: Final = Place("alone", "555555555555", "eu-west-1")
WHOLE: Final = Place("whole", "666666666666", "eu-west-1")
TABLE: Final = "ecs_cp_restore_state"
QUEUES: Final = ("fargate-spot-placement-failure-queue", "fargate-spot-interruption-queue")
ROLE: Final = "CentralSpotAutomationRole"
OLD_ITEM: Final[dict[str, Any]] = {
    "id": {"S": "222222222222::test-cluster2::test-cluster-service"},
    "config": {"S": json.dumps([{"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0}])},
    "event": {"S": "{}"},
    "scheduled": {"BOOL": False},
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(time_factor=60, log=REPOSITORY / "build" / "examples-sandbox.log") as started:
        yield started


def newcomer_to(
    page: str, sandbox: Sandbox, *accounts: Place, replaced: Mapping[str, str] | None = None
) -> Newcomer:
    """Return someone with a profile for each of these accounts of the sandbox."""
    profiles = REPOSITORY / "build" / f"{page}.config"
    profiles.write_text(
        "".join(
            f"[profile {each.name}]\naws_access_key_id = {each.account}\naws_secret_access_key = sandbox\n"
            for each in accounts
        )
    )
    return Newcomer(
        REPOSITORY / "examples" / page / "README.md",
        WORK / page,
        replaced={"o-a1b2c3d4e5": "o-sandbox000", **(replaced or {})},
        environment={
            "AWS_ENDPOINT_URL": sandbox.endpoint,
            "AWS_CONFIG_FILE": str(profiles),
            "AWS_PROFILE": accounts[0].name,
            "AWS_DEFAULT_REGION": accounts[0].region,
        },
    )


def test_the_functions_come_from_s3(sandbox: Sandbox) -> None:
    settings, upload_and_apply, destroy = commands(REPOSITORY / "examples/package-from-s3/README.md")
    new_client(sandbox, "s3", ARTIFACTS).create_bucket(
        Bucket="example-artifacts", CreateBucketConfiguration={"LocationConstraint": ARTIFACTS.region}
    )
    newcomer = newcomer_to("package-from-s3", sandbox, ARTIFACTS)
    newcomer.set(settings)
    newcomer.run(upload_and_apply)

    functions = new_client(sandbox, "lambda", ARTIFACTS)
    zip_size = (WORK / "package-from-s3/modules/central-hub/package/spot_failover.zip").stat().st_size
    for name in ("spot-failover-observe", "spot-failover-work"):
        assert functions.get_function(FunctionName=name)["Configuration"]["CodeSize"] == zip_size

    newcomer.set(upload_and_apply.partition("aws s3 cp")[0].partition("\n")[2])  # the key, in a new shell
    newcomer.run(destroy)


def test_one_account_has_hub_spoke_and_a_service_in_each_mode(sandbox: Sandbox) -> None:
    load_balancers = new_client(sandbox, "elbv2", ALONE)
    made = load_balancers.create_load_balancer(Name="web", Subnets=["subnet-0abc"])
    listener = load_balancers.create_listener(
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )["Listeners"][0]["ListenerArn"]
    here = {"arn:aws:elasticloadbalancing:…": listener, "name=web": "name=shop"}
    (newcomer, (apply, rehearse, _)), *others = (
        (
            newcomer_to(page, sandbox, ALONE, replaced=here),
            commands(REPOSITORY / f"examples/{page}/README.md"),
        )
        for page in ("single-account", "standby-service", "backfill-workers")
    )
    newcomer.run(apply)
    for other, blocks in others:
        other.run(blocks[0])

    services = ("web::web", "shop::shop", "worker::worker")
    status = rehearse.splitlines()[-1]
    newcomer.run_until(
        status,
        lambda table: all(f"{ALONE.account}::{ALONE.region}::{each}" in table for each in services),
        120,
    )
    newcomer.run(rehearse.splitlines()[0])
    newcomer.run_until(status, lambda table: "on_demand" in table, 60)
    [standby] = [each for each in sandbox.control.services() if each["service"] == "worker-on-demand"]
    assert standby["desired"] == 1  # its reserve

    for other, blocks in others:
        other.run(blocks[1])
    left = [each["service"] for each in sandbox.control.services() if each["account"] == ALONE.account]
    assert left == ["web"]


def test_a_whole_account_is_watched_without_a_registration(sandbox: Sandbox) -> None:
    make_service(sandbox, WHOLE, "production", "web")
    make_service(sandbox, WHOLE, "production", "batch-night")
    begin, destroy = commands(REPOSITORY / "examples/whole-account/README.md")
    newcomer = newcomer_to("whole-account", sandbox, WHOLE)
    newcomer.run(begin)
    status = begin.splitlines()[-1]
    shown = newcomer.run_until(status, lambda table: "::production::web" in table, 120)
    assert "batch-night" not in shown
    newcomer.run(destroy)


def test_a_proof_of_concept_gives_way_without_two_owners(sandbox: Sandbox) -> None:
    settings, stop, pending, remove, plan, apply, workload, status, act = commands(
        REPOSITORY / "examples/from-a-poc/README.md"
    )
    make_proof_of_concept(sandbox)
    newcomer = newcomer_to("from-a-poc", sandbox, CENTRAL, WORKLOAD)
    newcomer.set(settings)
    newcomer.run(stop)
    assert newcomer.run(pending).split() == []
    newcomer.run(remove)
    planned = newcomer.run(plan)
    assert "3 to import" in planned
    assert "0 to destroy" in planned
    newcomer.run(apply)
    assert "1 imported" in newcomer.run(workload)

    newcomer.run_until(status, lambda table: "::eu-west-1::test-cluster2::test-cluster-service" in table, 120)
    assert OLD_ITEM["id"]["S"] not in newcomer.run(status)
    kept = new_client(sandbox, "dynamodb", CENTRAL).get_item(TableName=TABLE, Key={"id": OLD_ITEM["id"]})
    assert kept["Item"] == OLD_ITEM
    iam = new_client(sandbox, "iam", WORKLOAD)
    assert iam.list_role_policies(RoleName=ROLE)["PolicyNames"] == ["spot-failover-eu-west-1"]
    assert iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"] == []
    trust = iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"]
    assert "spot-failover-work-eu-west-1" in json.dumps(trust)

    newcomer.run(act)
    functions = new_client(sandbox, "lambda", CENTRAL)
    configuration = functions.get_function_configuration(FunctionName="spot-failover-work")
    assert configuration["Environment"]["Variables"]["OPERATION"] == "active"


def make_proof_of_concept(sandbox: Sandbox) -> None:
    """Make by hand what the page takes over, and the service that was looked after."""
    new_client(sandbox, "dynamodb", CENTRAL).create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    new_client(sandbox, "dynamodb", CENTRAL).put_item(TableName=TABLE, Item=OLD_ITEM)
    for queue in QUEUES:
        new_client(sandbox, "sqs", CENTRAL).create_queue(QueueName=queue)
    events = new_client(sandbox, "events", CENTRAL)
    events.put_rule(Name="restore-schedule", ScheduleExpression="rate(5 minutes)")
    make_function(sandbox)

    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    trusts_the_account = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{CENTRAL.account}:root"},
        "Action": "sts:AssumeRole",
    }
    iam = new_client(sandbox, "iam", WORKLOAD)
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy(trusts_the_account))
    iam.put_role_policy(RoleName=ROLE, PolicyName="poc", PolicyDocument=policy(everything))
    iam.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AmazonECS_FullAccess")
    events = new_client(sandbox, "events", WORKLOAD)
    events.put_rule(Name="forward-ecs-events", EventPattern=json.dumps({"source": ["aws.ecs"]}))
    bus, forwarding = CENTRAL.arn("events", "event-bus/default"), WORKLOAD.role_arn("poc-forwarding")
    events.put_targets(Rule="forward-ecs-events", Targets=[{"Id": "hub", "Arn": bus, "RoleArn": forwarding}])
    make_service(sandbox, WORKLOAD, "test-cluster2", "test-cluster-service")


def make_service(sandbox: Sandbox, place: Place, cluster: str, service: str) -> None:
    """Make a service on Spot, with its cluster, by calls."""
    ecs = new_client(sandbox, "ecs", place)
    ecs.create_cluster(clusterName=cluster, capacityProviders=["FARGATE", "FARGATE_SPOT"])
    ecs.register_task_definition(
        family="test",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": "test:1", "essential": True}],
    )
    ecs.create_service(
        cluster=cluster,
        serviceName=service,
        taskDefinition="test",
        desiredCount=2,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
    )


def make_function(sandbox: Sandbox) -> None:
    """Make a function that fails over as the proof of concept's did; here it only has to be in the way."""
    trusts_lambda = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    new_client(sandbox, "iam", CENTRAL).create_role(
        RoleName="poc", AssumeRolePolicyDocument=policy(trusts_lambda)
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("handler.py", "def handler(event, context):\n    return None\n")
    new_client(sandbox, "lambda", CENTRAL).create_function(
        FunctionName="fargate-spot-task-placement-failure-handler",
        Runtime="python3.13",
        Role=CENTRAL.role_arn("poc"),
        Handler="handler.handler",
        Code={"ZipFile": archive.getvalue()},
    )


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
