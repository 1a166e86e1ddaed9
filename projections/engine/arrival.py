"""What a batch of the log brings: the readable events goal by goal, and those that go to quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events.envelope import StoredMessage, UnreadableEvent, read_recorded
from events.event import RecordedEvent
from events.identity import LOG, GoalId
from projections.engine.projection import Projected, Projection
from projections.engine.quarantine import Quarantined, held, reason_of


@dataclass(frozen=True, slots=True)
class Arrival:
    """The events of a batch by goal, in order, and those that could not be read or whose goal is held."""

    by_goal: Mapping[GoalId, Sequence[RecordedEvent]]
    quarantined: Sequence[Quarantined]


def read_messages(messages: Sequence[StoredMessage], held_at: Mapping[str, int]) -> Arrival:
    """Decode a batch.

    Args:
        held_at: The subjects that are held already, and since when.
    """
    by_goal: dict[GoalId, list[RecordedEvent]] = {}
    quarantined: list[Quarantined] = []
    since = dict(held_at)
    for message in messages:
        if message.subject in since:
            quarantined.append(held(message.position, message.subject, since[message.subject]))
            continue
        try:
            recorded = read_recorded(message)
        except UnreadableEvent as error:
            since[message.subject] = message.position
            quarantined.append(Quarantined(message.position, message.subject, error.reason))
            continue
        goal_id = recorded.event.goal_id
        if (events := by_goal.get(goal_id)) is None:
            by_goal[goal_id] = [recorded]
        else:
            events.append(recorded)
    return Arrival(by_goal, quarantined)


# Any: the state's type is the projection's own affair.
def project_goal(
    projection: Projection[Any], state: Any, events: Sequence[RecordedEvent]
) -> tuple[Projected[Any] | None, Sequence[Quarantined]]:
    """Project one goal's events, as far as the projector can take them.

    Returns:
        The changes of the longest run of events from the first on that can be projected (None when it is empty), and
        the rest for quarantine.
    """
    reason = ""
    taken: Projected[Any] | None = None
    sound, broken = 0, len(events) + 1  # The first `sound` events can be projected, the first `broken` cannot.
    upto = len(events)
    while sound < upto < broken:
        try:
            taken = projection.project(state, events[:upto])
            sound = upto
        except Exception as error:  # noqa: BLE001 - whatever a projector raises must cost this goal only
            reason = reason_of(error)
            broken = upto
        upto = (sound + broken) // 2
    if sound == len(events):
        return taken, ()
    poison, *later = events[sound:]
    subject = poison.goal_id.on(LOG)
    first = Quarantined(poison.position, subject, reason)
    return taken, (first, *(held(event.position, subject, poison.position) for event in later))
