"""A request for a service reaches the fork that was made beforehand, and what it does then is no trouble."""

import os
import socket

import pytest

from services.node.forking import _Request


def test_a_fork_that_has_its_whole_request_may_close_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    received: list[_Request | None] = []
    send = socket.send_fds

    def send_and_be_understood(*arguments: object) -> int:
        sent: int = send(*arguments)  # type: ignore[arg-type]
        received.append(_Request.received(theirs))
        theirs.close()
        return sent

    monkeypatch.setattr(socket, "send_fds", send_and_be_understood)
    with ours:
        _Request(b"{}", 1, 2).send(ours)

    [request] = received
    assert request is not None
    assert request.message == b"{}"
    os.close(request.out)
    os.close(request.err)
