"""The web service, in a process that may end any time.

It leaves as `departure` says. Nothing lives in it: a request that dies with it all the same is sent again
with its Idempotency-Key, and then done once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

import boto3
import uvicorn
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)
from botocore.config import Config
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from orders.catalogue import Catalogue, CatalogueError, UnknownSkuError
from orders.departure import Departure
from orders.once import Once
from orders.settings import Settings
from orders.store import Store
from orders.taking import BadOrderError, Desk

# AWS answers in milliseconds or not at all: better to try again soon than to hold a request up.
IMPATIENT: Final = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)


def create_app(desk: Desk, store: Store, departure: Departure) -> Starlette:
    """Return the application; what blocks runs in threads."""

    async def take_order(request: Request) -> Response:
        key = request.headers.get("Idempotency-Key")
        if not key:
            raise BadOrderError("Send an Idempotency-Key, and the same one when you send the order again.")
        taken = await run_in_threadpool(desk.take, key, await request.body())
        return JSONResponse(taken, HTTPStatus.ACCEPTED)

    def show_order(request: Request) -> Response:
        order = store.order(request.path_params["order_id"])
        if order is None:
            return JSONResponse({"detail": "There is no such order."}, HTTPStatus.NOT_FOUND)
        return JSONResponse({"id": order.id, "price": order.price, "status": order.status})

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # In place of uvicorn's own handler, which closes the door at once.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, departure.begin)
        yield

    return Starlette(
        routes=[
            Route("/orders", take_order, methods=["POST"]),
            Route("/orders/{order_id}", show_order),
            Route("/readyz", departure.ready),
            Route("/healthz", departure.alive),
        ],
        middleware=[Middleware(BaseHTTPMiddleware, dispatch=departure.say_goodbye)],
        exception_handlers={
            BadOrderError: refuse,
            UnknownSkuError: refuse,
            IdempotencyValidationError: refuse,
            CatalogueError: put_off,
            IdempotencyAlreadyInProgressError: put_off,
        },
        lifespan=lifespan,
    )


def refuse(_: Request, error: Exception) -> Response:
    """Say that sending it again would not help."""
    if isinstance(error, IdempotencyValidationError):
        detail = "This Idempotency-Key belongs to an order with other lines."
    else:
        detail = str(error)
    return JSONResponse({"detail": detail}, HTTPStatus.UNPROCESSABLE_ENTITY)


def put_off(_: Request, error: Exception) -> Response:
    """Say that it may be sent again, soon."""
    if isinstance(error, IdempotencyAlreadyInProgressError):
        status, detail = HTTPStatus.CONFLICT, "This order is being taken."
    else:
        status, detail = HTTPStatus.SERVICE_UNAVAILABLE, str(error)
    return JSONResponse({"detail": detail}, status, {"Retry-After": "1"})


def main() -> None:
    """Serve until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("botocore").setLevel(logging.WARNING)
    settings = Settings.read(os.environ)
    dynamodb = boto3.client("dynamodb", config=IMPATIENT)
    store = Store(dynamodb, settings.orders_table)
    desk = Desk(
        catalogue=Catalogue(settings.catalogue_url),
        store=store,
        sqs=boto3.client("sqs", config=IMPATIENT),
        queue_url=settings.queue_url,
        once=Once(dynamodb, settings.idempotency_table, settings.longest_request_seconds),
    )

    def close() -> None:
        server.should_exit = True

    departure = Departure(settings.drain_seconds, close)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(desk, store, departure),
            host=settings.host,
            port=settings.port,
            # Longer than the load balancer's idle timeout of 60 s, or it would send requests into connections
            # that end: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/http-502-issues.html
            timeout_keep_alive=75,
            timeout_graceful_shutdown=settings.longest_request_seconds,
            access_log=False,
            log_config=None,
        )
    )
    server.run()


if __name__ == "__main__":
    main()
