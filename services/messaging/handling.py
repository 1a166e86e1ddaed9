"""What is around every handler of a message: it is counted and traced, and whoever asks is told of an error, too."""

import logging
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from contextlib import nullcontext
from time import perf_counter
from typing import Any, Self

from faststream import BaseMiddleware
from faststream.exceptions import IgnoredException, RejectMessage
from faststream.message import StreamMessage
from pydantic import ValidationError

from events.errors import Rejected
from events.outcome import OutcomeError, RejectedOutcome
from events.tracing import tracing
from events.wrong_values import wrong_values
from services.access.policy import Denied
from services.messaging.counting import Became, Counts
from services.reply_subjects import may_be_answered

_log = logging.getLogger("cairn.messages")
Call = Callable[[Any], Awaitable[Any]]
"""The rest of the handling, as FastStream hands it to a middleware. Any: a message, and what a handler returns."""


class Handling(BaseMiddleware[Any, Any]):
    """Counts and traces the handling of each message, and answers what a handler cannot take, or fails at.

    FastStream alone leaves whoever asks without an answer then. A request whose answer would go where Cairn's own
    rights do harm is not handled at all, on the channels that answer. It is one middleware, as FastStream takes about
    12 µs for each.

    Attributes:
        counts: Where messages are counted.
        answering: The channels that answer.
    """

    counts: Counts
    answering: AbstractSet[str]

    @classmethod
    def of(cls, counts: Counts, answering: AbstractSet[str]) -> type[Self]:
        """The middleware of a broker of which these channels answer; they may become more."""
        return type(cls.__name__, (cls,), {"counts": counts, "answering": answering})

    async def consume_scope(self, call_next: Call, msg: StreamMessage[Any]) -> Any:
        """Handle a message."""
        # The channel's name in the AsyncAPI document: never the subject, which names patients.
        channel: str = self.context.get_local("handler_").specification.config.title_
        began = perf_counter()
        became: Became = "refused"
        try:
            if not may_be_answered(msg.raw_message.reply) and channel in self.answering:
                _log.warning("a request was not taken: its reply subject is Cairn's or the server's own")
                raise RejectMessage
            if tracing.tracer is None:
                answer = await _answer(call_next, msg, channel)
            else:
                with tracing.tracer.answering(channel, msg.headers) or nullcontext():
                    answer = await _answer(call_next, msg, channel)
            if not isinstance(answer, RejectedOutcome):
                became = "answered"
            elif answer.code == _FAILED.code:
                became = "failed"
            return answer
        finally:
            self.counts.count(channel, became, perf_counter() - began)


async def _answer(call_next: Call, msg: StreamMessage[Any], channel: str) -> Any:
    """What a handler gives back, or the refusal that stands for what it raises."""
    try:
        return await call_next(msg)
    except ValidationError as error:
        return _not_understood(error)
    except Denied as denied:
        return RejectedOutcome.of(denied.rejection)
    except Rejected as rejection:
        return RejectedOutcome.of(rejection)
    except IgnoredException:
        raise
    except Exception as error:  # noqa: BLE001 - a defect of Cairn's is answered too
        # The exception's text may hold a patient's words.
        _log.error("a request on %s failed: %s", channel, type(error).__name__)
        return _FAILED


def _not_understood(error: ValidationError) -> RejectedOutcome:
    """What is answered to a body that is not as the handler needs it. It goes to the sender alone, and into no log."""
    errors = [
        OutcomeError(field=".".join(map(str, each.where[1:])), detail=each.sentence) for each in wrong_values(error)
    ]
    return RejectedOutcome(
        code="request.invalid",
        detail="The request is not understood: its body is not the JSON that is described for this subject.",
        errors=tuple(errors),
    )


_FAILED = RejectedOutcome(
    code="internal.error",
    detail="Cairn made a mistake. Its log file says which. Ask again later, or tell its operator.",
)
