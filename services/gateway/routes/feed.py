"""GET /v1/feed: recorded events as they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, aclosing
from typing import Annotated

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from events.errors import FieldError
from events.identity import LOG
from events.log import Batch, Log
from events.log.anchor import Anchor, LogReplaced
from services.gateway.access.consents import batches_told
from services.gateway.access_records import FeedRecords
from services.gateway.asking import Asking, Asks
from services.gateway.documentation import problems
from services.gateway.feed import stream_batches
from services.gateway.feed_ids import BadFeedId, FeedId, decode, is_of
from services.gateway.gateway import Gateway, Here
from services.gateway.log_head import refuse_beyond_head
from services.gateway.parameters import Live
from services.gateway.problems import RequestRefused
from services.gateway.routing import Header, Query, Router

router = Router(prefix="/v1", tags=["read"])


class _Feed(StreamingResponse):
    """A stream of events that lets go of its reader of the log, and of its place among the feeds, however it ends."""

    media_type = "text/event-stream"

    def __init__(
        self, here: Gateway, batches: AsyncIterator[Batch], records: FeedRecords, asks: Asking, place: ExitStack
    ):
        self._here = here
        self._place = place
        self._frames = stream_batches(batches, here.closing, records.before, asks.judge_again, here.heartbeat_seconds)
        super().__init__(self._frames, headers={"x-accel-buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._place:
                await super().__call__(scope, receive, send)
        except asyncio.CancelledError:
            # The gateway ends, and this reader has not taken what was sent to it: nothing more can be done for it.
            if not self._here.closing.is_set():
                raise

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._frames):
            with self._here.metrics.feeds.track_inprogress():
                await super().stream_response(send)


@router.get(
    "/feed",
    summary="Follow recorded events live (server-sent events)",
    response_class=StreamingResponse,
    response_model=None,
    responses={
        200: {
            "description": "`event` is the type, `data` the recorded CloudEvent, `id` an integer: the log position"
            " followed by nine digits that tell this event from any other that could stand there.",
            "content": {
                "text/event-stream": {"example": "event: cairn.goal.agreed.v1\ndata: {…}\nid: 812604718035\n\n"}
            },
        },
        **problems(409, 422, 503),
    },
)
async def follow_events(
    request: Request,
    here: Here,
    asks: Asks,
    live: Annotated[Live, Query()],
    last_event_id: Annotated[str | None, Header(description="The last `id` received.")] = None,
) -> Response:
    """Every recorded event, in the order of the log, for ever.

    `Last-Event-ID` resumes right behind the event of that id, without a gap or a repeat, and `after` right behind a
    position. Without either, the feed begins with what is recorded from now on. A comment comes every 15 seconds when
    nothing else does: `: heartbeat` once all there was has been told, and `: not there yet` before that.

    An id that is not of this log is answered with 409 `log.replaced`: it comes from another Cairn, or the log has
    become another one since, by a restore from a backup or otherwise. A feed that is open then ends with an event of
    the type `cairn.log.replaced`. In both cases, begin anew with `after`.

    Before a patient's event is told for the first time on a connection, that is recorded. If it cannot be, the feed
    ends with an event of the type `cairn.access.not_recorded`; resume it by `Last-Event-ID`. A feed whose token is not
    accepted any more ends with `cairn.access.ended`, at the next event or within 15 seconds; resume it with another
    one. A token is accepted until it is revoked, or has expired and what clocks may differ by has passed, too
    (30 seconds unless set otherwise).

    Where the organisations are placed on several streams of the log, each with positions of its own, `org` must say
    which one is followed.
    """
    with ExitStack() as place:
        place.enter_context(here.feeds.place(asks.principal.id))
        log = _log(here, live)
        if last_event_id:
            after = await _behind_event(log, _resumed(last_event_id))
        else:
            after = await _behind_position(log, live.after)
        batches = batches_told(asks.principal, live.org, live.patient, log.follow(after, subject=_subject(live)))
        return _Feed(here, batches, FeedRecords(here.records, request.scope), asks, place.pop_all())


async def _behind_event(log: Log, resumed: FeedId) -> Anchor:
    """The anchor at the event of an id.

    Raises:
        LogReplaced: the log ends before it, or holds another event there.
        RequestRefused: 422, when it is a position alone and the log does not come so far.
    """
    if resumed.digits is None:
        return await _behind_position(log, resumed.position, "last-event-id")
    state = await log.check(Anchor(resumed.position))
    anchor = await log.anchor(resumed.position)
    if anchor is None or not is_of(resumed, anchor.fingerprint):
        raise LogReplaced(state.config["name"], resumed.position, state.last)
    return anchor


async def _behind_position(log: Log, after: int | None, field: str = "after") -> Anchor:
    """The anchor at a position, or at the log's end when none is given; so what is exchanged later is noticed."""
    if after is not None:
        await refuse_beyond_head(log, after, field)
    position = await log.head() if after is None else after
    return await log.anchor(position) or Anchor(position)


def _log(here: Gateway, live: Live) -> Log:
    if live.org is not None:
        return here.logs.of(live.org)
    if len(here.logs.placement.streams) > 1:
        detail = "The log is kept in several streams, each with positions of its own: name the organisation to follow."
        raise RequestRefused("request.invalid", detail, [FieldError("org", detail)])
    return next(iter(here.logs))


def _resumed(last_event_id: str) -> FeedId:
    try:
        return decode(last_event_id)
    except BadFeedId:
        raise RequestRefused(
            "request.invalid", "Last-Event-ID must be an id that the feed gave, or a position of the log."
        ) from None


def _subject(live: Live) -> str | None:
    if live.org is None and live.patient is None:
        return None
    return f"{LOG}.{live.org or '*'}.{live.patient or '*'}.*"
