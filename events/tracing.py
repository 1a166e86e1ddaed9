"""Where work is traced: nowhere, until a process says at its start who traces it.

The house hands its work over here and knows nothing of OpenTelemetry; `services/tracing.py` does. Where nothing is
traced, the very function that was handed over comes back.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import ParamSpec, Protocol, TypeVar

from events.envelope import StoredMessage
from events.event import Event
from events.outcome import Outcome

Submit = Callable[[Event], Awaitable[Outcome]]
Work = ParamSpec("Work")
Result = TypeVar("Result")


class Tracer(Protocol):
    """Makes spans of work. No attribute of a span tells a patient, a goal, or what anybody wrote."""

    def submitting(self, submit: Submit) -> Submit:
        """The same, with a span for each submission that has a traceparent."""

    def step(self, name: str, work: Callable[Work, Result]) -> Callable[Work, Result]:
        """The same, with a span of this name for what is done for a submission that has one."""

    def projected(
        self, projection: str, stream: str, messages: Sequence[StoredMessage], quarantined: Collection[int], began: int
    ) -> None:
        """Tell of a batch whose rows can be read now, with a span for each event that has a traceparent.

        Args:
            quarantined: The positions of those that could not be taken.
            began: When work on the batch began, in nanoseconds since the epoch.
        """


class Tracing:
    """Who traces in this process; None for nobody."""

    tracer: Tracer | None = None


tracing = Tracing()


def submitting(submit: Submit) -> Submit:
    """A way to submit, traced where anything is."""
    return submit if tracing.tracer is None else tracing.tracer.submitting(submit)


def step(name: str, work: Callable[Work, Result]) -> Callable[Work, Result]:
    """A step of what is done for a submission, traced where anything is."""
    return work if tracing.tracer is None else tracing.tracer.step(name, work)
