"""Plain `js.publish` of nats-py: one message, one acknowledgement, one fsync, on the same server.

Its stream has nothing turned on that costs (no republish), and its messages are made beforehand: what it stores is byte
for byte what the log stores, under the same guard.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from nats.js.api import StorageType, StreamConfig
from nats.js.errors import BadRequestError

from bench.entry import entry
from bench.ground import Ground
from bench.peers.peer import Peer
from bench.peers.store import AwaitedStore, Refused, Store
from events.envelope import to_body, to_headers
from events.identity import GoalId

_STREAM = "BENCH_JS_PUBLISH"
_SUBJECT = "bench.js_publish"
_GUARD = "Nats-Expected-Last-Subject-Sequence"
_WRONG_LAST_SEQUENCE = 10071


@asynccontextmanager
async def opened(ground: Ground, writers: int) -> AsyncIterator[Store]:
    """A stream on the ground's server. Appending raises what nats-py raises when a message is not stored."""
    js = ground.nc.jetstream(timeout=30)
    await js.add_stream(StreamConfig(name=_STREAM, subjects=[f"{_SUBJECT}.>"], storage=StorageType.FILE))
    event = entry(GoalId("bench", "p0", "walk"), 0, datetime.now(UTC))
    headers, body = to_headers(event, 1), to_body(event)
    subjects = [f"{_SUBJECT}.p{writer}.walk" for writer in range(writers)]

    async def publish(writer: int, expected: int) -> int:
        guarded = {**headers, _GUARD: str(expected)}
        try:
            return (await js.publish(subjects[writer], body, headers=guarded)).seq
        except BadRequestError as error:
            if error.err_code == _WRONG_LAST_SEQUENCE:
                raise Refused(str(error)) from error
            raise

    try:
        yield AwaitedStore(publish)
    finally:
        await js.delete_stream(_STREAM)


JS_PUBLISH = Peer("js_publish", opened)
