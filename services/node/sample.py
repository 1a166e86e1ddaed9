"""The sample clinic of a node. It is loaded once, into an empty log; an interrupted loading is finished."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from time import monotonic
from urllib.parse import urlencode

from nats.errors import Error as NatsError

from events.errors import CairnError, Rejected
from events.identity import parse_goal_id
from events.log import Log, LogUnreachable
from events.log.client.resilient import ResilientClient
from events.log.placement import Placement
from services.sample.clinic import ORG, SHOWN_GOAL, today_there
from services.sample.load import load
from services.settings import Settings

_UNDER_WAY = "sample.loading"
_READ_ANSWER_SECONDS = 15.0
_VISIBLE_SECONDS = 60.0
_AGAIN_SECONDS = 0.2


async def load_sample(nc: ResilientClient, settings: Settings, say: Callable[[str], None]) -> None:
    """Load the sample if the log is empty or an earlier loading was interrupted, and wait until it can be read.

    The sample is the organisation northside. If that organisation has no stream, nothing is loaded.

    Raises:
        SampleKeptBack: the log is another one than somebody remembers. It is loaded at a later start.
        SampleRefused: the rules refuse an event of the sample.
    """
    log = _log(nc, settings.placement)
    if log is None:
        return
    under_way = settings.data_dir / _UNDER_WAY
    today = _begun_on(under_way)
    if today is None:
        if not await _is_empty(log):
            return
        today = today_there(datetime.now(UTC))
        under_way.write_text(today.isoformat(), encoding="utf-8")
    say(f"Loading the sample clinic “{ORG}” …")
    loaded = await load(nc, today)
    under_way.unlink()
    await _visible(nc, loaded.position)
    say(f"Loaded {loaded.recorded} events of six invented patients.")


async def shown_goal(nc: ResilientClient, placement: Placement) -> str | None:
    """The goal of the sample to look at first; None when the log does not have the sample, or does not tell now."""
    log = _log(nc, placement)
    if log is None:
        return None
    try:
        return SHOWN_GOAL if await log.read(parse_goal_id(SHOWN_GOAL)) else None
    except CairnError:  # a server that was killed a moment ago is back soon; what to try is no reason to end with it
        return None
    finally:
        await log.close()


def _log(nc: ResilientClient, placement: Placement) -> Log | None:
    try:
        return Log(nc, placement.stream_of(ORG))
    except Rejected:
        return None


async def _is_empty(log: Log) -> bool:
    try:
        return await log.head() == 0
    except LogUnreachable:  # what does not answer is not known to be empty
        return False
    finally:
        await log.close()


def _begun_on(under_way: Path) -> date | None:
    try:
        return date.fromisoformat(under_way.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


async def _visible(nc: ResilientClient, position: int) -> None:
    """Wait until every projection has reached the position, so that reads after the ready line find the clinic.

    A gateway waits for a projection for seconds only; on a slow machine it is asked again.
    """
    query = urlencode({"min_position": position, "limit": 1})
    end = monotonic() + _VISIBLE_SECONDS
    try:
        for what in ("goals", "reviews", "audit"):
            await _until_read(nc, f"/v1/orgs/{ORG}/{what}?{query}", end)
    except (NatsError, TimeoutError):
        return  # it will be there a little later


async def _until_read(nc: ResilientClient, path: str, end: float) -> None:
    """Ask until the projection is there, or it is so late."""
    while True:
        answer = await nc.request("cairn.read", path.encode(), timeout=_READ_ANSWER_SECONDS)
        is_behind = (answer.headers or {}).get("status") == str(HTTPStatus.SERVICE_UNAVAILABLE.value)
        if not is_behind or monotonic() > end:
            return
        await asyncio.sleep(_AGAIN_SECONDS)
