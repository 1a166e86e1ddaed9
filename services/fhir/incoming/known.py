"""What the log knows of goals that an import may name again: as the other system last had them, and as they are now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from events.event import RecordedEvent
from events.goal import GoalState, fold_goals
from events.goal import types as t
from events.goal.entries import ProgressEntry
from events.identity import GoalId
from services.fhir.incoming.people import SERVER
from services.fhir.incoming.submissions import SOURCE
from services.fhir.incoming.versions import VersionMark, mark_in


@dataclass(frozen=True, slots=True)
class Taken:
    """What imports have taken of one resource.

    Attributes:
        mark: The newest version that was taken.
        digests: What the versions said, the last one last.
    """

    mark: VersionMark = field(default_factory=VersionMark)
    digests: tuple[str, ...] = ()

    def is_superseded(self, digest: str) -> bool:
        """Whether a version that says this was taken, and another one after it."""
        return digest in self.digests and self.digests[-1] != digest


@dataclass(frozen=True, slots=True)
class KnownGoal:
    """A goal that the log knows.

    Attributes:
        current: The goal as it is.
        elsewhere: The goal as the events of imports alone add up to: as the other system last had it. None for a goal
            that no import brought.
        position: That of the last event that an import has recorded.
        taken: What was taken of the Goal.
        entries_taken: What was taken of the Observations, by entry.
    """

    current: GoalState
    elsewhere: GoalState | None
    position: int
    taken: Taken
    entries_taken: Mapping[str, Taken] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """What the log knows of the patients in an import.

    Attributes:
        owners: By patient, the server from which the patient was taken.
    """

    goals: Mapping[GoalId, KnownGoal] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)

    def with_token(self, goal: str) -> list[GoalId]:
        """Every goal of this token that an import brought, whoever's it is."""
        return [id_ for id_, known in self.goals.items() if id_.goal == goal and known.elsewhere is not None]


NOTHING_KNOWN = Known()


def known_of(events: Iterable[RecordedEvent]) -> Known:
    """What events of some patients, in log order, add up to."""
    by_goal: dict[GoalId, list[RecordedEvent]] = defaultdict(list)
    owners: dict[str, str] = {}
    for recorded in events:
        by_goal[recorded.goal_id].append(recorded)
        server = recorded.event.extensions.get(SERVER)
        if isinstance(server, str) and recorded.event.source == SOURCE:
            owners.setdefault(recorded.goal_id.patient, server)
    goals = {
        goal_id: known
        for goal_id, events_of in by_goal.items()
        if not goal_id.is_plan and (known := _known_goal(events_of)) is not None
    }
    return Known(goals, owners)


def entry_of(state: GoalState | None, entry: str) -> ProgressEntry | None:
    """The entry of a goal with an id."""
    return next((each for each in state.progress if each.entry == entry), None) if state is not None else None


def _known_goal(events: list[RecordedEvent]) -> KnownGoal | None:
    current = fold_goals(events)
    if current is None:
        return None
    imports = [each for each in events if each.event.source == SOURCE and each.event.cause is None]
    of_goal: list[RecordedEvent] = []
    of_entries: dict[str, list[RecordedEvent]] = defaultdict(list)
    for each in imports:
        if isinstance(each.data, t.ProgressLogged | t.ProgressCorrected | t.ProgressWithdrawn):
            of_entries[each.data.entry].append(each)
        else:
            of_goal.append(each)
    return KnownGoal(
        current=current,
        elsewhere=fold_goals(imports),
        position=imports[-1].position if imports else 0,
        taken=_taken(of_goal),
        entries_taken={entry: _taken(events_of) for entry, events_of in of_entries.items()},
    )


def _taken(events: list[RecordedEvent]) -> Taken:
    marks = [mark for each in events if (mark := mark_in(each.event.extensions)) != VersionMark()]
    digests = [each.event.id.split(".")[1] for each in events if each.event.id.count(".")]
    return Taken(marks[-1] if marks else VersionMark(), tuple(dict.fromkeys(reversed(digests)))[::-1])
