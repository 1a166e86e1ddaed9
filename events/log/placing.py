"""Bringing the streams of the log in line with the placement, when organisations were added to it.

Whoever does this may change streams, which the services may not. Nothing that is stored is touched, and no organisation
that has events in a stream loses its place there.
"""

from collections.abc import Sequence

from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from events.log.client.jetstream_api import ApiRefused, ApiUnanswered, Json, ask_api
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.placement import Placement
from events.log.stream import WrongStream, declare_log
from events.log.stream_state import NoStream, read_state

_ANSWER_SECONDS = 10.0
_CONSUMER_SECONDS = 5.0


async def place(nc: ResilientClient, placement: Placement, replicas: int = 1) -> list[str]:
    """Make the streams that are missing, and give those that exist the subjects of their organisations.

    Returns:
        The streams that were made or changed.

    Raises:
        WrongStream: a stream holds events of organisations that the placement has elsewhere or nowhere, or cannot be
            the log for another reason.
    """
    changed, missing = [], []
    # One that is the whole log until now has to let go of what others are made for.
    for stream in placement.streams:
        found = await _config(nc, stream)
        if found is None:
            missing.append(stream)
            continue
        subjects = placement.subjects(stream)
        if sorted(found.get("subjects", ())) != sorted(subjects):
            await refuse_to_lose(nc, stream, subjects)
            # The server's own words go back to it, also those that this client does not know.
            await _ask(nc, f"STREAM.UPDATE.{stream}", {**found, "subjects": subjects})
            changed.append(stream)
    for stream in placement.streams:
        await declare_log(nc, stream, replicas, placement.subjects(stream))
    return changed + missing


async def refuse_to_lose(nc: ResilientClient, stream: str, subjects: Sequence[str]) -> None:
    """See to it that all that is stored is under these subjects.

    Raises:
        WrongStream: something is not.
    """
    js = nc.jetstream(timeout=_ANSWER_SECONDS)
    stored = (await js.stream_info(stream)).state.messages
    config = ConsumerConfig(
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.NONE,
        mem_storage=True,
        num_replicas=1,
        inactive_threshold=_CONSUMER_SECONDS,
        filter_subjects=list(subjects),
    )
    looking = await js.add_consumer(stream, config)
    await js.delete_consumer(stream, looking.name)
    outside = stored - (looking.num_pending or 0)
    if outside > 0:
        events = "1 event" if outside == 1 else f"{outside:,} events"
        raise WrongStream(
            f"The stream {stream} holds {events} of organisations that CAIRN_PLACEMENT does not place in it."
            " Events do not move from one stream to another: place those organisations in it."
        )


async def _config(nc: ResilientClient, stream: str) -> Json | None:
    """A stream's configuration; None when there is no such stream."""
    try:
        return (await read_state(nc, stream)).config
    except NoStream:
        return None
    except LogUnreachable as error:
        raise WrongStream(str(error)) from error


async def _ask(nc: ResilientClient, request: str, body: Json) -> None:
    try:
        await ask_api(nc, request, body)
    except (ApiRefused, ApiUnanswered) as error:
        raise WrongStream(str(error)) from error
