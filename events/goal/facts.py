"""What flags, offers and the like are judged by: the facts of a goal, and what its diary comes to.

A read model keeps both beside the goal, so that nobody has to read a whole goal, let alone its diary, to tell what
follows from it on a day, beside the plan and the patient's other goals.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from events.goal.state import BEGUN, OPEN
from events.goal.suggestion import Framework
from events.vocabulary import ActorRole, Horizon, Kind, Outcome, Status


class DiaryFacts(NamedTuple):
    """What the entries and reviews of a goal come to.

    Attributes:
        last_entry_on: The latest day that an entry is about.
        last_setback_on: The day of the latest setback.
        latest_level: The most recent GAS attainment level, of the closing, a review or an entry.
        raise_at_next_session: Whether the goal is to be raised at the next session.
        setback_unreviewed: Whether there is a setback that no review has looked at.
        closed_after_setback_on: The latest day of the setbacks that were known when the goal was closed, and that no
            review has looked at together with the patient; None while it is not closed.
        entries: How many there are.
        told: How many of them say whether it was done.
        done: How many of them say that it was.
        setbacks: How many of them tell of a setback.
    """

    last_entry_on: date | None = None
    last_setback_on: date | None = None
    latest_level: int | None = None
    raise_at_next_session: bool = False
    setback_unreviewed: bool = False
    closed_after_setback_on: date | None = None
    entries: int = 0
    told: int = 0
    done: int = 0
    setbacks: int = 0


NO_DIARY = DiaryFacts()
"""What a diary without entries and reviews comes to."""


class GoalFacts(NamedTuple):
    """A goal as far as what follows from it depends on what is around it. Entries change nothing of it.

    Attributes:
        agreed_as_patient, agreed_as_clinician: Who agreed for either side.
        due, for_weeks: When it ends, by its SMART definition.
        is_overriding: Whether it was activated with an override of the plan's limit.
        closed_by: In which role it was closed; None while it is open, and where it was closed elsewhere.
        missing, missing_simplified: What keeps it from being activated; the second for plans in simplified language.
        unsaid: Parts of SMART that are still open.
        suggested, suggested_simplified: The framework that suits a draft, and why.
        standing_flags: The sentences of the flags that it raises by itself, by their codes.
    """

    goal: str
    status: Status
    outcome: Outcome | None
    kind: Kind | None
    horizon: Horizon | None
    priority: str | None
    supports: str | None
    imported: bool
    is_overriding: bool
    agreed_as_patient: str | None
    agreed_as_clinician: str | None
    due: date | None
    for_weeks: int | None
    created_at: datetime
    started_on: date | None
    status_on: date | None
    next_review_on: date | None
    last_review_on: date | None
    closed_by: ActorRole | None
    missing: tuple[str, ...]
    missing_simplified: tuple[str, ...]
    unsaid: tuple[str, ...]
    suggested: tuple[Framework, str] | None
    suggested_simplified: tuple[Framework, str] | None
    standing_flags: Mapping[str, str]

    @property
    def is_open(self) -> bool:
        """Whether the goal is neither closed nor entered in error."""
        return self.status in OPEN

    @property
    def is_begun(self) -> bool:
        """Whether the goal is worked on: active, or held for a while."""
        return self.status in BEGUN
