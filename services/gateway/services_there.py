"""Which of the services that a gateway does not depend on are there, as they say over NATS."""

import asyncio
from typing import Literal

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic import ValidationError

from services.presence import HEALTH, Presence

ASKED: tuple[Literal["intake", "reminders"], ...] = ("intake", "reminders")
"""Who is asked. What the others do shows in what they did: projections in their positions."""
ANSWER_SECONDS = 1.0


async def ask_services(nc: Client, seconds: float = ANSWER_SECONDS) -> dict[str, Presence | None]:
    """What each service answers; None where none answers in time."""
    found = await asyncio.gather(*(_ask(nc, service, seconds) for service in ASKED))
    return dict(zip(ASKED, found, strict=True))


async def _ask(nc: Client, service: str, seconds: float) -> Presence | None:
    if not nc.is_connected:  # nats-py would keep the request until there is
        return None
    try:
        answer = await nc.request(f"{HEALTH}.{service}", b"", timeout=seconds)
        return Presence.model_validate_json(answer.data)
    except (NatsError, OSError, TimeoutError, ValidationError):
        return None
