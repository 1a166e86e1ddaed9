"""The notaries of the log, as a gateway asks them: how each is, and which stream a name under `/tlog/` belongs to."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import NamedTuple

from events.log.client.resilient import ResilientClient
from services.administration.notary_act import NotaryAct
from services.gateway.problems import RequestRefused
from services.notary.asking import AskedNotary, NotaryRefused, NotarySilent
from services.notary.requests import NotaryStatus

STATUS_SECONDS = 2.0
"""For how long what a notary says of itself is told to whoever wants to know, before it is asked again."""
ANSWER_SECONDS = 1.0
"""How long a notary may take to say how it is: it answers from memory."""


@dataclass(frozen=True, slots=True)
class NotaryState:
    """How the notary of a stream is.

    Attributes:
        status: What it says; None where none answers.
        is_missed: Whether one has answered before, so that its silence is a trouble. A log need not have a notary.
    """

    status: NotaryStatus | None
    is_missed: bool


NO_NOTARY = NotaryState(None, is_missed=False)
"""Where no notary was ever heard of."""


@dataclass(slots=True)
class _Known:
    """What a notary has said last; its origin is known also while it does not answer."""

    status: NotaryStatus | None = None
    origin: str = ""
    asked_at: float | None = None
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class NamedLog(NamedTuple):
    """What an origin's last part names.

    Attributes:
        stream: The stream of the log.
        generation: The number of its generation.
        signs: Whether that is the one that signs now.
    """

    stream: str
    generation: int
    signs: bool


class Notaries:
    """The notary of each stream of the log.

    Args:
        nc: A connection, which stays with its owner.
        streams: All streams of the log.
    """

    def __init__(self, nc: ResilientClient, streams: Collection[str]):
        self._nc = nc
        self._asked = {stream: AskedNotary(nc, stream) for stream in streams}
        self._quickly = {stream: AskedNotary(nc, stream, seconds=ANSWER_SECONDS) for stream in streams}
        self._known = {stream: _Known() for stream in streams}

    def of(self, stream: str) -> AskedNotary:
        """The notary of a stream."""
        return self._asked[stream]

    def of_log(self, log: NamedLog) -> AskedNotary:
        """The notary of a stream, to be asked about one generation of its log."""
        # By its number also where it signs: a moment ago another one may have begun.
        return AskedNotary(self._nc, log.stream, log.generation)

    async def state(self, stream: str) -> NotaryState:
        """How the notary of a stream is, or was at most :data:`STATUS_SECONDS` ago."""
        known = self._known[stream]
        async with known.asking:
            if known.asked_at is None or monotonic() - known.asked_at > STATUS_SECONDS:
                await self._ask(known, self._quickly[stream])
        return NotaryState(known.status, is_missed=known.status is None and bool(known.origin))

    async def states(self) -> Mapping[str, NotaryState]:
        """The same of every stream."""
        found = await asyncio.gather(*(self.state(stream) for stream in self._known))
        return dict(zip(self._known, found, strict=True))

    async def acts(self) -> Mapping[str, Sequence[NotaryAct] | None]:
        """What was done with the notary of each stream, in order; None where it does not tell."""
        found = await asyncio.gather(*map(self._acts, self._quickly.values()))
        return dict(zip(self._quickly, found, strict=True))

    async def log_of(self, origin_id: str) -> NamedLog:
        """The log whose origin ends with this id, or did in an earlier generation.

        Raises:
            RequestRefused: 404 `proof.none`, when there is none; 503 `proof.unavailable`, when it may be that of a
                notary that does not answer.
        """
        await self.states()
        # A page does without a notary that is slow to answer; here there is nothing to tell without it.
        await asyncio.gather(*(self._ask_patiently(stream) for stream in self._known))
        for stream, known in self._known.items():
            name, _, signs = known.origin.rpartition("/")[2].rpartition("-")
            if name != origin_id.rpartition("-")[0]:
                continue
            number, present = int(origin_id.rpartition("-")[2]), int(signs)
            if number <= present:
                return NamedLog(stream, number, signs=number == present)
        if not all(known.origin for known in self._known.values()):
            raise RequestRefused("proof.unavailable", "No notary that answers now has a log of this name. Try again.")
        raise no_such_log()

    async def _acts(self, notary: AskedNotary) -> Sequence[NotaryAct] | None:
        try:
            return (await notary.acts()).acts
        except (NotarySilent, NotaryRefused):
            return None

    async def _ask_patiently(self, stream: str) -> None:
        known = self._known[stream]
        async with known.asking:
            if not known.origin:
                await self._ask(known, self._asked[stream])

    async def _ask(self, known: _Known, notary: AskedNotary) -> None:
        try:
            known.status = await notary.status()
            known.origin = known.status.origin
        except (NotarySilent, NotaryRefused):
            known.status = None
        known.asked_at = monotonic()


def no_such_log() -> RequestRefused:
    """The refusal of a log that is not there, or not for whoever asks."""
    return RequestRefused("proof.none", "There is no log of this name that you may read.")
