"""Recording and reading tokens in a thread, as the `eventsourcing` library would block the caller's event loop."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from eventsourcing.persistence import PersistenceError
from joserfc.jwk import OKPKey

from events.log.client.resilient import ResilientClient
from events.log.stream_state import NoStream, read_state
from services.access.issuer.token_records import NAME, STREAM, Issued, Revoked, TokenRecords
from services.access.issuer.tokens import MadeToken, create_token
from services.access.principal import Principal
from services.administration.recording import NotRecorded, environment

T = TypeVar("T")


async def issue_token(
    nc: ResilientClient, key: OKPKey, principal: Principal, *, seconds: float, by: str, replicas: int = 1
) -> MadeToken:
    """Make a token and record it; one that could not be recorded is not given out.

    Args:
        nc: A connection from :func:`events.log.connect`; another one like it is made.
        principal, seconds: As of :func:`create_token`.
        by: Who makes it.
        replicas: On how many servers of a cluster the record is kept; counts when its stream is made.

    Raises:
        NotRecorded: it could not be recorded.
        TokenRefused, ValueError: as of :func:`create_token`.
    """
    made = create_token(key, principal, seconds=seconds, now=time.time())
    await _in_thread(nc, lambda records: records.issued(made, by), "The token could not be recorded", replicas)
    return made


async def revoke_token(nc: ResilientClient, token: str, *, by: str, reason: str = "") -> None:
    """Record that a token is not to be accepted any more. Gateways know within about a second.

    Args:
        token: The token's id.

    Raises:
        NoSuchToken: the embedded issuer has made no such token.
        NotRecorded: it could not be recorded, so the token is still accepted.
    """
    what = "The token could not be revoked"
    await _in_thread(nc, lambda records: records.revoke(token, by, reason), what)


async def recorded_tokens(nc: ResilientClient, after: int = 0) -> tuple[list[Issued | Revoked], int]:
    """Which tokens were issued and revoked, in order, and the position of the last record.

    Args:
        after: The position behind which to begin.

    Raises:
        LogUnreachable: the server does not answer.
        NotRecorded: what was recorded cannot be read.
    """
    try:
        await read_state(nc, STREAM)
    except NoStream:
        return [], after
    return await _in_thread(nc, lambda records: records.happened(after), "The records of tokens cannot be read")


async def _in_thread(nc: ResilientClient, act: Callable[[TokenRecords], T], failure: str, replicas: int = 1) -> T:
    def run() -> T:
        with TokenRecords(environment(NAME, nc, replicas)) as records:
            return act(records)

    try:
        return await asyncio.to_thread(run)
    except PersistenceError as error:
        raise NotRecorded(f"{failure}: {error}") from error
