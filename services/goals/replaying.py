"""The rules replayed over the log: would each event be recorded again, and would the same events follow from it?

Every submission is decided again, on its patient's state before it, at the time when it was recorded.
Two things may have differed when it was decided first, and the replay allows for both. The append does not check the
plan, so a plan that was replaced a moment earlier may have been used. And the clock of the goals service is not that of
the log. The rules are those of this version of Cairn; a version that changes a rule says how older events are judged.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.errors import Rejected
from events.event import RecordedEvent
from events.goal import GoalState
from events.goal.types import Imported
from events.identity import GoalId
from events.log.verification import Objection, Patient
from events.payload import Payload
from events.plan import PlanState
from events.vocabulary import CAIRN_ITSELF
from services.goals.appends import CAIRN, consequence_id
from services.goals.decide import decide, needs_others
from services.goals.decision_context import NOT_LOADED, DecisionContext, NotLoaded

_PLAN_RACE = timedelta(seconds=60)
"""How long a goals service may still use a plan that another goals service has changed."""
_CLOCK_OFFSETS = (timedelta(), timedelta(hours=-1), timedelta(hours=1))
"""How far the clock of a goals service may be from that of the log."""

Follows = tuple[Payload, ...]
Goal = GoalState | NotLoaded | None
Others = Mapping[str, GoalState] | NotLoaded


@dataclass(slots=True)
class _Decided:
    """A submission that was decided, with what its decision may have read, and the events that followed so far.

    Attributes:
        goal, others, plan: What the context of the decision was, by the order of the log.
        former: Plans that were replaced a short time before, so that the decision may have used one of them.
        possible: Each sequence of events that the rules let follow.
        came: The events that have followed so far.
    """

    recorded: RecordedEvent
    goal: Goal
    others: Others
    plan: PlanState | None
    former: Sequence[PlanState]
    possible: list[Follows]
    came: Follows = ()
    tried: bool = False

    @property
    def may_vary(self) -> bool:
        """Whether a race may have changed what follows."""
        return bool(self.former) or isinstance(self.recorded.data, Imported)

    def decide(self) -> Follows:
        """Decide the submission again, in the order of the log.

        Raises:
            Rejected: the rules refuse it.
        """
        return decide(
            DecisionContext(self.recorded.recorded_at, self.plan, self.goal, self.others), self.recorded.event
        ).follows

    def try_others(self) -> None:
        """Find every sequence of events that may follow when a race is allowed for."""
        if self.tried:
            return
        self.tried = True
        for plan in (self.plan, *self.former):
            for off in _CLOCK_OFFSETS:
                context = DecisionContext(self.recorded.recorded_at + off, plan, self.goal, self.others)
                try:
                    follows = decide(context, self.recorded.event).follows
                except Rejected:
                    continue
                if follows not in self.possible and follows[: len(self.came)] == self.came:
                    self.possible.append(follows)

    def followed_by(self, data: Payload) -> bool:
        """Add an event that followed; False when the rules do not let it follow."""
        came = (*self.came, data)
        if not any(each[: len(came)] == came for each in self.possible):
            self.try_others()
        self.possible = [each for each in self.possible if each[: len(came)] == came]
        self.came = came
        return bool(self.possible)

    def is_complete(self) -> bool:
        """Whether all events have come that must follow."""
        if self.came not in self.possible:
            self.try_others()
        return self.came in self.possible


class ReplayedRules:
    """The rules of `services/goals`, as :class:`events.log.verification.Rules`."""

    def __init__(self) -> None:
        self._open: dict[GoalId, _Decided] = {}
        self._former_plans: dict[GoalId, deque[tuple[datetime, PlanState]]] = {}

    def take(self, recorded: RecordedEvent, before: Patient) -> Sequence[Objection]:
        """The objections of the rules to the next event of the log, given its patient's state before it."""
        if recorded.event.cause is not None:
            return self._followed(recorded)
        last = self._open.pop(recorded.goal_id, None)
        objections = self._decided(recorded, before)
        if recorded.goal_id.is_plan and before.plan is not None:
            self._note_plan(recorded, before.plan)
        return objections if last is None or last.is_complete() else [_missing(last), *objections]

    def finish(self) -> Sequence[Objection]:
        """The objections at the end of the log: events that should have followed and did not."""
        return [_missing(last) for last in self._open.values() if not last.is_complete()]

    def _decided(self, recorded: RecordedEvent, before: Patient) -> Sequence[Objection]:
        goal_id, event = recorded.goal_id, recorded.event
        goal: Goal = NOT_LOADED if goal_id.is_plan else before.goals.get(goal_id.goal)
        others: Others = NOT_LOADED
        if needs_others(event):
            others = {token: other for token, other in before.goals.items() if token != goal_id.goal}
        decided = _Decided(recorded, goal, others, before.plan, self._former(recorded), [])
        try:
            decided.possible = [decided.decide()]
        except Rejected as refused:
            decided.try_others()
            if not decided.possible:
                return [("rule", recorded, f"is refused by the rules ({refused.code}): {refused.detail}")]
        if any(decided.possible) or decided.may_vary:
            self._open[goal_id] = decided
        return ()

    def _followed(self, recorded: RecordedEvent) -> Sequence[Objection]:
        last = self._open.get(recorded.goal_id)
        if last is None or not _in_one_commit(last, recorded):
            return [("consequence", recorded, "is said to follow from an event from which nothing more follows")]
        if not last.followed_by(recorded.data):
            del self._open[recorded.goal_id]  # one finding is enough
            return [("consequence", recorded, "is not what the rules let follow from the event before it")]
        return ()

    def _note_plan(self, recorded: RecordedEvent, before: PlanState) -> None:
        former = self._former_plans.setdefault(recorded.goal_id, deque())
        former.append((recorded.recorded_at, before))
        while former[0][0] < recorded.recorded_at - _PLAN_RACE:
            former.popleft()

    def _former(self, recorded: RecordedEvent) -> Sequence[PlanState]:
        noted = self._former_plans.get(recorded.goal_id.plan)
        if not noted or recorded.goal_id.is_plan:
            return ()
        return [plan for replaced, plan in noted if replaced >= recorded.recorded_at - _PLAN_RACE]


def _in_one_commit(last: _Decided, recorded: RecordedEvent) -> bool:
    cause, event = last.recorded, recorded.event
    place = len(last.came) + 1
    return (
        event.cause == cause.version
        and recorded.version == cause.version + place
        and recorded.position == cause.position + place
        and (event.source, event.id) == (CAIRN, consequence_id(recorded.goal_id, recorded.version))
        and (event.actor, event.time) == (CAIRN_ITSELF, cause.event.time)
    )


def _missing(last: _Decided) -> Objection:
    expected = next(each for each in last.possible if len(each) > len(last.came))[len(last.came)]
    return "consequence", last.recorded, f"is not followed by what the rules let follow, {expected.type_name}"
