"""Ports that are free, near those that were wanted."""

import socket

from events.errors import CairnError

_PORTS_TRIED = 100


class NoPort(CairnError):
    """No port near the wanted one is free."""


def free_port(host: str, wanted: int) -> int:
    """The wanted port, or the next free one above it; 0 takes any.

    Raises:
        NoPort: no port of this host can be had.
    """
    refusal: OSError | None = None
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        try:
            return _listen(host, port)
        except OSError as error:
            refusal = error
    raise NoPort(f"Nothing can listen on {host}, port {wanted} or the next {_PORTS_TRIED}: {refusal}. Choose another.")


def _listen(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        taken: int = probe.getsockname()[1]
        return taken
