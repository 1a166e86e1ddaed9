"""Folded goals in the key-value bucket `cairn_snapshots`, so that a cold one need not be read from its first event.

A cache and nothing more: it is written behind, may be stale, and may be deleted at any time. Whoever uses a snapshot
checks it against the log. Beside the goals stands what the goals services last knew of each stream of the log.
"""

import logging
from collections.abc import Mapping

from nats.errors import Error as NatsError
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.errors import BadRequestError, NotFoundError

from events.errors import CairnError
from events.identity import GoalId
from events.log.client.replies import Replies
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.message import Message
from events.log.reading import DirectReader
from events.log.writing import MAX_BATCH, Write, Writer

BUCKET = "cairn_snapshots"
_STREAM = f"KV_{BUCKET}"
_KEEP_SECONDS = 5.0
"""How long the server may take to keep what is known of a stream of the log."""
_log = logging.getLogger("cairn.log")


class Snapshots:
    """The bucket, by goal. Reading and writing snapshots never raises: without them everything works, only slower.

    Args:
        nc: A connection from :func:`events.log.connect`.
    """

    def __init__(self, nc: ResilientClient):
        self._nc = nc
        self._replies = Replies(nc)
        self._reader = DirectReader(nc, self._replies, _STREAM)
        self._writer = Writer(nc, self._replies, self._reader)
        self._unkept: set[str] = set()

    async def declare(self, replicas: int = 1) -> None:
        """Make sure that the bucket is there; what an operator changed of it stays."""
        config = StreamConfig(
            name=_STREAM,
            description="Folded goals of Cairn; a cache that may be deleted at any time.",
            subjects=[f"$KV.{BUCKET}.>"],
            max_msgs_per_subject=1,
            discard=DiscardPolicy.NEW,
            storage=StorageType.FILE,
            num_replicas=replicas,
            allow_rollup_hdrs=True,
            deny_delete=True,
            allow_direct=True,
            allow_atomic=True,
        )
        try:
            await self._nc.jetstream(timeout=10).add_stream(config)
        except BadRequestError as error:
            _log.info("the snapshots' bucket is used as it is: %s", error.description)
        except (NatsError, TimeoutError) as error:
            _log.warning("no bucket for snapshots: %s", error)

    async def get(self, goal_id: GoalId) -> bytes | None:
        """The latest snapshot of a goal or plan, if there is one within reach."""
        try:
            stored = await self._reader.newest(_key(goal_id))
        except LogUnreachable as error:
            _log.debug("no snapshot: %s", error)
            return None
        return stored.data if stored else None

    async def put(self, snapshots: Mapping[GoalId, bytes]) -> None:
        """Keep the latest snapshots of some goals, many to a disk write."""
        messages = [Message(_key(goal_id), {}, body) for goal_id, body in snapshots.items()]
        for start in range(0, len(messages), MAX_BATCH):
            try:
                await self._writer.write(Write(tuple(messages[start : start + MAX_BATCH])))
            except CairnError as error:
                _log.info("snapshots not written: %s", error)

    async def last_known(self, stream: str) -> bytes | None:
        """What was kept last about a stream of the log; None when nothing was.

        Raises:
            LogUnreachable: the bucket does not answer, and nobody knows what was kept.
        """
        stored = await self._reader.newest(_stream_key(stream))
        return stored.data if stored else None

    async def keep_known(self, stream: str, known: bytes) -> bool:
        """Keep what is known of a stream of the log; whether it is kept.

        It is a write of its own: where accounts do not allow it, the batches of snapshots are taken nevertheless.
        """
        key = _stream_key(stream)
        try:
            await self._nc.jetstream(timeout=_KEEP_SECONDS).publish(key, known)
        except (NatsError, TimeoutError, OSError) as error:
            if stream not in self._unkept and self._nc.is_connected:
                self._unkept.add(stream)
                _log.warning(
                    "what is known of the log %s is not kept for a service that starts again (%s): the user of the"
                    " goals service needs the right to publish on %s (deploy/nats/accounts.conf), and the bucket room",
                    stream,
                    str(error) or type(error).__name__,
                    key,
                )
            return False
        if stream in self._unkept:
            self._unkept.remove(stream)
            _log.warning("what is known of the log %s is kept again", stream)
        return True

    async def empty(self) -> None:
        """Take all snapshots of goals away, so that every goal is read from the log again.

        Raises:
            LogUnreachable: the server does not do it.
        """
        try:
            await self._nc.jetstream(timeout=10).purge_stream(_STREAM, subject=f"$KV.{BUCKET}.*.*.*")
        except NotFoundError:
            pass  # there were none
        except (NatsError, TimeoutError) as error:
            raise LogUnreachable(f"The snapshots could not be emptied: {error}.") from error

    async def close(self) -> None:
        """Listen for replies no more."""
        await self._replies.close()


def _key(goal_id: GoalId) -> str:
    return goal_id.on(f"$KV.{BUCKET}")


def _stream_key(stream: str) -> str:
    """The key of a stream: one name, where a goal has three."""
    return f"$KV.{BUCKET}.{stream}"
