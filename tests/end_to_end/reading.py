"""Reading over HTTP what was just submitted, for as long as it takes until it is there."""

from http import HTTPStatus
from typing import Any

import httpx

from tests.end_to_end.node import RunningNode
from tests.waiting import eventually


async def read(node: RunningNode, path: str, position: int) -> Any:  # Any: JSON, for a test to look into
    """What is answered about everything up to a position of the log.

    On a busy machine a projection may be further behind than a gateway waits for, and after a fault nobody may answer.
    """

    async def answered() -> httpx.Response | None:
        try:
            answer = await http.get(path, params={"min_position": position})
        except httpx.TransportError:
            return None
        return None if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE else answer

    async with httpx.AsyncClient(base_url=node.http_url, timeout=60, headers=node.headers) as http:
        answer = await eventually(answered)
    assert answer is not None
    assert answer.status_code == HTTPStatus.OK, answer.text
    return answer.json()
