"""What the leader of a stream knows, where the replica that answers a direct get may lag behind it.

A message that can never be accepted is put into the stream's own queue. Its refusal comes from the leader, behind
everything that was in that queue before, and says where the subject ends.
"""

import asyncio

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from pydantic_core import from_json

from events.log.client.replies import Replies, status_of
from events.log.client.resilient import ResilientClient
from events.log.failures import LogUnreachable
from events.log.message import Message, end_in, guarded, is_wrong_sequence

_NEVER = 2**63 - 1
"""A position that no stream reaches."""
_FIRST_PAUSE_SECONDS = 0.002
_LONGEST_PAUSE_SECONDS = 0.1


class Leader:
    """Asks the leader of the stream that takes in a subject.

    Args:
        nc: A connection from :func:`events.log.connect`.
        replies: Where its answers arrive.
        seconds: How long an answer may take.
    """

    def __init__(self, nc: ResilientClient, replies: Replies, seconds: float):
        self._nc = nc
        self._replies = replies
        self._seconds = seconds

    async def last(self, subject: str, across: str | None = None) -> int:
        """Return the position of the last message on a subject, or on all that a wildcard matches; 0 for none.

        Every message that was sent to the subject before, over the same connection, has been stored by then or never
        will be. In a cluster the leader is asked again while it waits for its replicas; its refusal says so.

        Args:
            subject: One without wildcards.
            across: The wildcard, which matches the subject too.

        Raises:
            LogUnreachable: the leader does not answer, or there is none.
        """
        question = guarded(Message(subject, {}, b""), _NEVER, across)
        pause = _FIRST_PAUSE_SECONDS
        try:
            await self._replies.open()
            async with self._nc.answer_within(self._seconds):
                while (position := await self._ask(question)) is None:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        except (TimeoutError, OSError, NatsError) as error:
            raise LogUnreachable("The log does not answer.") from error
        return position

    async def count(self, subject: str, seconds: float) -> int:
        """How many streams take in a subject: more than one where accounts of several servers are joined.

        Args:
            seconds: How long is waited for their answers.

        Raises:
            LogUnreachable: there is no connection.
        """
        answered = 0

        def take(message: Msg) -> None:
            nonlocal answered
            answered += status_of(message) is None

        question = guarded(Message(subject, {}, b""), _NEVER)
        await self._replies.open()
        reply = self._replies.expect(take)
        try:
            self._nc.send(question.subject, question.headers, question.body, reply)
            await asyncio.sleep(seconds)
        except NatsError as error:
            raise LogUnreachable("There is no connection to the log.") from error
        finally:
            self._replies.forget(reply)
        return answered

    async def _ask(self, question: Message) -> int | None:
        """Return the position at which the subject ends; None while the leader waits for its replicas."""
        answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

        def take(message: Msg) -> None:
            if answer.done():
                return
            error = {} if status_of(message) else from_json(message.data).get("error", {})
            if is_wrong_sequence(error):
                answer.set_result(end_in(error))
            else:
                answer.set_exception(LogUnreachable("The log has no leader that answers."))

        reply = self._replies.expect(take)
        try:
            self._nc.send(question.subject, question.headers, question.body, reply)
            return await answer
        finally:
            self._replies.forget(reply)
