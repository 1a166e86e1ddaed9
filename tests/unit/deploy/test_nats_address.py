"""How an address of NATS with a user in it is read: the password is used, and never shown."""

import pytest

from events.log.client.address import NotAnAddress, read_address


@pytest.mark.parametrize(
    ("url", "shown", "credentials"),
    [
        ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222", {}),
        ("nats.example.org", "nats://nats.example.org", {}),
        ("tls://goals:pSecret@n1:4222", "tls://n1:4222", {"user": "goals", "password": "pSecret"}),
        ("nats://goals:p%40%2F%25@n1", "nats://n1", {"user": "goals", "password": "p@/%"}),
        ("nats://token@n1", "nats://n1", {"token": "token"}),
        ("nats://goals:pSecret@n1:1,nats://n2:2", "nats://n1:1,nats://n2:2", {"user": "goals", "password": "pSecret"}),
    ],
)
def test_credentials_are_kept_apart_from_the_servers(url: str, shown: str, credentials: dict[str, str]) -> None:
    address = read_address(url)
    assert str(address) == repr(address) == shown
    assert address.credentials == credentials


@pytest.mark.parametrize(
    "url", ["nats://goals:pSec/ret@n1", "nats://goals:pSec#ret@n1", "nats://goals:pSec?ret@n1", ""]
)
def test_a_password_that_breaks_the_address_is_not_repeated(url: str) -> None:
    with pytest.raises(NotAnAddress) as refusal:
        read_address(url)
    assert "pSec" not in str(refusal.value)
    assert "percent-encoded" in str(refusal.value)
