"""What comes from outside: orders and the environment."""

from __future__ import annotations

import json

import pytest

from orders.settings import Settings, SettingsError
from orders.taking import BadOrderError, read_lines

ENVIRONMENT = {
    "ORDERS_TABLE": "orders",
    "IDEMPOTENCY_TABLE": "idempotency",
    "QUEUE_URL": "https://sqs.example/orders",
    "CATALOGUE_URL": "http://catalogue.example",
    "HOST": "0.0.0.0",
    "PORT": "8080",
    "DRAIN_SECONDS": "90",
    "LONGEST_REQUEST_SECONDS": "20",
    "VISIBILITY_SECONDS": "60",
    "POLL_SECONDS": "10",
    "PULSE_FILE": "/dev/shm/pulse",
}


def test_an_order_is_read() -> None:
    body = {"lines": [{"sku": "tea", "quantity": "2", "colour": "green"}]}
    assert read_lines(json.dumps(body).encode()) == [{"sku": "tea", "quantity": 2}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"lines": 1}',
        b'{"lines": [1]}',
        b'{"lines": [{"sku": "tea"}]}',
        b'{"lines": [{"sku": "tea", "quantity": "two"}]}',
    ],
)
def test_what_is_no_order_is_refused_with_what_one_is(body: bytes) -> None:
    with pytest.raises(BadOrderError, match="An order is"):
        read_lines(body)


@pytest.mark.parametrize("body", [b'{"lines": []}', b'{"lines": [{"sku": "tea", "quantity": 0}]}'])
def test_an_order_of_nothing_is_refused(body: bytes) -> None:
    with pytest.raises(BadOrderError, match="at least 1"):
        read_lines(body)


def test_settings_are_read() -> None:
    settings = Settings.read(ENVIRONMENT)
    assert (settings.orders_table, settings.drain_seconds, settings.port) == ("orders", 90, 8080)


def test_all_that_is_wrong_with_the_environment_is_said_at_once() -> None:
    wrong = ENVIRONMENT | {"DRAIN_SECONDS": "111", "PORT": "http", "QUEUE_URL": ""}
    with pytest.raises(SettingsError) as refused:
        Settings.read({name: value for name, value in wrong.items() if name != "ORDERS_TABLE"})
    assert str(refused.value) == (
        "The environment of this task is wrong: ORDERS_TABLE is missing. QUEUE_URL is missing. "
        "PORT must be a whole number from 0 to 65535, not 'http'. "
        "DRAIN_SECONDS must be a whole number from 0 to 110, not '111'."
    )
