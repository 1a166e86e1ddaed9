"""A client of the gateway, as the tests of its endpoints use it."""

import ssl
from dataclasses import dataclass
from typing import Any

import httpx

from events.event import Event
from events.outcome import RecordedOutcome
from tests.conftest import Submit
from tests.waiting import eventually

# Any below: JSON as it was answered, for a test to look into.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients whose addresses begin with http: to read whom to trust takes as long as ten requests."""


@dataclass(frozen=True)
class Http:
    """A client of the gateway that reads its own writes."""

    client: httpx.AsyncClient
    submit: Submit

    async def record(self, *events: Event) -> int:
        """Record events, and give the position that shows them all."""
        position = 0
        for event in events:
            outcome = await self.submit(event)
            assert isinstance(outcome, RecordedOutcome), outcome
            position = outcome.events[-1].position
        return position

    async def get(self, path: str, /, **query: object) -> Any:
        """The JSON of an answer; `from_` asks for `from`, and what is None is left out."""
        response = await self.ask(path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    async def refused(self, path: str, status: int, /, **query: object) -> Any:
        """The problem of an answer of this status."""
        response = await self.ask(path, **query)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        return response.json()

    async def ask(self, path: str, /, **query: object) -> httpx.Response:
        """Whatever is answered, once the projections are where they have to be: on a busy machine they take a while."""
        given = {name.rstrip("_"): str(value) for name, value in query.items() if value is not None}

        async def answer() -> httpx.Response | None:
            response = await self.client.get(path, params=given or None)
            return None if _is_behind(response) else response

        response = await eventually(answer, within=60)
        assert response is not None
        return response


def _is_behind(response: httpx.Response) -> bool:
    return response.status_code == 503 and '"projection.behind"' in response.text
