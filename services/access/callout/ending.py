"""Ends connections whose token expires in a moment or was revoked, also those that were admitted before a restart."""

import asyncio
import logging
import time

from nats.errors import Error as NatsError

from events.log.cancellation import heed_cancellation
from services.access.authentication import TokenRefused
from services.access.callout.connections import Connection, Connections
from services.access.callout.servers import Servers
from services.access.callout.tokens import Tokens

_TURN_SECONDS = 0.5
"""How often it is looked which connections must be ended."""
_LOOK_SECONDS = 30.0
"""How often the servers are asked which connections there are: another instance may have admitted some, and ended."""
_ENDED_AT_ONCE = 64
_log = logging.getLogger("cairn.auth")


class Ending:
    """Keeps the connections that were admitted in mind, and ends each when its time has come."""

    def __init__(self, connections: Connections, servers: Servers, tokens: Tokens):
        self._connections = connections
        self._servers = servers
        self._tokens = tokens
        self._missing: set[Connection] = set()

    async def look(self) -> None:
        """Find the connections that there are, and forget those that were missing twice in a row."""
        before = {*self._connections}
        try:
            found = await self._servers.admitted()
        except (NatsError, OSError) as error:
            _log.warning("the servers could not be asked for their connections: %s", type(error).__name__)
            return
        if not found.servers:
            return
        for each in found.connections:
            self._connections.remember(each)
        # Once is not enough: as connections end, others move from one page of an answer to the page before.
        missing = before - found.connections
        for each in missing & self._missing:
            self._connections.forget(each)
        self._missing = missing

    async def run(self) -> None:
        """End connections until cancelled."""
        await asyncio.gather(self._look_again(), self._end_in_turn())

    async def _look_again(self) -> None:
        while True:
            heed_cancellation()
            await asyncio.sleep(_LOOK_SECONDS)
            await self.look()

    async def _end_in_turn(self) -> None:
        while True:
            due = self._connections.to_end(time.time(), self._is_revoked)
            for begin in range(0, len(due), _ENDED_AT_ONCE):
                await asyncio.gather(*map(self._end, due[begin : begin + _ENDED_AT_ONCE]))
            heed_cancellation()
            await asyncio.sleep(_TURN_SECONDS)

    async def _end(self, connection: Connection) -> None:
        if await self._servers.end(connection):
            self._connections.forget(connection)

    def _is_revoked(self, token: str) -> bool:
        try:
            return self._tokens.is_revoked(token)
        except TokenRefused:  # it is not known now; who is in stays, and nobody new is admitted
            return False
