"""A port that is taken gives way to the next free one."""

import socket

import pytest

from bench.peers.server import held_port
from services.node.ports import NoPort, free_port


def test_a_free_port_is_taken_as_it_is() -> None:
    assert free_port("127.0.0.1", 0) > 0
    with held_port() as port:
        assert free_port("127.0.0.1", port) == port


def test_a_taken_port_gives_way_to_a_higher_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        assert taken < free_port("127.0.0.1", taken) <= taken + 100


def test_an_address_of_another_machine_is_refused_with_a_sentence() -> None:
    with pytest.raises(NoPort, match=r"Nothing can listen on 192\.0\.2\.1"):
        free_port("192.0.2.1", 8080)
