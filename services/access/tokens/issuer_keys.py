"""The keys of an OpenID Connect issuer, as a service keeps them: fresh, and asked for seldom.

They are asked for every few minutes. A token with a key that is not known yet has them asked for at once, but not
again and again: anybody can write such a token. When the issuer does not answer, Cairn goes on with the keys that it
knows, for a while; then it says that it cannot check tokens, which is another answer than that a token is wrong.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from events.errors import CairnError
from services.access.authentication import TokenRefused
from services.access.tokens.keys import KeyRing

FRESH_SECONDS = 5 * 60.0
"""How often the issuer is asked; for so long a key is accepted that the issuer has withdrawn."""
REFETCH_SECONDS = 30.0
"""How often, at most, the issuer is asked because of a token; and how soon again when it did not answer."""
OLDEST_SECONDS = 60 * 60.0
"""For how long keys are used while the issuer does not answer."""
_log = logging.getLogger("cairn.access")


class IssuerUnusable(CairnError):
    """The issuer does not answer, or its answer cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class IssuerAnswer:
    """What an issuer says of itself.

    Attributes:
        metadata: Its description (OpenID Connect Discovery 1.0, section 3).
        keys: Its usable keys.
    """

    metadata: Mapping[str, Any]
    keys: KeyRing


class IssuerKeys:
    """The keys of one issuer.

    Args:
        ask: Asks the issuer.
        clock: A clock that never goes back, in seconds.
    """

    def __init__(self, ask: Callable[[], Awaitable[IssuerAnswer]], clock: Callable[[], float] = time.monotonic):
        self._ask = ask
        self._clock = clock
        self._asking = asyncio.Lock()
        self._answer: IssuerAnswer | None = None
        self._answered_at = 0.0
        self._needed_at: float | None = None
        self._answers = True

    @property
    def metadata(self) -> Mapping[str, Any]:
        """How the issuer describes itself; empty until it has answered."""
        return self._answer.metadata if self._answer is not None else {}

    async def keys(self, kid: str | None = None) -> KeyRing:
        """The keys of the issuer.

        Args:
            kid: A key that the caller needs.

        Raises:
            TokenRefused: `access.unavailable`, when the issuer has not answered for `OLDEST_SECONDS`, or does not
                answer and the key is not known: it may have a new one.
        """
        ring = self._usable()
        if ring is None or (kid is not None and not ring.knows(kid)):
            await self._ask_as_needed(kid)
            ring = self._usable()
        if ring is None or (kid is not None and not ring.knows(kid) and not self._answers):
            raise TokenRefused(
                "access.unavailable",
                "The issuer of tokens does not answer, so that this token cannot be checked. Try again.",
            )
        return ring

    async def refresh(self) -> bool:
        """Ask the issuer now. Returns whether it has answered; what is known is kept if not."""
        began = self._clock()
        try:
            self._answer = await self._ask()
        except IssuerUnusable as error:
            if self._answers:
                _log.warning("Tokens are checked with the keys that are known. %s", error)
            self._answers = False
            return False
        if not self._answers:
            _log.info("The issuer of tokens answers again.")
        self._answers = True
        self._answered_at = began
        return True

    async def keep_fresh(self) -> None:
        """Ask the issuer every few minutes, until cancelled; sooner where it does not answer."""
        while True:
            async with self._asking:
                answered = await self.refresh()
            await asyncio.sleep(FRESH_SECONDS if answered else REFETCH_SECONDS)

    def _usable(self) -> KeyRing | None:
        if self._answer is None or self._clock() - self._answered_at > OLDEST_SECONDS:
            return None
        return self._answer.keys

    async def _ask_as_needed(self, kid: str | None) -> None:
        """Ask the issuer, one request at a time, unless it was asked so a short while ago."""
        async with self._asking:
            ring = self._usable()
            if ring is not None and (kid is None or ring.knows(kid)):  # somebody else has asked meanwhile
                return
            now = self._clock()
            if self._needed_at is None or now - self._needed_at >= REFETCH_SECONDS:
                self._needed_at = now
                await self.refresh()
