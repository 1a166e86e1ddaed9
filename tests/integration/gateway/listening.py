"""A reader of the live feed, as a browser's EventSource is one."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from services.gateway.feed_ids import decode

Received = dict[str, Any]  # id, event, and data as JSON


def position_of(received: Received) -> int:
    """The log position of an event, by its id."""
    return decode(received["id"]).position


class Listener:
    """Reads a feed event by event."""

    def __init__(self, response: httpx.Response):
        self.response = response
        self._lines = response.aiter_lines()

    async def begun(self) -> None:
        """Until the feed has said its first words: from then on nothing is missed."""
        async with asyncio.timeout(60):
            while not (await anext(self._lines)).startswith("retry:"):
                pass

    async def take(self, count: int) -> list[Received]:
        """The next events: id, event, and data as JSON."""
        taken: list[Received] = []
        fields: dict[str, str] = {}
        async with asyncio.timeout(60):
            while len(taken) < count:
                line = await anext(self._lines)
                if line and not line.startswith(":"):
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif not line and fields:
                    taken.append({**fields, "data": json.loads(fields["data"])})
                    fields = {}
        return taken


@asynccontextmanager
async def listening(
    client: httpx.AsyncClient, last_event_id: str | None = None, **query: object
) -> AsyncIterator[Listener]:
    """A reader of the feed that listens while the block lasts."""
    headers = {"last-event-id": last_event_id} if last_event_id else {}
    params = {name: str(value) for name, value in query.items()}
    async with client.stream("GET", "/v1/feed", params=params, headers=headers) as response:
        assert response.status_code == 200
        listener = Listener(response)
        await listener.begun()
        yield listener
