"""Interruptions as ECS makes them, of real processes: SIGTERM and SIGKILL lose no request and no job.

The example's own Terraform is applied to a sandbox; the processes have the environment of its task
definitions and the permissions of its roles.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Final

import pytest
from botocore.exceptions import ClientError

from orders.store import Line, Order
from tests.example_app.catalogue import SHELF
from tests.example_app.conftest import NAME, Deployment, Shop
from tests.example_app.visitors import Answer, Crowd, Visitor
from tests.example_app.waiting import SECONDS, wait_for

# Long enough that a message that is not given back would never be seen again in a test.
FOR_EVER: Final = 3600
USERS: Final = 4


def order_of(order_id: str, *skus: str) -> Order:
    return Order(order_id, 0, tuple(Line(sku, quantity) for quantity, sku in enumerate(skus, 1)))


def reserve_is_exact(shop: Shop, *orders: Order) -> None:
    """Fail unless each line of these orders is reserved, and nothing is reserved twice."""
    wanted: Counter[str] = Counter()
    for order in orders:
        assert shop.order(order.id).status == "reserved"
        wanted.update({line.sku: line.quantity for line in order.lines})
    assert {sku: shop.store.stock(sku) for sku in wanted} == {
        sku: {SHELF: quantity} for sku, quantity in wanted.items()
    }


def done(shop: Shop, *orders: Order) -> bool:
    """Say whether these orders are done, and no message of them is left."""
    return all(shop.order(order.id).status == "reserved" for order in orders) and shop.unfinished() == 0


def test_a_request_in_flight_at_sigterm_is_answered_before_the_process_leaves(shop: Shop) -> None:
    web = shop.start_web(drain=0)
    visitor = Visitor(web.url)
    shop.catalogue.hold("/prices slow")
    with ThreadPoolExecutor() as pool:
        in_flight = pool.submit(visitor.order, "in-flight", "slow")
        shop.catalogue.wait_until_asked("/prices slow")
        web.tell_to_leave()
        wait_for(lambda: not visitor.is_let_in(), "the door to close")
        assert not in_flight.done()
        shop.catalogue.release("/prices slow")
        answer = in_flight.result(SECONDS)
    assert (answer.status, answer.connection) == (HTTPStatus.ACCEPTED, "close")
    assert web.exit_code() == 0
    assert shop.order(answer.body["id"]).status == "accepted"
    assert shop.waiting() == [answer.body["id"]]


def test_users_whom_the_load_balancer_still_sends_after_sigterm_are_all_answered(shop: Shop) -> None:
    web = shop.start_web(drain=15)
    visitor = Visitor(web.url, connections=USERS)
    crowd = Crowd(visitor)
    with ThreadPoolExecutor() as pool:
        crowd.come(pool, USERS)
        wait_for(lambda: len(crowd.answers) >= USERS, "the first answers")
        assert visitor.get("/readyz").status == HTTPStatus.OK
        web.tell_to_leave()
        crowd.is_late()
        assert visitor.get("/readyz").status == HTTPStatus.SERVICE_UNAVAILABLE
        assert visitor.get("/healthz").status == HTTPStatus.OK
        wait_for(lambda: len(crowd.late) >= 5 * USERS, "more answers")
        answers = crowd.go()
    assert web.exit_code() == 0
    assert {answer.status for answer in answers} == {HTTPStatus.ACCEPTED}
    # Nobody comes back by a connection that is about to end.
    assert {answer.connection for answer in crowd.late} == {"close"}
    assert Counter(shop.waiting()) == Counter(answer.body["id"] for answer in answers)


def test_an_order_that_dies_with_its_task_is_taken_once_when_it_is_sent_again(shop: Shop) -> None:
    web = shop.start_web(drain=60, longest_request=2)
    visitor = Visitor(web.url)
    shop.catalogue.hold("/prices cup")
    with ThreadPoolExecutor() as pool:
        lost = pool.submit(visitor.order, "sent-again", "cup")
        shop.catalogue.wait_until_asked("/prices cup")
        assert web.stop(stop_timeout=0) == -signal.SIGKILL
        assert lost.exception(SECONDS) is not None
    shop.catalogue.release("/prices cup")

    second = Visitor(shop.start_web(drain=60, longest_request=2).url)
    answers = [wait_for(lambda: answered(second.order("sent-again", "cup")), "an answer") for _ in range(3)]
    assert len({answer["id"] for answer in answers}) == 1
    assert shop.waiting() == [answers[0]["id"]]


def answered(answer: Answer) -> dict[str, str] | None:
    """Return what was accepted; while the lease of a task that was killed lasts, nothing."""
    assert answer.status in {HTTPStatus.ACCEPTED, HTTPStatus.CONFLICT}
    return answer.body if answer.status == HTTPStatus.ACCEPTED else None


def test_a_job_in_hand_at_sigterm_is_checkpointed_and_given_back_at_once(shop: Shop) -> None:
    order = order_of("given-back", "b1", "b2", "b3", "b4", "b5")
    shop.catalogue.hold("/shelves b3")
    shop.pass_on(order)
    first = shop.start_worker(visibility=FOR_EVER)
    shop.catalogue.wait_until_asked("/shelves b3")
    first.tell_to_leave()
    shop.catalogue.release("/shelves b3")
    assert first.exit_code() == 0
    assert shop.order(order.id).reserved == 3

    second = shop.start_worker(visibility=FOR_EVER)
    wait_for(lambda: done(shop, order), "the second worker to finish the job")
    assert second.stop(SECONDS) == 0
    reserve_is_exact(shop, order)
    assert [shop.catalogue.asked[f"/shelves b{line}"] for line in range(1, 6)] == [1, 1, 1, 1, 1]


def test_a_job_in_hand_at_sigkill_goes_on_at_its_checkpoint(shop: Shop) -> None:
    order = order_of("killed", "k1", "k2", "k3", "k4")
    shop.catalogue.hold("/shelves k3")
    shop.pass_on(order)
    first = shop.start_worker(visibility=3)
    shop.catalogue.wait_until_asked("/shelves k3")
    # It cannot leave, as the line in hand hangs: ECS waits for the stop timeout, 120 s there.
    assert first.stop(stop_timeout=1) == -signal.SIGKILL
    assert shop.order(order.id).reserved == 2
    shop.catalogue.release("/shelves k3")

    second = shop.start_worker(visibility=3)
    wait_for(lambda: done(shop, order), "the second worker to finish the job")
    assert second.stop(SECONDS) == 0
    reserve_is_exact(shop, order)
    assert [shop.catalogue.asked[f"/shelves k{line}"] for line in range(1, 5)] == [1, 1, 2, 1]


def test_a_worker_without_a_job_leaves_at_once_and_takes_no_other(shop: Shop) -> None:
    worker = shop.start_worker(visibility=FOR_EVER)
    worker.wait_until_it_says("waiting for jobs")
    assert worker.stop(SECONDS) == 0
    shop.pass_on(order_of("later", "l1"))
    assert shop.waiting() == ["later"]
    assert shop.order("later").reserved == 0


def test_a_storm_of_interruptions_loses_no_job_and_does_none_twice(shop: Shop) -> None:
    orders: list[Order] = []
    workers = [shop.start_worker(visibility=8) for _ in range(2)]
    for gust in range(3):
        # Two jobs, and a worker held up in the midst of each.
        pair = [order_of(f"{gust}{job}", f"{gust}{job}1", f"{gust}{job}2", "sought-after") for job in "ab"]
        held = [f"/shelves {order.lines[1].sku}" for order in pair]
        for question, order in zip(held, pair, strict=True):
            shop.catalogue.hold(question)
            shop.pass_on(order)
        for question in held:
            shop.catalogue.wait_until_asked(question)
        killed, leaving = workers
        assert killed.kill() == -signal.SIGKILL
        leaving.tell_to_leave()
        for question in held:
            shop.catalogue.release(question)
        assert leaving.exit_code() == 0
        workers = [shop.start_worker(visibility=8) for _ in range(2)]
        orders += pair
    wait_for(lambda: done(shop, *orders), "all jobs to be done")
    for worker in workers:
        worker.wait_until_it_says("waiting for jobs")
        assert worker.stop(SECONDS) == 0
    reserve_is_exact(shop, *orders)


@pytest.mark.parametrize("task", ["web", "worker"])
def test_a_task_has_the_two_minutes_of_an_interruption_and_is_asked_for_its_health(
    deployment: Deployment, task: str
) -> None:
    [container] = deployment.definitions[task]["containerDefinitions"]
    assert container["stopTimeout"] == 120
    assert (container["healthCheck"]["interval"], container["healthCheck"]["retries"]) == (30, 3)


def test_the_health_check_of_the_web_container_passes_even_while_it_leaves(shop: Shop) -> None:
    web = shop.start_web(drain=60)
    place = {"127.0.0.1:8080": web.url.removeprefix("http://")}
    assert shop.is_healthy("web", place)
    web.tell_to_leave()
    assert shop.is_healthy("web", place)
    web.kill()
    assert not shop.is_healthy("web", place)


def test_the_health_check_of_the_worker_container_passes_while_it_goes_on(shop: Shop) -> None:
    worker = shop.start_worker(visibility=FOR_EVER)
    worker.wait_until_it_says("waiting for jobs")
    wait_for(shop.pulse.exists, "a pulse")
    place = {"/dev/shm/pulse": str(shop.pulse)}
    assert shop.is_healthy("worker", place)
    worker.kill()
    os.utime(shop.pulse, (0, 0))
    assert not shop.is_healthy("worker", place)


def test_the_web_service_is_gone_before_its_two_minutes_are_over(deployment: Deployment) -> None:
    settings = deployment.settings("web")
    [group] = deployment.client("elbv2").describe_target_groups(Names=[f"{NAME}-web"])["TargetGroups"]
    seen_not_ready = group["HealthCheckIntervalSeconds"] * group["UnhealthyThresholdCount"]
    assert settings.drain_seconds >= seen_not_ready, (
        "The load balancer may still send users when the door closes."
    )
    assert settings.drain_seconds + settings.longest_request_seconds <= 110


def test_a_task_may_do_what_its_process_does_and_nothing_else(deployment: Deployment) -> None:
    assert deployment.outputs["service_ids"]["web"].endswith(f"::{NAME}::{NAME}-web")
    web, worker = deployment.acting_as("web"), deployment.acting_as("worker")
    [queue] = deployment.client("sqs").list_queues(QueueNamePrefix=f"{NAME}-orders-dead-letter")["QueueUrls"]
    for client in (web, worker):
        with pytest.raises(ClientError, match="AccessDenied"):
            client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    with pytest.raises(ClientError, match="AccessDenied"):
        web("dynamodb").update_item(TableName=f"{NAME}-orders", Key={"id": {"S": "stock#tea"}})
    with pytest.raises(ClientError, match="AccessDenied"):
        worker("dynamodb").put_item(TableName=f"{NAME}-orders", Item={"id": {"S": "order#forged"}})
