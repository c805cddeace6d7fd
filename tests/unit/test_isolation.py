"""Tests are cut off from the outside: see tests/conftest.py."""

import socket
import urllib.request

import boto3
import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", "example.com"])
def test_a_test_cannot_connect_to_another_host(address: str) -> None:
    with pytest.raises(OSError, match="loopback addresses only"):
        socket.create_connection((address, 80), timeout=0.1)


def test_a_test_cannot_open_an_address_on_the_web() -> None:
    with pytest.raises(OSError, match="loopback addresses only"):
        urllib.request.urlopen("http://example.com", timeout=0.1)


def test_a_test_can_talk_to_a_server_of_its_own() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as client,
    ):
        client.sendall(b"hello")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(5) == b"hello"


def test_a_test_has_made_up_credentials() -> None:
    credentials = boto3.session.Session().get_credentials()

    assert credentials is not None
    assert credentials.access_key == "testing"
