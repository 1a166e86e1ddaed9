"""nats-py's client, made to withstand whatever a stranger publishes, and to read headers quickly.

nats-py 2.16 ends its read loop for good, with no reconnect, on the first message whose header status or subject is not
UTF-8: one message on a subject that anyone may publish to would silence a service. And it looks at header names one
character at a time, which is the largest part of following the log. Both are in private methods; the lock pins the
release, and tests/integration/log/test_client.py sends such messages.
"""

import re
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg

_VERSION = "NATS/1.0"
_HEADER = re.compile(r"^([!-9;-~]+):[ \t]*([^\r\n]*)\r\n", re.MULTILINE)


class SturdyClient(Client):
    """A client that takes every message: what is not UTF-8 in it is replaced, and what is no header is left out."""

    async def _process_headers(self, headers: bytes | None) -> dict[str, str] | None:
        return read_headers(headers) if headers else None

    def _build_message(
        self, sid: int, subject: bytes, reply: bytes, data: bytes, headers: dict[str, str] | None
    ) -> Msg:
        return self.msg_class(
            _client=self,
            subject=subject.decode(errors="replace"),
            # An answer to an address that cannot be read back would go astray.
            reply=reply.decode() if reply.isascii() else "",
            data=data,
            headers=headers,
            _sid=sid,
        )


async def connect_client(servers: list[str], **options: Any) -> SturdyClient:  # nats-py's own options
    """A connected client; one that cannot connect is closed, which nats-py leaves undone."""
    client = SturdyClient()
    try:
        await client.connect(servers, **options)
    except BaseException:
        await client.close()
        raise
    return client


def read_headers(block: bytes) -> dict[str, str] | None:
    """The headers of a NATS message, with an inline status as `Status` and `Description`; None when there are none.

    The form is `NATS/1.0[ status[ description]]`, then `Name: value` lines (NATS ADR-4). Never raises.
    """
    text = block.decode(errors="replace")
    first, _, lines = text.partition("\r\n")
    headers = dict(_HEADER.findall(lines))
    if len(first) > len(_VERSION):
        code, _, description = first[len(_VERSION) :].strip().partition(" ")
        if code.isdecimal():
            headers["Status"] = code
        if description:
            headers["Description"] = description
    return headers or None
