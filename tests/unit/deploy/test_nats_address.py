"""How an address of NATS with a user in it is read: the password is used, and never shown."""

import pytest

from events.log.client.address import NotAnAddress, read_address


@pytest.mark.parametrize(
    ("url", "shown", "credentials"),
    [
        ("nats://127.0.0.1:4222", "nats://127.0.0.1:4222", {}),
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
    ("url", "server"),
    [
        ("nats.example.org", "nats://nats.example.org"),
        ("pSecret", "nats://pSecret"),
        ("goals:pSecret@n1:4222", "nats://n1:4222"),
        ("nats://n2:4222,pSecret", "nats://pSecret"),
    ],
)
def test_what_has_no_scheme_is_not_repeated_as_it_may_be_a_token(url: str, server: str) -> None:
    address = read_address(url)
    assert address.servers[-1] == server
    assert "pSecret" not in f"{address} {address!r}"
    assert "nats://TOKEN@host:port" in str(address)


@pytest.mark.parametrize(
    "url",
    [
        *("nats://goals:pSec/ret@n1", "nats://goals:pSec#ret@n1", "nats://goals:pSec?ret@n1", ""),
        *("nats://[::1", "nats://goals:pSec@x]:4", "nats://goals:pSec@[::1", "nats://goals:pSec@n1\u2100"),
        *("nats://goals:pSec@n1:0", "nats://goals:pSec@n1:65536", "nats://goals:pSec@n1:port"),
        *(f"nats://goals:pSec@{'n' * 64}.example", "nats://goals:pSec@n1..example", f"nats://pSec{'n' * 60}"),
    ],
)
def test_a_password_that_breaks_the_address_is_not_repeated(url: str) -> None:
    with pytest.raises(NotAnAddress) as refusal:
        read_address(url)
    assert "pSec" not in str(refusal.value)
    assert "percent-encoded" in str(refusal.value)


@pytest.mark.parametrize("name", ["creds", "nkey", "ca"])
def test_a_name_that_no_file_has_is_refused(name: str) -> None:
    with pytest.raises(NotAnAddress, match=f"names as {name} can be the name of no file"):
        read_address(f"nats://n1?{name}=/etc/%00pSecret")


@pytest.mark.parametrize("url", ["nats://[::1]:4222", "tls://n1.example.:4222", "nats://bücher.example"])
def test_every_kind_of_host_is_one(url: str) -> None:
    assert read_address(url).servers == [url]
