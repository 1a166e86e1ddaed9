"""From a submission to its outcome: the goal's history is loaded, the rules decide, and the log stores the events."""

import asyncio
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from events.envelope import UnreadableEvent
from events.errors import CairnError, Rejected
from events.event import Event, RecordedEvent
from events.goal import GoalState
from events.identity import GoalId
from events.log import Append, Log, LogBusy, LogFull, LogUnavailable, LogUnreachable, WrongVersion
from events.outcome import Outcome, OutcomeEvent, RecordedOutcome, encode_outcome, encode_recorded
from events.plan.consents import allowed_to
from events.tracing import Submit, step, submitting, tracing
from events.vocabulary import Allowed
from services.goals.appends import decided
from services.goals.decide import needs_others
from services.goals.decision_context import NOT_LOADED, Decision, DecisionContext, NotLoaded
from services.goals.histories import EventsMissing, Histories
from services.goals.history import History
from services.goals.refusals import refusal
from services.goals.same_content import same_content
from services.goals.watch import Watch
from services.keyed_lock import Acquisition, KeyedLock

_MAX_APPEND_ATTEMPTS = 25
"""How often a submission is decided again because the goal has moved on meanwhile, before it is answered `log.busy`."""
Answer = Callable[[bytes], None]
"""Takes the outcome of a submission, as JSON."""


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
        self._under_way: set[asyncio.Task[None]] = set()

    def begin(self, submission: Event, answer: Answer) -> None:
        """Decide a submission and record it.

        What memory has all of, and nothing is in the way of, is decided at once, and answered as soon as the log has
        taken it; that is most of what comes. Everything else goes on in a task of its own, which decides anew. Either
        way a submission has its place among those of its goal from here on.

        Args:
            answer: Called once with the outcome as JSON, now or later; every submission gets one. Must not raise.
        """
        goal_id = submission.goal_id
        patient = self._locks.of((goal_id.org, goal_id.patient)) if needs_others(submission) else None
        turn = self._locks.of(goal_id)
        is_free = (patient is None or patient.line_up()) and turn.line_up()
        begun = self._begun(submission) if is_free and patient is None and tracing.tracer is None else None
        if begun is None:
            self._go_on(submission, answer, partial(self._in_turn, patient, turn, None))
        else:
            begun.position.add_done_callback(lambda _: self._appended(submission, answer, turn, begun))

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

    def _begun(self, submission: Event) -> "_Begun | None":
        """An append that needed nothing to be waited for; None when there is something that :meth:`_decided` must see.

        A refusal is such a thing too: it is told only after the log has confirmed what it rests on.
        """
        goal_id = submission.goal_id
        history, plan = self._histories.remembered(goal_id), self._histories.remembered(goal_id.plan)
        if history is None or plan is None or self._watch.is_due or self._watch.refusal is not None:
            return None
        if history.answer(submission) is not None:
            return None
        try:
            context = DecisionContext(datetime.now(UTC), plan.plan, NOT_LOADED if goal_id.is_plan else history.goal)
            append, decision = decided(context, submission, history, history.position)
            return _Begun(history, append, decision, self._log.begin(append))
        except Exception:  # noqa: BLE001 - whatever it is, it is met again, and answered, in the task
            return None

    def _appended(self, submission: Event, answer: Answer, turn: Acquisition, begun: "_Begun") -> None:
        """The log has answered."""
        if begun.position.exception() is not None:
            self._go_on(submission, answer, partial(self._in_turn, None, turn, begun))
            return
        try:
            recorded = begun.append.recorded(begun.position.result())
            self._take(begun.history, recorded)
            outcome = encode_recorded(recorded, begun.decision.notes)
        except Exception as error:  # noqa: BLE001 - a defect of Cairn's is answered too
            outcome = encode_outcome(refusal(error))
        finally:
            turn.pass_on()
        answer(outcome)

    def _go_on(self, submission: Event, answer: Answer, submit: Submit) -> None:
        """Go on with a submission in a task of its own."""
        task = asyncio.get_running_loop().create_task(self._answered(submission, answer, submit))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _answered(self, submission: Event, answer: Answer, submit: Submit) -> None:
        try:
            outcome = await submitting(submit)(submission)
        except Exception as error:  # noqa: BLE001 - a defect of Cairn's is answered too
            outcome = refusal(error)
        answer(encode_outcome(outcome))

    async def _in_turn(
        self, patient: Acquisition | None, turn: Acquisition, begun: "_Begun | None", submission: Event
    ) -> Outcome:
        try:
            async with patient or nullcontext(), turn:
                if begun is not None:
                    await self._moved_on(submission, begun)
                return await self._decided(submission, tried=int(begun is not None), patient_wide=patient is not None)
        except (LogUnavailable, LogUnreachable) as error:
            self._histories.drop(submission.goal_id)
            if isinstance(error, LogFull):
                self._watch.full(error)
            return refusal(error)
        except CairnError as error:
            return refusal(error)

    async def _moved_on(self, submission: Event, begun: "_Begun") -> None:
        """Catch up with the log, which has refused an append because the goal has moved on.

        Raises:
            LogBusy, LogUnavailable, MessageTooLarge: it was for something else.
        """
        try:
            await begun.position
        except WrongVersion:
            await self._catch_up(submission, begun.history, patient_wide=False)

    async def _decided(self, submission: Event, *, tried: int, patient_wide: bool) -> Outcome:
        until = 0
        for attempt in range(tried, _MAX_APPEND_ATTEMPTS):
            await self._watch.look_if_due()
            if (refused := self._watch.refusal) is not None:
                return refused
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
            last = await self._log.last(submission.goal_id, patient_wide=True)
            if last < history.position:
                self._watch.doubt()
            return last
        goes_on = await self._histories.confirm(history)
        if not submission.goal_id.is_plan:
            goes_on &= await self._histories.confirm(await self._histories.get(submission.goal_id.plan))
        if not goes_on:
            self._watch.doubt()
        return 0

    async def _attempt(self, submission: Event, history: History, until: int, *, patient_wide: bool) -> Outcome:
        # Loading the context may bring the history up to date, so it comes before any look at the history.
        context, patient_position = await self._load_context(submission, history, until, patient_wide=patient_wide)
        first_time = history.answer(submission)
        if first_time is not None:
            return await self._confirmed(submission, first_time)
        expected = patient_position if patient_wide else history.position
        append, decision = decided(context, submission, history, expected, patient_wide=patient_wide)
        recorded = await step("append", self._log.append)(append)
        self._take(history, recorded)
        return RecordedOutcome(events=tuple(map(_line, recorded)), notes=decision.notes)

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

    def _take(self, history: History, recorded: tuple[RecordedEvent, ...]) -> None:
        """Remember what the log has taken."""
        self._watch.acknowledged(recorded[-1])
        for each in recorded:
            if each.position > history.position:
                history.take(each)
        self._histories.moved(history)


class _Begun(NamedTuple):
    """An append that is under way, and what it was decided on.

    Attributes:
        position: That of the first event, when the log has taken it.
    """

    history: History
    append: Append
    decision: Decision
    position: "asyncio.Future[int]"


def _line(recorded: RecordedEvent) -> OutcomeEvent:
    return OutcomeEvent(type=recorded.type_name, position=recorded.position, version=recorded.version)


def _is(stored: RecordedEvent | None, remembered: OutcomeEvent) -> bool:
    return stored is not None and (stored.version, stored.type_name) == (remembered.version, remembered.type)
