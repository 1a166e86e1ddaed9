"""Whether a submission has the same content as an earlier one of the same source and id."""

from events.event import Event, RecordedEvent


def same_content(stored: RecordedEvent, submission: Event) -> bool:
    """Whether a submission says what an event of the log says, which has its source and id.

    That is its type, its actor (id and role), the instant of its time, and its data as they are once they have been
    read: field by field, defaults filled in, older types brought up to date. How a time or a number is written, the
    order of fields, the version that was expected, who typed it in, and extension attributes such as `traceparent` do
    not count: they may differ when the same event is sent again.
    """
    event = stored.event
    return (
        event.type_name == submission.type_name
        and event.actor == submission.actor
        and event.time == submission.time
        and event.data == submission.data
    )
