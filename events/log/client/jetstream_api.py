"""Requests to JetStream's own API (`$JS.API…`), which the server itself answers in JSON."""

from collections.abc import Mapping
from typing import Any

from nats.errors import Error as NatsError
from pydantic_core import from_json, to_json

from events.errors import CairnError
from events.log.client.resilient import JETSTREAM_API, ResilientClient

Json = Mapping[str, Any]
"""A JSON object in the server's own words."""
API_SECONDS = 10.0
"""How long the server may take to answer."""


class ApiUnanswered(CairnError):
    """The server does not answer, or the connection to it was lost."""


class ApiRefused(CairnError):
    """The server refused a request.

    Attributes:
        code: The kind of the error, as HTTP has them.
        err_code: The error itself, as nats-server numbers them.
    """

    def __init__(self, error: Json):
        super().__init__(f"The server refused: {error.get('description', 'no reason given')}.")
        self.code: int = error.get("code", 0)
        self.err_code: int = error.get("err_code", 0)


async def ask_api(
    nc: ResilientClient,
    request: str,
    body: Json | None = None,
    *,
    seconds: float = API_SECONDS,
    api: str = JETSTREAM_API,
) -> dict[str, Any]:
    """Send one request to JetStream's API and return its answer.

    Args:
        nc: A connection from :func:`events.log.connect`.
        request: What is asked for, such as `STREAM.INFO.CAIRN_LOG`.
        body: The request's own parameters.
        seconds: How long the server may take to answer.
        api: What the subject of the request begins with.

    Raises:
        ApiUnanswered: The server does not answer, or the connection was lost before it did.
        ApiRefused: The server refuses.
    """
    if not nc.is_connected:  # nats-py would keep the request until there is a connection
        raise ApiUnanswered("There is no connection to the server.")
    try:
        async with nc.answer_within(seconds):
            answer = await nc.request(f"{api}.{request}", to_json(body) if body else b"", timeout=seconds)
    except (NatsError, OSError, TimeoutError) as error:
        raise ApiUnanswered(f"The server does not answer: {str(error) or 'the time is over'}.") from error
    answered: dict[str, Any] = from_json(answer.data)
    if refusal := answered.get("error"):
        raise ApiRefused(refusal)
    return answered
