"""From a submission to its outcome: the goal's history is loaded, the rules decide, and the log stores the events."""

import asyncio
from datetime import UTC, datetime

from events.envelope import UnreadableEvent
from events.errors import Rejected
from events.event import Event, RecordedEvent
from events.goal import GoalState
from events.identity import GoalId, goal_id_of
from events.log import Append, Log, LogBusy, LogUnavailable, LogUnreachable, MessageTooLarge, WrongVersion
from events.outcome import Outcome, OutcomeError, OutcomeEvent, RecordedOutcome, RejectedOutcome
from events.plan.consents import allowed_to
from events.tracing import step
from events.vocabulary import Actor, Allowed
from services.goals.decide import decide, needs_others
from services.goals.decision_context import NOT_LOADED, Decision, DecisionContext, NotLoaded
from services.goals.histories import EventsMissing, Histories
from services.goals.history import History
from services.goals.same_content import same_content
from services.goals.watch import Watch
from services.keyed_lock import KeyedLock

CAIRN = "urn:cairn"
"""The CloudEvents source of the events that Cairn itself adds to a submission."""
SYSTEM = Actor(id="cairn", role="system")
"""The actor of the events that Cairn itself adds to a submission."""
BUSY = RejectedOutcome(
    code="log.busy", detail="Too many events are waiting; nothing was recorded. Try again in a moment."
)
_TOO_LARGE = RejectedOutcome(
    code="event.invalid",
    detail="The event is larger than the log takes; nothing was recorded.",
    errors=(OutcomeError(field="", detail="Make the event smaller."),),
)
_INCOMPLETE = RejectedOutcome(
    code="log.unfit",
    detail="The log no longer holds all events of this goal, or of what it depends on; nothing was recorded. Its"
    " operator can bring them back from a backup (`cairn log restore`).",
)
_MAX_APPEND_ATTEMPTS = 25
"""How often a submission is decided again because the goal has moved on meanwhile, before it is answered `log.busy`."""
_MAX_CHANGES_NAMED = 10
"""How many events the detail of a `version.conflict` names."""


class Goals:
    """Decides submissions, one after another within a goal, and makes sure that each is recorded once or not at all.

    Args:
        log: The log.
        histories: Where histories are found.
        watch: The watch over the stream, which says when nothing may be recorded.
    """

    def __init__(self, log: Log, histories: Histories, watch: Watch):
        self._log = log
        self._histories = histories
        self._watch = watch
        self._locks = KeyedLock()

    async def submit(self, submission: Event) -> Outcome:
        """Decide a submission and record it; every submission gets an outcome."""
        try:
            patient_wide = needs_others(submission)
            if patient_wide:
                async with self._locks.of((submission.goal_id.org, submission.goal_id.patient)):
                    return await self._in_turn(submission, patient_wide=True)
            return await self._in_turn(submission, patient_wide=False)
        except Rejected as rejection:
            return RejectedOutcome.of(rejection)
        except LogBusy:
            return BUSY
        except MessageTooLarge:
            return _TOO_LARGE
        except (LogUnavailable, LogUnreachable) as error:
            self._histories.drop(submission.goal_id)
            return RejectedOutcome(code="log.unavailable", detail=_unavailable(error))
        except EventsMissing:
            return _INCOMPLETE
        except UnreadableEvent as error:
            return RejectedOutcome(code="log.unreadable", detail=_unreadable(error))

    async def allowed_by_patient(self, goal_id: GoalId, recipient: str) -> frozenset[Allowed]:
        """What the patient whom a goal or plan is about allows somebody now, by the consents that the log has.

        Raises:
            Rejected: `log.unavailable`, when the plan cannot be read.
        """
        try:
            # A revocation counts at once, also one that another copy of this service has recorded.
            await self._histories.confirm(await self._histories.get(goal_id.plan))
            plan = (await self._histories.get(goal_id.plan)).plan
        except (LogUnreachable, UnreadableEvent, EventsMissing):
            raise Rejected(
                "log.unavailable",
                "What the patient allows cannot be read now; nothing was recorded."
                " Send the event again with the same id.",
            ) from None
        return allowed_to(plan, recipient, plan.day(datetime.now(UTC))) if plan is not None else frozenset()

    def forget(self, goal_id: GoalId) -> None:
        """Load this goal or plan again before it is used, because another service may have changed it."""
        self._histories.drop(goal_id)

    async def allowed_to(self, goal_id: GoalId, recipient: str) -> frozenset[Allowed]:
        """What a goal's patient allows somebody now, by consents in force, as the log has them.

        Raises:
            LogUnreachable, UnreadableEvent, EventsMissing: the plan cannot be read. Then nothing is allowed.
        """
        await self._histories.confirm(await self._histories.get(goal_id.plan))
        plan = (await self._histories.get(goal_id.plan)).plan
        return allowed_to(plan, recipient, plan.day(datetime.now(UTC))) if plan is not None else frozenset()

    async def _in_turn(self, submission: Event, *, patient_wide: bool) -> Outcome:
        async with self._locks.of(submission.goal_id):
            return await self._decided(submission, patient_wide=patient_wide)

    async def _decided(self, submission: Event, *, patient_wide: bool) -> Outcome:
        until = 0
        for attempt in range(_MAX_APPEND_ATTEMPTS):
            if self._watch.is_due:
                await self._watch.look()
            if (refusal := self._watch.refusal) is not None:
                return refusal
            history = await self._histories.get(submission.goal_id)
            try:
                return await self._attempt(submission, history, until, patient_wide=patient_wide)
            except Rejected as rejection:
                # The log checks an append, but not a refusal, so a refusal must not rest on a stale history.
                if attempt > 0:
                    rejection.version = history.version
                    raise
            except WrongVersion:
                pass
            until = await self._catch_up(submission, history, patient_wide=patient_wide)
        raise LogBusy("Too many writers on one goal.")

    async def _catch_up(self, submission: Event, history: History, *, patient_wide: bool) -> int:
        """Bring the histories up to what the log's leader has; returns the position that the next load must reach."""
        if patient_wide:
            return await self._log.last(submission.goal_id, patient_wide=True)
        await self._histories.confirm(history)
        if not submission.goal_id.is_plan:
            await self._histories.confirm(await self._histories.get(submission.goal_id.plan))
        return 0

    async def _attempt(self, submission: Event, history: History, until: int, *, patient_wide: bool) -> Outcome:
        # Loading the context may bring the history up to date, so it comes before any look at the history.
        context, patient_position = await self._load_context(submission, history, until, patient_wide=patient_wide)
        first_time = history.answer(submission)
        if first_time is not None:
            return await self._confirmed(submission, first_time)
        _check_expected_version(submission, history)
        decision = step("decide", decide)(context, submission)
        events = _events(submission, decision, history.version)
        expected = patient_position if patient_wide else history.position
        recorded = await step("append", self._log.append)(Append(events, history.version, expected, patient_wide))
        self._watch.acknowledged(recorded[-1].position)
        return self._answer(history, recorded, decision)

    async def _confirmed(self, submission: Event, remembered: RecordedOutcome) -> RecordedOutcome:
        """The outcome that memory has of a submission which was recorded before, after the log has confirmed it.

        Raises:
            WrongVersion: the log does not hold these events.
            Rejected: `event.id_reused`.
        """
        goal_id = submission.goal_id
        stored = await asyncio.gather(*(self._log.at(goal_id, each.position) for each in remembered.events))
        first = stored[0]
        if first is None or first.event.key != submission.key or not all(map(_is, stored, remembered.events)):
            self._histories.drop(goal_id)
            self._watch.doubt()
            raise WrongVersion("The log does not hold the events that memory has of the goal.")
        if not same_content(first, submission):
            raise Rejected(
                "event.id_reused",
                "An earlier event of this goal has the same source and id, and another content:"
                f" version {first.version}, at position {first.position} of the log, {first.type_name}. Nothing was"
                " recorded. If this is an event of its own, send it with an id of its own.",
            )
        return remembered

    async def _load_context(
        self, submission: Event, history: History, until: int, *, patient_wide: bool
    ) -> tuple[DecisionContext, int]:
        """What the decision may look at, and the patient's last position; 0 unless it looks at all of the patient."""
        now = datetime.now(UTC)
        patient_position = 0
        others: dict[str, GoalState] | NotLoaded = NOT_LOADED
        if patient_wide:
            of_patient, patient_position = await self._histories.of_patient(history, until)
            others = {
                token: other.goal
                for token, other in of_patient.items()
                if other.goal is not None and token != submission.goal_id.goal
            }
        if submission.goal_id.is_plan:
            return DecisionContext(now, history.plan, NOT_LOADED, others), patient_position
        plan = await self._histories.get(submission.goal_id.plan)
        return DecisionContext(now, plan.plan, history.goal, others), patient_position

    def _answer(self, history: History, recorded: tuple[RecordedEvent, ...], decision: Decision) -> RecordedOutcome:
        for each in recorded:
            if each.position > history.position:
                history.take(each)
        self._histories.moved(history)
        events = tuple(
            [OutcomeEvent(type=each.type_name, position=each.position, version=each.version) for each in recorded]
        )
        return RecordedOutcome(events=events, notes=decision.notes)


def consequence_id(goal_id: GoalId, version: int) -> str:
    """The id of an event that Cairn itself adds: the goal and the event's version in it, which no other event has."""
    return f"{goal_id}@{version}"


def _line(recorded: RecordedEvent) -> OutcomeEvent:
    return OutcomeEvent(type=recorded.type_name, position=recorded.position, version=recorded.version)


def _is(stored: RecordedEvent | None, remembered: OutcomeEvent) -> bool:
    return stored is not None and (stored.version, stored.type_name) == (remembered.version, remembered.type)


def _events(submission: Event, decision: Decision, version: int) -> tuple[Event, ...]:
    """The submission, and the events that follow from it.

    Nobody submits what follows: Cairn decides it, and its cause names the submission, with whoever submitted that.
    """
    if not decision.follows:
        return (submission,)
    follows = (
        Event(
            goal_id=submission.goal_id,
            source=CAIRN,
            id=consequence_id(submission.goal_id, version + place),
            time=submission.time,
            actor=SYSTEM,
            data=data,
            cause=version + 1,
            submitted_by=SYSTEM.id,
            submitter_role=SYSTEM.role,
        )
        for place, data in enumerate(decision.follows, 2)
    )
    return (submission, *follows)


def _check_expected_version(submission: Event, history: History) -> None:
    expected = submission.expected_version
    if expected is None or expected == history.version:
        return
    since = history.types(expected)
    named = ", ".join(since[:_MAX_CHANGES_NAMED]) + (" and more" if len(since) > _MAX_CHANGES_NAMED else "")
    changed = f" Recorded since: {named}." if since else ""
    raise Rejected(
        "version.conflict",
        f"The goal is at version {history.version}, not {expected}.{changed}",
        version=history.version,
    )


def _unreadable(error: UnreadableEvent) -> str:
    goal_id = goal_id_of(error.subject)
    return (
        f"Nothing was recorded: the log holds a message at position {error.position}, of {goal_id}, that this version"
        " of Cairn cannot read. A newer version may read it; otherwise Cairn's operator can void it:"
        f" cairn log void {goal_id} {error.position}."
    )


def _unavailable(error: LogUnavailable | LogUnreachable) -> str:
    if isinstance(error, LogUnavailable) and not error.certain:
        return (
            "The log went away before it answered, so it is not known yet whether the event was recorded."
            " Send it again with the same id: it is recorded once."
        )
    return "The log cannot be reached now; nothing was recorded. Send the event again with the same id."
