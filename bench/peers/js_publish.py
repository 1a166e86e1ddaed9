"""Plain `js.publish` of nats-py: one message, one acknowledgement, one fsync, on the same server.

Its stream has nothing turned on that costs (no republish), and its messages are made beforehand: what it stores is byte
for byte what the log stores, under the same guard.
"""

from datetime import UTC, datetime

from nats.js.api import StorageType, StreamConfig

from bench.driving import drive
from bench.entry import entry
from bench.ground import Ground
from bench.options import Bounds
from bench.peers.peer import Peer
from bench.result import Run
from events.envelope import to_body, to_headers
from events.identity import GoalId

_STREAM = "BENCH_JS_PUBLISH"
_SUBJECT = "bench.js_publish"
_GUARD = "Nats-Expected-Last-Subject-Sequence"


async def appends(ground: Ground, writers: int, bounds: Bounds) -> Run:
    """One run. Raises what nats-py raises when a message is not stored."""
    js = ground.nc.jetstream(timeout=30)
    await js.add_stream(StreamConfig(name=_STREAM, subjects=[f"{_SUBJECT}.>"], storage=StorageType.FILE))
    event = entry(GoalId("bench", "p0", "walk"), 0, datetime.now(UTC))
    headers, body = to_headers(event, 1), to_body(event)
    last = [0] * writers

    async def publish(writer: int) -> None:
        guarded = {**headers, _GUARD: str(last[writer])}
        last[writer] = (await js.publish(f"{_SUBJECT}.p{writer}.walk", body, headers=guarded)).seq

    try:
        return await drive(writers, publish, bounds)
    finally:
        await js.delete_stream(_STREAM)


JS_PUBLISH = Peer("js_publish", appends)
