"""Which tokens of the embedded issuer were revoked, as a service follows it.

The records are looked at twice a second. Nothing has to be announced, so no announcement can be lost.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from events.errors import CairnError
from events.log.cancellation import heed_cancellation
from events.log.client.resilient import ResilientClient
from events.log.stream_state import NoStream, read_state
from services.access.authentication import TokenRefused
from services.access.issuer.recording import recorded_tokens
from services.access.issuer.token_records import STREAM, Revoked

_LOOK_SECONDS = 0.5
UNREAD_SECONDS = 60.0
"""For how long tokens are accepted although nobody can say which ones were revoked meanwhile."""
_log = logging.getLogger("cairn.access")


class Revocations:
    """The revoked tokens of the embedded issuer.

    Args:
        nc: A connection from :func:`events.log.connect`.
        clock: A clock that never goes back, in seconds.
    """

    def __init__(self, nc: ResilientClient, clock: Callable[[], float] = time.monotonic):
        self._nc = nc
        self._clock = clock
        self._revoked: set[str] = set()
        self._stream = ""
        self._position = 0
        self._read_at: float | None = None
        self._listeners: list[Callable[[str], None]] = []

    def is_revoked(self, token_id: str) -> bool:
        """Whether a token was revoked.

        Raises:
            TokenRefused: `access.unavailable`, when the records could not be read for `UNREAD_SECONDS`.
        """
        if token_id in self._revoked:
            return True
        if self._read_at is None or self._clock() - self._read_at > UNREAD_SECONDS:
            raise TokenRefused(
                "access.unavailable",
                "Which tokens were revoked cannot be read now, so that no token is accepted. Try again.",
            )
        return False

    def when_revoked(self, call: Callable[[str], None]) -> None:
        """Have a function called with the id of each token that is found revoked from now on."""
        self._listeners.append(call)

    async def read(self) -> None:
        """Read what was recorded since the last time.

        Raises:
            LogUnreachable, NotRecorded: it cannot be read now.
        """
        began = self._clock()
        try:
            state = await read_state(self._nc, STREAM)
        except NoStream:  # no token was ever made
            self._read_at = began
            return
        if state.created != self._stream:
            self._position = 0
        if state.last > self._position or state.created != self._stream:
            found, self._position = await recorded_tokens(self._nc, self._position)
            self._stream = state.created
            self._note({happened.token for happened in found if isinstance(happened, Revoked)})
        self._read_at = began

    async def follow(self) -> None:
        """Read again and again, until cancelled."""
        failed = False
        while True:
            heed_cancellation()
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                await self.read()
            except CairnError as error:
                if not failed:
                    _log.warning("Which tokens were revoked cannot be read: %s", error)
                failed = True
            else:
                if failed:
                    _log.info("Which tokens were revoked can be read again.")
                failed = False

    def _note(self, revoked: set[str]) -> None:
        new = revoked - self._revoked
        self._revoked |= new
        for token_id in sorted(new):
            for call in self._listeners:
                call(token_id)
