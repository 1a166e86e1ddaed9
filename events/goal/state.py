"""The state that a goal's events fold into."""

from datetime import date, datetime

from events.goal.entries import Entries, ProgressEntry
from events.vocabulary import (
    Actor,
    Answer,
    External,
    GasScale,
    Horizon,
    Kind,
    LifeArea,
    Outcome,
    Party,
    ReviewCause,
    ReviewDecision,
    RevisionReason,
    Smart,
    Status,
    Template,
    Value,
)

OPEN: frozenset[Status] = frozenset({"proposed", "contested", "agreed", "active", "held"})
BEGUN: frozenset[Status] = frozenset({"active", "held"})
"""The statuses of a goal that is worked on."""


class Closing(Value):
    """How a goal came to be closed: by which event, by whom, when that happened, and what its status was `before`."""

    version: int
    actor: Actor
    at: datetime
    before: Status


class Reopening(Value):
    """A goal was opened again after it had been closed with an `outcome`: by which event, by whom, when, and why."""

    version: int
    actor: Actor
    at: datetime
    reason: str
    outcome: Outcome | None


class Revision(Value):
    """One revision: what was changed, why, and by whom. `steep` when it at least doubled what the target asks for."""

    version: int
    at: datetime
    actor: Actor
    reason: RevisionReason
    fields: tuple[str, ...]
    note: str | None = None
    review: int | None = None
    steep: bool = False


class WithdrawnEntry(Value):
    """An entry that was taken back, and why; `version` is that of the event that logged it, `on` the day it was for."""

    entry: str
    version: int
    on: date
    reason: str
    actor: Actor
    at: datetime


class ScheduledReview(Value):
    """The next review. `sequence` counts how often it was set, for calendars."""

    due_on: date
    cause: ReviewCause
    sequence: int


class PastReview(Value):
    """A review that took place. `position` is where the log has it, so that a revision can name it."""

    version: int
    position: int
    on: date
    actor: Actor
    participants: tuple[str, ...]
    decision: ReviewDecision
    level: int | None = None
    note: str | None = None


class Milestone(Value):
    """A weekly target or milestone; `met_on` is empty while it is ahead."""

    milestone: str
    text: str
    due: date
    met_on: date | None = None


class ChangeRequest(Value):
    """A request to change the goal, and its answer once there is one."""

    request: str
    text: str
    actor: Actor
    at: datetime
    answer: Answer | None = None
    answer_text: str | None = None


class Agreement(Value):
    """One side stands behind the goal as it is: who said so, and when.

    `entered_by` is who entered it for them, where that was somebody else: staff, or whom the sender names.
    """

    party: Party
    actor: Actor
    at: datetime
    entered_by: str | None = None


class Contest(Value):
    """The patient or a clinician contested the goal, in these words; open until a clinician answers.

    `since` is when an answer was first awaited, where an earlier contest was still open; otherwise that is `at`.
    """

    reason: str
    actor: Actor
    at: datetime
    since: datetime | None = None
    answer: Answer | None = None
    answer_text: str | None = None
    answered_by: Actor | None = None
    answered_at: datetime | None = None


class GoalState(Value):
    """One goal after all its events so far. `statement` is the patient's own words; `wording` is how it is put now.

    Agreement is a set of roles kept apart from the status: a revision by one side reopens the other's agreement
    without stopping the work. `agreements` are those of `agreed_by` that were given here; `stood_behind` names who has
    agreed to the goal in any form, the present one or an earlier one. `agreement_since` is when agreement was last
    reopened; None since the goal began. `started_at` is the instant at which the work began here; None of an import,
    which knows a day at most.
    """

    org: str
    patient: str
    goal: str
    version: int
    position: int
    status: Status
    statement: str
    wording: str | None = None
    outcome: Outcome | None = None
    kind: Kind | None = None
    horizon: Horizon | None = None
    life_area: LifeArea | None = None
    priority: str | None = None
    supports: str | None = None
    smart: Smart | None = None
    gas: GasScale | None = None
    relevance: int | None = None
    interventions: tuple[str, ...] = ()
    clinical_target: str | None = None
    template: Template | None = None
    external: tuple[External, ...] = ()
    imported: bool = False

    created_at: datetime
    updated_at: datetime
    created_by: Actor
    agreed_by: tuple[Party, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    stood_behind: tuple[Party, ...] = ()
    agreement_since: datetime | None = None
    contest: Contest | None = None
    override_reason: str | None = None
    reason: str | None = None
    status_on: date | None = None
    started_on: date | None = None
    started_at: datetime | None = None
    closing: Closing | None = None
    reopenings: tuple[Reopening, ...] = ()
    closed_level: int | None = None
    replaced_by: str | None = None

    review_every_days: int | None = None
    next_review: ScheduledReview | None = None
    reviews_scheduled: int = 0
    reviews: tuple[PastReview, ...] = ()
    raise_at_next_session: bool = False

    revisions: tuple[Revision, ...] = ()
    progress: Entries = Entries()
    withdrawn: tuple[WithdrawnEntry, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    change_requests: tuple[ChangeRequest, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the goal is neither closed nor entered in error."""
        return self.status in OPEN

    @property
    def is_begun(self) -> bool:
        """Whether the goal is worked on: active, or held for a while."""
        return self.status in BEGUN

    @property
    def awaits_answer(self) -> bool:
        """Whether someone pushed back on the goal and no clinician has answered yet, whether or not work goes on."""
        if not self.is_open:
            return False
        # A goal may have been contested elsewhere, before it was imported.
        return self.status == "contested" if self.contest is None else self.contest.answer is None

    @property
    def awaiting_agreement(self) -> tuple[Party, ...]:
        """Whose agreement is outstanding, in the order patient, clinician; nobody's once the goal is over."""
        parties: tuple[Party, ...] = ("patient", "clinician")
        return tuple(party for party in parties if party not in self.agreed_by) if self.is_open else ()

    @property
    def closed_by_review(self) -> bool:
        """Whether a review's decision closed the goal, and no closing event has said more about it yet."""
        return self.status == "closed" and self.reason is None and bool(self.reviews)

    @property
    def last_setback_on(self) -> date | None:
        """The day of the latest setback, by when it happened."""
        return max((entry.on for entry in self.progress if entry.setback), default=None)

    @property
    def unreviewed_setbacks(self) -> tuple[ProgressEntry, ...]:
        """The entries with a setback that no review has looked at, in the order in which they came in.

        What counts is what was known: a review looked at a setback that the log already had, and that had happened.
        """
        return self._setbacks_not_in(self.reviews)

    @property
    def setbacks_without_patient(self) -> tuple[ProgressEntry, ...]:
        """The entries with a setback that no review has looked at together with the patient."""
        return self._setbacks_not_in(tuple(each for each in self.reviews if "patient" in each.participants))

    @property
    def closed_without_patient(self) -> tuple[ProgressEntry, ...]:
        """The setbacks after which the goal was closed over the patient's head; empty when it was not.

        These were known when someone other than the patient closed the goal, and no review since had the patient in it.
        """
        closing = self.closing
        if self.status != "closed" or closing is None or closing.actor.role == "patient":
            return ()
        return tuple(each for each in self.setbacks_without_patient if (each.setback_version or 0) < closing.version)

    @property
    def patient_agreement_entered_by(self) -> str | None:
        """Who entered the patient's agreement; None while there is none, and where the patient gave it themself."""
        return next((each.entered_by for each in self.agreements if each.party == "patient"), None)

    def _setbacks_not_in(self, reviews: tuple[PastReview, ...]) -> tuple[ProgressEntry, ...]:
        return tuple(
            entry
            for entry in self.progress
            if entry.setback_version is not None
            and not any(each.version > entry.setback_version and each.on >= entry.on for each in reviews)
        )

    @property
    def last_review_on(self) -> date | None:
        """The day of the latest review."""
        return max((review.on for review in self.reviews), default=None)

    @property
    def latest_level(self) -> int | None:
        """The most recent GAS level, of the closing, a review or an entry: of the later day, then the later event."""
        if self.closed_level is not None:
            return self.closed_level
        seen = [(entry.on, entry.version, entry.level) for entry in self.progress if entry.level is not None]
        seen += [(review.on, review.version, review.level) for review in self.reviews if review.level is not None]
        return max(seen)[2] if seen else None
