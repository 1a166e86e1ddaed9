"""Which of the services that a gateway does not depend on are there, as they say over NATS."""

import asyncio
from collections.abc import Mapping
from typing import Literal

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic import ValidationError

from services.messaging.counting import Handled
from services.presence import HEALTH, Presence

ASKED: tuple[Literal["intake", "reminders"], ...] = ("intake", "reminders")
"""Who is asked. What the others do shows in what they did: projections in their positions."""
_COUNTING = (*ASKED, "notary")
ANSWER_SECONDS = 1.0


async def ask_services(nc: Client, seconds: float = ANSWER_SECONDS) -> dict[str, Presence | None]:
    """What each service answers; None where none answers in time."""
    found = await asyncio.gather(*(_ask(nc, service, seconds) for service in ASKED))
    return dict(zip(ASKED, found, strict=True))


async def handled_messages(nc: Client, seconds: float = ANSWER_SECONDS) -> dict[str, Mapping[str, Handled]]:
    """What became of the messages that services heard, by their channel; without those that do not answer in time."""
    found = await asyncio.gather(*(_ask(nc, service, seconds) for service in _COUNTING))
    return {each.service: each.handled for each in found if each is not None}


async def _ask(nc: Client, service: str, seconds: float) -> Presence | None:
    if not nc.is_connected:  # nats-py would keep the request until there is
        return None
    try:
        answer = await nc.request(f"{HEALTH}.{service}", b"", timeout=seconds)
        return Presence.model_validate_json(answer.data)
    except (NatsError, OSError, TimeoutError, ValidationError):
        return None
