"""The place where work is handed to a tracer, if the process has set one at its start.

Only `services/tracing.py` knows OpenTelemetry. Without a tracer, each function below returns the function that it was
given.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import ParamSpec, Protocol, TypeVar

from events.envelope import StoredMessage
from events.event import Event
from events.outcome import Outcome

Submit = Callable[[Event], Awaitable[Outcome]]
Work = ParamSpec("Work")
Result = TypeVar("Result")


class Tracer(Protocol):
    """Makes spans of work. No attribute of a span holds the id of a patient or goal, or any text of a patient."""

    def submitting(self, submit: Submit) -> Submit:
        """The same, with a span for each submission that has a traceparent."""

    def step(self, name: str, work: Callable[Work, Result]) -> Callable[Work, Result]:
        """The same, with a span of this name for what is done for a submission that has one."""

    def answering(self, channel: str, headers: Mapping[str, str]) -> AbstractContextManager[object] | None:
        """A span for the handling of a message with these headers; None for one that has no traceparent.

        Args:
            channel: What the channel is called.
        """

    def projected(
        self, projection: str, stream: str, messages: Sequence[StoredMessage], quarantined: Collection[int], began: int
    ) -> None:
        """Tell of a batch whose rows can be read now, with a span for each event that has a traceparent.

        Args:
            quarantined: The positions of those that could not be taken.
            began: When work on the batch began, in nanoseconds since the epoch.
        """


class Tracing:
    """The tracer of this process; None when nothing is traced."""

    tracer: Tracer | None = None


tracing = Tracing()


def submitting(submit: Submit) -> Submit:
    """A function that submits, with a span for each submission where a tracer is set."""
    return submit if tracing.tracer is None else tracing.tracer.submitting(submit)


def step(name: str, work: Callable[Work, Result]) -> Callable[Work, Result]:
    """A step of the work on a submission, with a span where a tracer is set."""
    return work if tracing.tracer is None else tracing.tracer.step(name, work)
