"""Whether submissions are answered now: each stream's goals service is asked, and has little time to say."""

import asyncio
import logging
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic import ValidationError

from services.gateway.problems import RequestRefused
from services.goals.health import HEALTH, Health

ANSWER_SECONDS = 1.0
"""How long it may take. It answers from memory; one that is slower keeps submissions waiting as well."""

NO_ROOM_SECONDS = 30.0
"""For how long a gateway counts as not ready after the log had no room for an event."""
_log = logging.getLogger("cairn.gateway")


class GoalsHealthCheck:
    """Asks the goals services over NATS.

    Args:
        streams: All streams of the log.
    """

    def __init__(self, nc: Client, streams: Collection[str], seconds: float = ANSWER_SECONDS):
        self._nc = nc
        self._streams = streams
        self._seconds = seconds

    async def ask(self) -> dict[str, Health | None]:
        """What is answered for each stream; None where nobody answers in time."""
        answers = await asyncio.gather(*(self._ask(stream) for stream in self._streams))
        return dict(zip(self._streams, answers, strict=True))

    async def _ask(self, stream: str) -> Health | None:
        if not self._nc.is_connected:  # nats-py would keep the request until there is
            return None
        try:
            answer = await self._nc.request(f"{HEALTH}.{stream}", b"", timeout=self._seconds)
            return Health.model_validate_json(answer.data)
        except (NatsError, OSError, TimeoutError):
            return None
        except ValidationError:
            _log.warning("what was answered on %s.%s does not say how a goals service is", HEALTH, stream)
            return None


def _may_have_room(health: Health) -> bool:
    """Whether it is time to try again: that there is room shows only in what is stored."""
    if health.state != "full" or health.no_room_at is None:
        return False
    return datetime.now(UTC) - health.no_room_at > timedelta(seconds=NO_ROOM_SECONDS)


def why_not_recording(stream: str, health: Health | None) -> RequestRefused | None:
    """Why what is submitted on a stream is not recorded now; None when it is."""
    if health is None:
        return RequestRefused(
            "goals.unavailable",
            f"Submissions are not answered now: no goals service answers for the stream {stream}.",
        )
    if health.state == "recording" or _may_have_room(health):
        return None
    codes = {"full": "log.full", "replaced": "log.replaced", "unfit": "log.unfit"}
    detail = health.detail or f"Nothing is recorded on the stream {stream} now."
    return RequestRefused(codes[health.state], detail, status=HTTPStatus.SERVICE_UNAVAILABLE)
