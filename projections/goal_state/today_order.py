"""Whom a clinic talks to first on a day: the order of Today, and how many patients there are of each kind.

It is another order than that of the caseload: what the clinic owes a patient comes first. Both have the same reasons.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, Date, bindparam, case, literal_column, select

from projections.engine.paging import Json
from projections.engine.statements import Values, fetch
from projections.goal_state.caseload_needs import NEEDS, NO_REVIEW, OVER, PLACES, Need
from projections.goal_state.caseload_reasons import Looked, Reason, found_reasons, silent_before
from projections.goal_state.tables import tables

_CASELOAD = tables()["caseload"]
NO_REASON = max(PLACES.values()) + 1
"""The place of patients without any."""
_BY_NEED = tuple(PLACES[need] for need in NEEDS)
_NO_ENTRY = NEEDS.index("no_entry")


class Patient(NamedTuple):
    """A patient's place on Today.

    Attributes:
        place: Of the first reason, behind which comes the day since when it stands.
        quiet_since: Since when nothing was entered for any goal that is worked on.
        waiting_since: Since when the first word of the clinician is awaited.
        reasons: All of them, in the order of Today.
    """

    place: int
    since: date
    patient: str
    clinician: str | None
    setting: str | None
    plan_status: str | None
    looked: Looked
    quiet_since: date | None
    waiting_since: datetime | None
    reasons: Sequence[Reason]

    @property
    def need(self) -> Need | None:
        """The first reason; None without any."""
        return NEEDS[self.reasons[0].place] if self.reasons else None


def patients_of(
    connection: Connection, org: str, looked_at: Mapping[str, Looked], utc: Looked, patient: str | None
) -> list[Patient]:
    """Everyone in treatment, or one patient, in the order of Today.

    Args:
        looked_at: From where patients are looked at, by the time zone of their plan.
        utc: From where those are without a plan.
    """
    latest = max(looked.day for looked in (utc, *looked_at.values()))
    asked: dict[str, object] = {"org": org, "latest": latest, "silent": silent_before(latest)}
    if patient is not None:
        asked["patient"] = patient
    rows = fetch(connection, _ONE if patient is not None else _EVERYBODY, asked)
    found = (_placed(row, looked_at.get(row[1] or "", utc._replace(zone=row[1] or utc.zone))) for row in rows)
    return sorted(found, key=lambda each: each[:3])


def counted(everybody: Iterable[Patient], clinician: str | None) -> Json:
    """How many patients there are: of each clinician, and of those that are asked for, by reason."""
    everybody = list(everybody)
    theirs = Counter(each.clinician for each in everybody)
    asked = [each for each in everybody if clinician is None or each.clinician == clinician]
    first = Counter(each.need for each in asked if each.need)
    any_reason = Counter(need for each in asked for need in {NEEDS[reason.place] for reason in each.reasons})
    return {
        "patients": len(asked),
        "by_clinician": [
            {"clinician": each, "patients": theirs[each]}
            for each in sorted(theirs, key=lambda each: (each is None, each))
        ],
        "by_need": {need: first[need] for need in NEEDS},
        "by_reason": {need: any_reason[need] for need in NEEDS},
    }


def _placed(row: Values, looked: Looked) -> Patient:
    patient, _, clinician, setting, plan_status, next_review_on, quiet_since, waiting_since, goals, awaited = row
    review = None if next_review_on == NO_REVIEW else next_review_on
    is_silent = quiet_since is not None and quiet_since <= silent_before(looked.day)
    reasons = _in_order(goals, awaited, looked, is_silent=is_silent)
    place = _BY_NEED[reasons[0].place] if reasons else NO_REASON
    since = (_day(reasons[0].since) if reasons else review) or date.max
    return Patient(place, since, patient, clinician, setting, plan_status, looked, quiet_since, waiting_since, reasons)


def _in_order(goals: str | None, awaited: str, looked: Looked, *, is_silent: bool) -> list[Reason]:
    if goals is None and awaited == "[]":
        return []
    found, *_ = found_reasons(goals or "[]", awaited, looked)
    # A patient is silent where nothing is told of any goal.
    told = [each for each in found if is_silent or each.place != _NO_ENTRY]
    return sorted(told, key=lambda each: (_BY_NEED[each.place], each.since or "9", each))


def _day(day: str) -> date | None:
    return date.fromisoformat(day) if day else None


_OF_A_ROW = (
    "patient",
    "time_zone",
    "clinician",
    "setting",
    "plan_status",
    "next_review_on",
    "quiet_since",
    "waiting_since",
)
# What is told of the goals is read where it may hold a reason: it is by far the longest of a row.
_MAY_ASK = (
    (_CASELOAD.c.setbacks_since_review > literal_column("0"))
    | (_CASELOAD.c.raise_at_next_session > literal_column("0"))
    | (_CASELOAD.c.next_review_on <= bindparam("latest", type_=Date))
    | (_CASELOAD.c.quiet_since <= bindparam("silent", type_=Date))
)
_EVERYBODY = select(
    *(_CASELOAD.c[name] for name in _OF_A_ROW), case((_MAY_ASK, _CASELOAD.c.goals)).label("goals"), _CASELOAD.c.awaited
).where(_CASELOAD.c.org == bindparam("org"), _CASELOAD.c.need < literal_column(str(OVER)))
_ONE = _EVERYBODY.where(_CASELOAD.c.patient == bindparam("patient"))
