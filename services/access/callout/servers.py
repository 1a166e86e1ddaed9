"""What is asked of nats-servers in their system account: which connections there are, and to end one."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import to_json

from events.log.client.replies import status_of
from events.log.client.resilient import ResilientClient
from services.access.callout.connections import Connection, connection_of

_ANSWER_SECONDS = 2.0
_QUIET_SECONDS = 0.5
"""After so long a silence every server of a cluster is taken to have answered."""
_CONNECTIONS_PER_PAGE = 1024
_NO_CID = 0
"""No connection has this number."""
_log = logging.getLogger("cairn.auth")


class _ServerConnection(BaseModel):
    cid: int
    authorized_user: str = ""
    issuer_key: str = ""
    """It is there for users that were made by a callout, and not for configured ones."""


class _ServerConnections(BaseModel):
    server_id: str
    total: int
    offset: int = 0
    limit: int
    connections: list[_ServerConnection] = Field(default_factory=list)


class _Answer(BaseModel):
    data: _ServerConnections


@dataclass(frozen=True, slots=True)
class Listed:
    """What servers say of their connections.

    Attributes:
        servers: The ids of the servers that have answered.
        connections: The connections on them that a callout has admitted.
    """

    servers: set[str]
    connections: set[Connection]


class Servers:
    """All servers of the cluster that a connection reaches.

    Args:
        nc: A connection of a user of the system account.
    """

    def __init__(self, nc: ResilientClient):
        self._nc = nc

    async def admitted(self) -> Listed:
        """The connections that a callout has admitted.

        Raises:
            NatsError: the connection to NATS was lost.
        """
        found, offset, more = Listed(set(), set()), 0, True
        while more:
            more = False
            async for page in self._page(offset):
                found.servers.add(page.server_id)
                admitted = (each for each in page.connections if each.issuer_key)
                named = (connection_of(page.server_id, each.cid, each.authorized_user) for each in admitted)
                found.connections.update(each for each in named if each is not None)
                more = more or page.total > offset + page.limit
            offset += _CONNECTIONS_PER_PAGE
        return found

    async def obey(self) -> bool:
        """Whether the servers do as this user asks. They list the connections of its own account for any user."""
        answered = (await self.admitted()).servers
        return any([await self.end(Connection(server, _NO_CID, None, 0)) for server in answered])

    async def end(self, connection: Connection) -> bool:
        """End a connection: its server cuts it off, and its client connects again if it is made so.

        Returns:
            Whether the connection is gone; False when its server did not answer.
        """
        subject = f"$SYS.REQ.SERVER.{connection.server}.KICK"
        try:
            # An error in the answer says that there is no such connection any more.
            await self._nc.request(subject, to_json({"cid": connection.cid}), timeout=_ANSWER_SECONDS)
        except NoRespondersError:
            return False
        except (NatsError, TimeoutError, OSError) as error:
            _log.warning("a connection could not be ended yet: %s", type(error).__name__)
            return False
        return True

    async def _page(self, offset: int) -> AsyncIterator[_ServerConnections]:
        inbox = self._nc.new_inbox()
        answers = await self._nc.subscribe(inbox)
        try:
            question = {"auth": True, "limit": _CONNECTIONS_PER_PAGE, "offset": offset}
            await self._nc.publish("$SYS.REQ.SERVER.PING.CONNZ", to_json(question), reply=inbox)
            seconds = _ANSWER_SECONDS
            while True:
                try:
                    message = await answers.next_msg(seconds)
                except TimeoutError:
                    return
                seconds = _QUIET_SECONDS
                if status_of(message):  # nobody hears the question
                    return
                try:
                    yield _Answer.model_validate_json(message.data).data
                except ValidationError:
                    _log.warning("a server's list of its connections could not be read")
        finally:
            if not self._nc.is_closed:
                await answers.unsubscribe()
