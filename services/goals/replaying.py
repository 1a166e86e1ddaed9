"""The rules replayed over the log: would each event be recorded again, and would the same follow from it?

Every submission is decided anew, on what its patient's events added up to before it, with the time of its recording for
the clock. What a race may have changed is allowed for: a decision looks at the patient's plan without a guard, so that
one which was replaced a moment before may have been decided on; and the clock that decided is another one than that of
the log. The rules are those of this version of Cairn; a version that changes one says how older events are judged.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.errors import Rejected
from events.event import RecordedEvent
from events.goal.types import Imported
from events.identity import GoalId
from events.log.verification import Objection, Patient
from events.payload import Payload
from events.plan import PlanState
from services.goals.application import CAIRN, SYSTEM, consequence_id
from services.goals.decide import decide, needs_others
from services.goals.known import Known

_RACE = timedelta(seconds=60)
"""How long a goals service may go on deciding on a plan that another one has changed."""
_CLOCKS = (timedelta(), timedelta(hours=-1), timedelta(hours=1))
"""How far the clock that decided may be from the log's."""

Follows = tuple[Payload, ...]


@dataclass(slots=True)
class _Expected:
    """What is to follow from an event in its commit.

    Attributes:
        possible: Each way in which it may go on; more than one where a race may have played a part.
        came: How many consequences have come.
    """

    recorded: RecordedEvent
    possible: list[Follows]
    came: int = 0


class ReplayedRules:
    """The rules of `services/goals`, as :class:`events.log.verification.Rules`."""

    def __init__(self) -> None:
        self._expected: dict[GoalId, _Expected] = {}
        self._former_plans: dict[GoalId, deque[tuple[datetime, PlanState | None]]] = {}

    def take(self, recorded: RecordedEvent, before: Patient) -> Iterable[Objection]:
        """What the rules say against the next event of the log, given what its patient's events added up to."""
        if recorded.event.cause is not None:
            objections = self._followed(recorded)
        else:
            expected = self._expected.pop(recorded.goal_id, None)
            objections = [*(_missing(expected) if expected else ()), *self._decided(recorded, before)]
        if recorded.goal_id.is_plan:
            self._note_plan(recorded, before.plan)
        return objections

    def finish(self) -> Iterable[Objection]:
        """What is still missing at the end of the log."""
        for expected in self._expected.values():
            yield from _missing(expected)

    def _decided(self, recorded: RecordedEvent, before: Patient) -> Iterator[Objection]:
        possible: list[Follows] = []
        former = self._former(recorded)
        goal_id, event = recorded.goal_id, recorded.event
        goal = None if goal_id.is_plan else before.goals.get(goal_id.goal)
        others = {}
        if needs_others(event):
            others = {token: other for token, other in before.goals.items() if token != goal_id.goal}
        refused: Rejected | None = None
        for plan in (before.plan, *former):
            for off in _CLOCKS:
                try:
                    follows = decide(Known(recorded.recorded_at + off, plan, goal, others), event).follows
                except Rejected as rejection:
                    refused = refused or rejection
                    continue
                if follows not in possible:
                    possible.append(follows)
                if not former and not isinstance(event.data, Imported):
                    break
            else:
                continue
            break
        if not possible and refused is not None:
            yield "rule", recorded, f"is refused by the rules ({refused.code}): {refused.detail}"
        elif any(possible):
            self._expected[goal_id] = _Expected(recorded, possible)

    def _followed(self, recorded: RecordedEvent) -> list[Objection]:
        expected = self._expected.get(recorded.goal_id)
        if expected is None or not _in_one_commit(expected, recorded):
            return [("consequence", recorded, "is said to follow from an event from which nothing more follows")]
        fitting = [each for each in expected.possible if each[expected.came : expected.came + 1] == (recorded.data,)]
        if not fitting:
            return [("consequence", recorded, "is not what the rules let follow from the event before it")]
        expected.possible = fitting
        expected.came += 1
        if any(len(each) == expected.came for each in fitting) and len(fitting) == 1:
            del self._expected[recorded.goal_id]
        return []

    def _note_plan(self, recorded: RecordedEvent, before: PlanState | None) -> None:
        former = self._former_plans.setdefault(recorded.goal_id, deque())
        former.append((recorded.recorded_at, before))
        while former[0][0] < recorded.recorded_at - _RACE:
            former.popleft()

    def _former(self, recorded: RecordedEvent) -> list[PlanState | None]:
        """The plans that were replaced so shortly before that the event may have been decided on one of them."""
        if recorded.goal_id.is_plan:
            return []
        noted = self._former_plans.get(recorded.goal_id.plan, ())
        return [plan for replaced, plan in noted if replaced >= recorded.recorded_at - _RACE]


def _in_one_commit(expected: _Expected, recorded: RecordedEvent) -> bool:
    cause, event = expected.recorded, recorded.event
    place = expected.came + 1
    return (
        event.cause == cause.version
        and recorded.version == cause.version + place
        and recorded.position == cause.position + place
        and (event.source, event.id) == (CAIRN, consequence_id(recorded.goal_id, recorded.version))
        and (event.actor, event.time) == (SYSTEM, cause.event.time)
    )


def _missing(expected: _Expected) -> Iterator[Objection]:
    if all(len(each) > expected.came for each in expected.possible):
        follows = expected.possible[0][expected.came].type_name
        yield "consequence", expected.recorded, f"has not been followed by what the rules let follow, {follows}"
